"""What django-guardian's own shortcuts need, built beside the portal's tables. For the benchmark only.

The portal gives a team access by a column of the case. Guardian's way is a group for each team, its
members in the group, and a row for each group and case: that is made here, with guardian's direct
foreign keys, so that its lists and the portal's hold the same cases.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as ModelPermission
from django.db import connection, models
from guardian.core import ObjectPermissionChecker
from guardian.models import GroupObjectPermissionBase
from guardian.shortcuts import get_objects_for_user, get_users_with_perms

from accounts.models import User
from incidents.models import Complaint

User.add_to_class(
    "groups", models.ManyToManyField(Group, related_name="bench_users", related_query_name="user")
)

# Guardian asks every account whether it is one; the portal has none.
User.is_superuser = False


class BenchTeamGrant(GroupObjectPermissionBase):
    """A row for each team and case, as guardian keeps group permissions."""

    content_object = models.ForeignKey(Complaint, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        app_label = "incidents"
        db_table = "bench_team_grant"


apps.clear_cache()


def prepare() -> int:
    """Make the tables and rows, unless they are there; give the number of rows of groups and cases."""
    if BenchTeamGrant._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(User.groups.through)  # type: ignore[attr-defined]
            editor.create_model(BenchTeamGrant)
        _fill()
    return BenchTeamGrant.objects.count()


def _fill() -> None:
    permission = ModelPermission.objects.get(
        codename="view_complaint", content_type__app_label="incidents"
    ).pk
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) SELECT code FROM accounts_team")
        cursor.execute(
            "INSERT INTO accounts_user_groups (user_id, group_id) SELECT m.user_id, g.id"
            " FROM accounts_membership m JOIN accounts_team t ON t.id = m.team_id"
            " JOIN auth_group g ON g.name = t.code"
        )
        cursor.execute(
            "INSERT INTO bench_team_grant (permission_id, group_id, content_object_id)"
            " SELECT %s, g.id, c.id FROM incidents_complaint c JOIN accounts_team t"
            " ON t.id = c.team_id JOIN auth_group g ON g.name = t.code WHERE NOT c.is_restricted",
            [permission],
        )
        for table in ("auth_group", "accounts_user_groups", "bench_team_grant"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def visible(user: Any) -> Any:
    """Ask guardian for the cases of a person, without model-level permissions, which there are none of."""
    return get_objects_for_user(
        user, "incidents.view_complaint", Complaint, with_superuser=False, accept_global_perms=False
    )


def who_can_see(case: Complaint) -> list[Any]:
    """Ask guardian who can see a case."""
    found = get_users_with_perms(case, with_group_users=True, only_with_perms_in=["view_complaint"])
    return list(found.values_list("pk", flat=True))


def check_each(user: Any, cases: list[Complaint]) -> list[bool]:
    """Ask guardian of each case whether the person may see it, one after the other."""
    return [ObjectPermissionChecker(user).has_perm("view_complaint", case) for case in cases]
