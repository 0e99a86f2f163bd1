"""The events of the reviews app: marking, watching, deciding, submitting, signing."""

from audit.registry import Operation, event_type

# Deciding and signing off
ALLEGATION_DECIDED = event_type(
    "reviews.allegation_decided", Operation.ALTERATION, "decided an allegation"
)
SUBMITTED = event_type(
    "reviews.submitted", Operation.ALTERATION, "submitted a version for sign-off"
)
RETURNED = event_type("reviews.returned", Operation.ALTERATION, "returned a version")
POINT_ANSWERED = event_type(
    "reviews.point_answered", Operation.ALTERATION, "answered a point of a return"
)
SIGNED = event_type("reviews.signed", Operation.ALTERATION, "signed a version")
SIGNATURE_VOIDED = event_type(
    "reviews.signature_voided",
    Operation.ALTERATION,
    "changed the content, which voided a signature",
)
FINDINGS_VIEWED = event_type("reviews.findings_viewed", Operation.CONSULTATION, "read the findings")
SIGN_OFF_VIEWED = event_type(
    "reviews.sign_off_viewed", Operation.CONSULTATION, "opened the sign-off of a version"
)

# The review room
ROOM_VIEWED = event_type(
    "reviews.room_viewed", Operation.CONSULTATION, "opened the review room of the case"
)
FOOTAGE_WATCHED = event_type(
    "reviews.footage_watched", Operation.CONSULTATION, "watched part of a recording"
)
ANNOTATION_ADDED = event_type("reviews.annotation_added", Operation.COLLECTION, "marked footage")
ANNOTATION_CHANGED = event_type(
    "reviews.annotation_changed", Operation.ALTERATION, "changed a mark"
)
ANNOTATION_DELETED = event_type(
    "reviews.annotation_deleted", Operation.ERASURE, "deleted a draft mark"
)
