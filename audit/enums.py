"""The closed lists of the record of events; members are stored by name."""

from django.db.models import TextChoices


class Operation(TextChoices):
    """What kind of act an event is: the six of DPA 2018 s.62(1), and two of our own."""

    COLLECTION = "COLLECTION", "Collection"
    ALTERATION = "ALTERATION", "Alteration"
    CONSULTATION = "CONSULTATION", "Consultation"
    DISCLOSURE = "DISCLOSURE", "Disclosure"
    COMBINATION = "COMBINATION", "Combination"
    ERASURE = "ERASURE", "Erasure"
    SIGN_IN = "SIGN_IN", "Sign-in"
    ADMINISTRATION = "ADMINISTRATION", "Administration"


class Outcome(TextChoices):
    """Whether the portal let the act happen."""

    ALLOWED = "ALLOWED", "Allowed"
    DENIED = "DENIED", "Denied"


class ActorKind(TextChoices):
    """What kind of actor did it: a person, a machine with a token, or our own job."""

    USER = "USER", "Person"
    SERVICE = "SERVICE", "Service account"
    JOB = "JOB", "Scheduled job"


class Source(TextChoices):
    """The door through which the act came in."""

    WEB = "WEB", "Web page"
    API = "API", "API"
    TASK = "TASK", "Background task"
    COMMAND = "COMMAND", "Command line"


class PersonalState(TextChoices):
    """What became of the personal part of an event."""

    NONE = "NONE", "No personal part"
    HELD = "HELD", "Held"
    ERASED = "ERASED", "Erased"
