"""The records of judging what happened. Import models from here."""

from reviews.models.annotations import Annotation, AnnotationBearing, Viewing
from reviews.models.decisions import Finding, ReturnPoint, SignOff, Submission

__all__ = [
    "Annotation",
    "AnnotationBearing",
    "Finding",
    "ReturnPoint",
    "SignOff",
    "Submission",
    "Viewing",
]
