"""What stands between a case and the people of the team to which it would move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Membership, Team, User
from accounts.roles import Permission
from bwcportal.phrasing import counted
from incidents.models import Complaint
from incidents.selectors.conflicts import Found, conflicts_of_people, told_to


@dataclass(frozen=True)
class Receiving:
    """The conflicts of a team's members, as far as the person who moves the case may know of them.

    `unable` says in a sentence each what nobody of the team can do.
    """

    team: Team
    conflicts: list[Found]
    unable: list[str]

    @property
    def sentences(self) -> list[str]:
        """Say every conflict once, the hard ones first."""
        ordered = sorted(self.conflicts, key=lambda each: not each.conflict.is_hard)
        return list(dict.fromkeys(each.words for each in ordered))

    @property
    def needs_reason(self) -> bool:
        """Tell whether the case may go there only if somebody says why."""
        return bool(self.conflicts)

    @property
    def said(self) -> list[str]:
        """Give what was shown, to compare it with what is true when it is confirmed."""
        return [*self.unable, *self.sentences]


def receiving(case: Complaint, team: Team, *, actor: User, now: datetime) -> Receiving:
    """Work out who of a team has a conflict with a case (about 9 queries, and 6 for each member).

    A conflict that comes from a case hidden from the actor is not told, and counts for nothing here.
    """
    belong = Membership.objects.at(now).filter(team=team).values("user_id")
    members = list(
        User.objects.filter(is_active=True, pk__in=belong)
        .select_related("person")
        .order_by("person__surname", "id")
    )
    known, _ = told_to(actor, conflicts_of_people(case, members, now=now))
    barred = {each.user.pk for each in known if each.conflict.is_hard}
    unable = [
        sentence
        for sentence in (
            _unable(members, barred, Permission.DECIDE_ALLEGATION, "investigate", team),
            _unable(members, barred, Permission.SIGN_OFF, "sign it off", team),
        )
        if sentence
    ]
    return Receiving(team, known, unable)


def _unable(
    members: list[User], barred: set[UUID], permission: Permission, what: str, team: Team
) -> str:
    could = [user for user in members if user.has_role_permission(permission)]
    if not could:
        return f"{team.name} has nobody whose role lets them {what}"
    if all(user.pk in barred for user in could):
        if len(could) == 1:
            return f"The only person of {team.name} who could {what} is in conflict with the case"
        who = counted(len(could), "person", "people")
        return f"All {who} of {team.name} who could {what} are in conflict with the case"
    return ""
