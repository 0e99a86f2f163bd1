"""The records of what happened. Each noun has its module; import models from here."""

from incidents.models.access import CaseExclusion, CasePlacement, ComplaintGrant, GrantPeriod
from incidents.models.complaints import (
    Allegation,
    Complainant,
    Complaint,
    ComplaintSubject,
    Contribution,
    Deadline,
    Incident,
    Update,
)
from incidents.models.conflicts import (
    AssignmentConcern,
    ComplaintLink,
    FormerNaming,
    SubjectMatch,
)
from incidents.models.drafts import ComplaintDraft
from incidents.models.emergencies import EmergencyAccess, EmergencyNotice
from incidents.models.footage import (
    Camera,
    CameraIssue,
    FootageItem,
    FootageLink,
    FootageSearch,
    Preservation,
)
from incidents.models.reference import (
    REFERENCE_MODELS,
    ActionOption,
    AllegationCategory,
    CaseStateRow,
    ComplaintFactor,
    DeadlineRule,
    DecisionOption,
    HandlingType,
    NoFootageReason,
    ReferenceRow,
    SeverityLevel,
)

__all__ = [
    "REFERENCE_MODELS",
    "ActionOption",
    "Allegation",
    "AllegationCategory",
    "AssignmentConcern",
    "Camera",
    "CameraIssue",
    "CaseExclusion",
    "CasePlacement",
    "CaseStateRow",
    "Complainant",
    "Complaint",
    "ComplaintDraft",
    "ComplaintFactor",
    "ComplaintGrant",
    "ComplaintLink",
    "ComplaintSubject",
    "Contribution",
    "Deadline",
    "DeadlineRule",
    "DecisionOption",
    "EmergencyAccess",
    "EmergencyNotice",
    "FootageItem",
    "FootageLink",
    "FootageSearch",
    "FormerNaming",
    "GrantPeriod",
    "HandlingType",
    "Incident",
    "NoFootageReason",
    "Preservation",
    "ReferenceRow",
    "SeverityLevel",
    "SubjectMatch",
    "Update",
]
