"""Which marks a person may know of: those of visible cases, less other people's private drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, F, OuterRef, Q

from incidents.querysets import OfCaseQuerySet
from reviews.enums import AnnotationState

if TYPE_CHECKING:
    from accounts.models import User


class AnnotationQuerySet(OfCaseQuerySet):
    """Marks. A draft belongs to its author alone until a version with it has been submitted."""

    def visible_to(self, user: User) -> Self:
        """Keep the marks of visible cases that are the person's own or have been submitted once.

        A mark that went back to draft because its version was returned stays visible: others have
        read it already.
        """
        submitted_before = self.model._default_manager.filter(
            pk=OuterRef("pk"), complaint__submissions__submitted_at__gte=F("created_at")
        )
        shared = Q(state=AnnotationState.SUBMITTED) | Exists(submitted_before)
        return super().visible_to(user).filter(Q(author_id=user.pk) | shared)
