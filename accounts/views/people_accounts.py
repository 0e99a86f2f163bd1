"""Acts on the accounts of a person: opening, closing, roles, teams and keys to the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms.administration import (
    GiveRoleForm,
    JoinTeamForm,
    MoveTeamForm,
    OpenAccountForm,
    ReasonForm,
)
from accounts.permissions import check_may, check_not_oneself
from accounts.roles import Permission
from accounts.selectors import directory, teams
from accounts.selectors import person as one
from accounts.services import accounts as acts
from accounts.services import memberships
from accounts.services import roles as role_acts
from accounts.views.administering import Act, run


def _act(person: Any, title: str, button: str, lead: str = "") -> Act:
    address = reverse("accounts:person", args=[person.pk])
    return Act(title, button, "people", address, person.title, lead=lead)


@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Open an account for a person."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    person = directory.get_person(person_id)
    check_not_oneself(request.user, person)
    form = OpenAccountForm(request.POST or None)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.open_account(
            actor=request.user, person_id=person_id, now=timezone.now(), **cleaned
        )

    act = _act(
        person,
        f"Open an account for {person.title}",
        "Open the account",
        "It has no role and no team yet, so it opens nothing. Give them next.",
    )
    return run(
        request,
        act=act,
        form=form,
        perform=perform,
        done="The account is open. Give it a role, a team and a set-up code next",
        to=act.back,
    )


@require_http_methods(["GET", "POST"])
def close_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Close an account, with the reason."""
    return _switch(
        request,
        user_id,
        acts.close_account,
        "Close the account {name}",
        "Close the account",
        "Whoever is signed in with it is out with their next click, and its API tokens stop "
        "working. Roles, teams and personal access stay for the day it is reopened: end them too "
        "if they should not.",
        "The account is closed",
    )


@require_http_methods(["GET", "POST"])
def reopen_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Reopen a closed account, with the reason."""
    return _switch(
        request,
        user_id,
        acts.reopen_account,
        "Reopen the account {name}",
        "Reopen the account",
        "It has the roles, teams and personal access that are still in force. Look at them first.",
        "The account is open again",
    )


def _switch(
    request: HttpRequest,
    user_id: UUID,
    service: Any,
    title: str,
    button: str,
    lead: str,
    done: str,
) -> HttpResponse:
    check_may(request.user, Permission.MANAGE_PEOPLE)
    user = directory.get_account(user_id)
    check_not_oneself(request.user, user.person)

    def perform(cleaned: dict[str, Any]) -> object:
        return service(actor=request.user, user_id=user_id, now=timezone.now(), **cleaned)

    act = _act(user.person, title.format(name=user.username), button, lead)
    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done=done, to=act.back)


@require_http_methods(["GET", "POST"])
def give_role(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Give an account a role for a period, with the reason."""
    check_may(request.user, Permission.MANAGE_ROLES)
    user = directory.get_account(user_id)
    check_not_oneself(request.user, user.person)

    def perform(cleaned: dict[str, Any]) -> object:
        return role_acts.give_role(
            actor=request.user,
            user_id=user_id,
            role=cleaned["role"],
            since=cleaned["since"],
            until=cleaned["until"],
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = _act(
        user.person,
        f"Give {user.display_name} a role",
        "Give the role",
        f"To the account {user.username}. A role says what kind of act is possible; it opens no "
        "case.",
    )
    return run(
        request, act=act, form=GiveRoleForm(request.POST or None), perform=perform,
        done="The role is given", to=act.back,
        fields={"since": "begins_on", "until": "ends_on"},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def end_role(request: HttpRequest, user_id: UUID, role: str) -> HttpResponse:
    """End a role of an account, with the reason."""
    check_may(request.user, Permission.MANAGE_ROLES)
    chosen = role_acts.read_role(role)
    user = directory.get_account(user_id)
    check_not_oneself(request.user, user.person)

    def perform(cleaned: dict[str, Any]) -> object:
        return role_acts.end_role(
            actor=request.user, user_id=user_id, role=chosen, now=timezone.now(), **cleaned
        )

    act = _act(
        user.person,
        f"End the role {chosen.label} of {user.display_name}",
        "End the role",
        "It ends at once. What they did with it stays.",
    )
    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done="The role is ended", to=act.back)


@require_http_methods(["GET", "POST"])
def join_team(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Put an account into a team for a period, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    user = directory.get_account(user_id)
    check_not_oneself(request.user, user.person)

    def perform(cleaned: dict[str, Any]) -> object:
        return memberships.join_team(
            actor=request.user,
            user_id=user_id,
            team_id=cleaned["team"].pk,
            since=cleaned["since"],
            until=cleaned["until"],
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = _act(
        user.person,
        f"Put {user.display_name} into a team",
        "Put into the team",
        "The team's cases open to them, apart from restricted ones and those they are kept out of.",
    )
    return run(
        request, act=act, form=JoinTeamForm(request.POST or None), perform=perform,
        done="They are in the team", to=act.back,
        fields={"since": "begins_on", "until": "ends_on"},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def leave_team(request: HttpRequest, user_id: UUID, team_id: UUID) -> HttpResponse:
    """End a membership, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    user = directory.get_account(user_id)
    team = teams.get_team(team_id)
    check_not_oneself(request.user, user.person)

    def perform(cleaned: dict[str, Any]) -> object:
        return memberships.leave_team(
            actor=request.user, user_id=user_id, team_id=team_id, now=timezone.now(), **cleaned
        )

    act = _act(
        user.person,
        f"Take {user.display_name} out of {team.name}",
        "Take out of the team",
        "It ends at once: the team's cases are closed to them with their next click, unless they "
        "have personal access.",
    )
    form = ReasonForm(request.POST or None)
    return run(
        request, act=act, form=form, perform=perform, done="They are out of the team", to=act.back
    )


@require_http_methods(["GET", "POST"])
def move_team(request: HttpRequest, user_id: UUID, team_id: UUID) -> HttpResponse:
    """Move an account from a team to another, in one act, with the reason."""
    check_may(request.user, Permission.MANAGE_TEAMS)
    user = directory.get_account(user_id)
    team = teams.get_team(team_id)
    check_not_oneself(request.user, user.person)

    def perform(cleaned: dict[str, Any]) -> object:
        return memberships.move_team(
            actor=request.user,
            user_id=user_id,
            from_team_id=team_id,
            to_team_id=cleaned["team"].pk,
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = _act(
        user.person,
        f"Move {user.display_name} from {team.name}",
        "Move to the new team",
        "One act: the cases of the old team close and those of the new one open at the same "
        "second.",
    )
    form = MoveTeamForm(request.POST or None, but_not=team_id)
    return run(
        request, act=act, form=form, perform=perform, done="They are in the new team", to=act.back
    )


@require_http_methods(["GET", "POST"])
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Revoke a key to the API, with the reason."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    token = one.get_token(token_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.revoke_token(
            actor=request.user, token_id=token_id, now=timezone.now(), **cleaned
        )

    act = _act(
        token.user.person,
        f"Revoke the API token “{token.label or 'without a label'}”",
        "Revoke the token",
        "The machine that uses it is refused from its next request on.",
    )
    form = ReasonForm(request.POST or None)
    return run(
        request, act=act, form=form, perform=perform, done="The token is revoked", to=act.back
    )
