"""Addresses of the accounts app."""

from django.urls import URLPattern, path

from accounts.views import (
    identities,
    interests,
    lines,
    own_account,
    own_factors,
    people,
    people_accounts,
    roles,
    security,
    set_up,
    sign_in,
    single_sign_on,
    teams,
)

app_name = "accounts"

TOP = "administration/"
PERSON = f"{TOP}people/<uuid:person_id>/"
ACCOUNT = f"{TOP}accounts/<uuid:user_id>/"
TEAM = f"{TOP}teams/<uuid:team_id>/"

administration_patterns: list[URLPattern] = [
    path(TOP, people.administration, name="administration"),
    path(f"{TOP}people/", people.people, name="people"),
    path(f"{TOP}people/add/", people.add_person, name="add-person"),
    path(PERSON, people.person, name="person"),
    path(f"{PERSON}change/", people.change_person, name="change-person"),
    path(f"{PERSON}record-number/", identities.record_number, name="record-number"),
    path(f"{PERSON}record-name/", identities.record_name, name="record-name"),
    path(f"{PERSON}link/", identities.link_records, name="link-records"),
    path(f"{PERSON}links/<uuid:link_id>/end/", identities.unlink_records, name="unlink-records"),
    path(f"{PERSON}reports-to/", lines.begin_line, name="begin-line"),
    path(f"{PERSON}reports-to/<uuid:line_id>/end/", lines.end_line, name="end-line"),
    path(f"{PERSON}<slug:part>/<uuid:row_id>/take-back/", identities.take_back, name="take-back"),
    path(f"{PERSON}open-account/", people_accounts.open_account, name="open-account"),
    path(f"{ACCOUNT}close/", people_accounts.close_account, name="close-account"),
    path(f"{ACCOUNT}reopen/", people_accounts.reopen_account, name="reopen-account"),
    path(f"{ACCOUNT}end-sessions/", security.end_sessions, name="end-sessions"),
    path(f"{ACCOUNT}unlock/", security.unlock, name="unlock-account"),
    path(f"{ACCOUNT}set-up-code/", security.set_up_code, name="issue-set-up-code"),
    path(f"{ACCOUNT}lost-factor/", security.ask_reset, name="ask-factor-reset"),
    path(
        f"{TOP}lost-factors/<uuid:reset_id>/approve/",
        security.approve_reset,
        name="approve-factor-reset",
    ),
    path(f"{TOP}lost-factors/<uuid:reset_id>/drop/", security.drop_reset, name="drop-factor-reset"),
    path(f"{ACCOUNT}give-role/", people_accounts.give_role, name="give-role"),
    path(f"{ACCOUNT}roles/<slug:role>/end/", people_accounts.end_role, name="end-role"),
    path(f"{ACCOUNT}join-team/", people_accounts.join_team, name="join-team"),
    path(f"{ACCOUNT}teams/<uuid:team_id>/leave/", people_accounts.leave_team, name="leave-team"),
    path(f"{ACCOUNT}teams/<uuid:team_id>/move/", people_accounts.move_team, name="move-team"),
    path(f"{TOP}tokens/<uuid:token_id>/revoke/", people_accounts.revoke_token, name="revoke-token"),
    path(f"{TOP}teams/", teams.teams, name="teams"),
    path(f"{TOP}teams/add/", teams.add_team, name="add-team"),
    path(TEAM, teams.team, name="team"),
    path(f"{TEAM}change/", teams.change_team, name="change-team"),
    path(f"{TEAM}reopen/", teams.reopen_team, name="reopen-team"),
    path(f"{TEAM}add-member/", teams.add_member, name="add-member"),
    path(f"{TOP}units/", teams.units, name="units"),
    path(f"{TOP}units/add/", teams.add_unit, name="add-unit"),
    path(f"{TOP}units/<uuid:unit_id>/change/", teams.change_unit, name="change-unit"),
    path(f"{TOP}roles/", roles.roles, name="roles"),
    path(f"{TOP}access-matrix/", roles.matrix, name="access-matrix"),
]

sign_in_patterns: list[URLPattern] = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.second_factor, name="second-factor"),
    path("sign-in/passkey/", sign_in.passkey, name="sign-in-passkey"),
    path("sign-in/passkey/challenge/", sign_in.passkey_challenge, name="sign-in-challenge"),
    path("sign-in/single-sign-on/", single_sign_on.go, name="single-sign-on"),
    path("sign-in/single-sign-on/back/", single_sign_on.back, name="single-sign-on-back"),
    path("sign-in/set-up/", set_up.start, name="set-up"),
    path("sign-in/set-up/password/", set_up.choose_password, name="set-up-password"),
    path("sign-in/set-up/factor/", set_up.enrol, name="set-up-factor"),
    path("sign-in/set-up/passkey/", set_up.enrol_passkey, name="set-up-passkey"),
    path("sign-in/set-up/passkey/challenge/", set_up.passkey_challenge, name="set-up-challenge"),
    path("sign-in/set-up/done/", set_up.done, name="set-up-done"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/app/", own_factors.app, name="own-app"),
    path("account/passkey/", own_factors.passkey, name="own-passkey"),
    path("account/passkey/keep/", own_factors.keep_passkey, name="own-keep-passkey"),
    path("account/passkey/challenge/", own_factors.passkey_challenge, name="own-passkey-challenge"),
    path("account/recovery-codes/", own_factors.recovery_codes, name="own-codes"),
    path("account/password/", own_factors.password, name="own-password"),
    path("account/factors/<int:factor_id>/remove/", own_factors.remove, name="own-remove-factor"),
    path("account/step-up/challenge/", own_account.step_up_challenge, name="step-up-challenge"),
    path("account/", own_account.own_account, name="own-account"),
    path("account/sessions/end-others/", own_account.end_other_sessions, name="end-other-sessions"),
    path("account/sessions/<uuid:session_id>/end/", own_account.end_session, name="end-session"),
]

interest_patterns: list[URLPattern] = [
    path("interests/", interests.interests, name="interests"),
    path("interests/<uuid:interest_id>/end/", interests.end, name="end-interest"),
]

urlpatterns = [*interest_patterns, *sign_in_patterns, *administration_patterns]
