"""Addresses of the incidents app."""

from django.urls import URLPattern, path

from incidents.views import (
    access,
    administering,
    arrivals,
    bulk_access,
    cases,
    concerns,
    cover,
    emergencies,
    exclusions,
    exporting,
    footage,
    footage_search,
    handling,
    history,
    log_complaint,
    officers,
    reach,
    reference,
    relocating,
    stream,
)

app_name = "incidents"

FOOTAGE = "cases/<uuid:case_id>/footage/"

footage_patterns: list[URLPattern] = [
    path(FOOTAGE, footage.footage, name="footage"),
    path(f"{FOOTAGE}search/", footage_search.search, name="footage-search"),
    path(
        f"{FOOTAGE}searches/<uuid:search_id>/",
        footage_search.result,
        name="footage-search-result",
    ),
    path(f"{FOOTAGE}preserve/", footage.preserve_all, name="preserve-all"),
    path(f"{FOOTAGE}<uuid:link_id>/preserve/", footage.preserve, name="preserve"),
    path(f"{FOOTAGE}<uuid:link_id>/check/", footage.check_now, name="check-preservation"),
    path(f"{FOOTAGE}<uuid:link_id>/lost/", footage.report_lost, name="report-lost"),
    path("footage/stream/<str:token>", stream.stream, name="stream"),
]

CASE = "cases/<uuid:case_id>/"

case_patterns: list[URLPattern] = [
    path("cases/", cases.case_list, name="case-list"),
    path("cases/log/", log_complaint.log_complaint, name="log-complaint"),
    path("cases/log/keep/", log_complaint.keep, name="log-keep"),
    path("cases/log/throw-away/", log_complaint.throw_away, name="log-throw-away"),
    path("cases/log/officers/", log_complaint.officers, name="log-officers"),
    path(CASE, cases.case, name="case"),
    path(f"{CASE}handling/", handling.decide_handling, name="decide-handling"),
    path(f"{CASE}suspend/", handling.pause, {"action": "suspend"}, name="suspend"),
    path(f"{CASE}resume/", handling.pause, {"action": "resume"}, name="resume"),
    path(f"{CASE}withdraw/", handling.pause, {"action": "withdraw"}, name="withdraw"),
    path(f"{CASE}update/", handling.send_update, name="send-update"),
    path(f"{CASE}outcome/", handling.send_outcome, name="send-outcome"),
    path(f"{CASE}conflicts/<uuid:concern_id>/", concerns.concern, name="concern"),
    path(f"{CASE}links/", concerns.link, name="link"),
    path(f"{CASE}links/<uuid:other_id>/end/", concerns.unlink, name="unlink"),
    path(f"{CASE}officers/add/", officers.add, name="add-officer"),
    path(f"{CASE}officers/<uuid:subject_id>/", officers.identify, name="officer"),
    path(f"{CASE}access/", access.access, name="access"),
    path(f"{CASE}access/export/", exporting.export_access, name="export-access"),
    path(f"{CASE}access/give/", access.give_access, name="give-access"),
    path(f"{CASE}access/seat/", access.give_seat, name="give-seat"),
    path("access/people/<uuid:user_id>/", reach.reach, name="reach"),
    path("access/people/<uuid:user_id>/export/", exporting.export_reach, name="export-reach"),
    path("access/bulk/", bulk_access.bulk_access, name="bulk-access"),
    path(f"{CASE}transfer/", relocating.transfer, name="transfer"),
    path(f"{CASE}arrival/note/", arrivals.note, name="note-arrival"),
    path(f"{CASE}restrict/", relocating.restrict, name="restrict"),
    path(f"{CASE}restrict/lift/", relocating.lift_restriction, name="lift-restriction"),
    path(f"{CASE}access/<uuid:user_id>/end/", access.end_access, name="end-access"),
    path(f"{CASE}access/keep-out/", exclusions.keep_out, name="keep-out"),
    path(f"{CASE}access/kept-out/<uuid:person_id>/end/", exclusions.end, name="end-exclusion"),
    path(f"{CASE}history/", history.history, name="history"),
]

cover_patterns: list[URLPattern] = [
    path("cover/", cover.cover, name="cover"),
    path("cover/set/", cover.set_new, name="set-cover"),
    path("cover/stop/", cover.stop_acting, name="stop-acting"),
    path("cover/<uuid:delegation_id>/act/", cover.act_for, name="act-for"),
    path("cover/<uuid:delegation_id>/end/", cover.end, name="end-cover"),
]

PERSON = "administration/people/<uuid:person_id>/"

administration_patterns: list[URLPattern] = [
    path(f"{PERSON}personal-access/", administering.personal_access, name="personal-access"),
    path(
        f"{PERSON}personal-access/end/",
        administering.end_personal_access,
        name="end-personal-access",
    ),
    path("administration/teams/<uuid:team_id>/close/", administering.close_team, name="close-team"),
]

REFERENCE = "administration/reference/"

reference_patterns: list[URLPattern] = [
    path(REFERENCE, reference.lists, name="reference"),
    path(f"{REFERENCE}unconfirmed/", reference.unconfirmed, name="reference-unconfirmed"),
    path(f"{REFERENCE}<slug:list_name>/", reference.rows, name="reference-list"),
    path(f"{REFERENCE}<slug:list_name>/add/", reference.add, name="reference-add"),
    path(f"{REFERENCE}<slug:list_name>/<slug:code>/", reference.row, name="reference-row"),
    path(
        f"{REFERENCE}<slug:list_name>/<slug:code>/amend/", reference.amend, name="reference-amend"
    ),
]

emergency_patterns: list[URLPattern] = [
    path("emergencies/", emergencies.all_uses, name="emergencies"),
    path("emergencies/open/", emergencies.break_glass, name="break-glass"),
    path("emergencies/<uuid:emergency_id>/", emergencies.emergency, name="emergency"),
    path("emergencies/<uuid:emergency_id>/review/", emergencies.review, name="review-emergency"),
    path("emergencies/<uuid:emergency_id>/end/", emergencies.end, name="end-emergency"),
    path(
        "emergencies/notices/<uuid:notice_id>/",
        emergencies.acknowledge,
        name="acknowledge-emergency",
    ),
]

urlpatterns: list[URLPattern] = [
    *administration_patterns,
    *reference_patterns,
    *case_patterns,
    *footage_patterns,
    *cover_patterns,
    *emergency_patterns,
]
