"""The events of the incidents app: what can happen to a case and its footage."""

from audit.registry import Operation, event_type

# Cases
COMPLAINT_LOGGED = event_type(
    "incidents.complaint_logged", Operation.COLLECTION, "logged the complaint"
)
HANDLING_DECIDED = event_type(
    "incidents.handling_decided", Operation.ALTERATION, "decided how the case is handled"
)
ASSIGNED = event_type("incidents.assigned", Operation.ALTERATION, "assigned the case")
SUSPENDED = event_type("incidents.suspended", Operation.ALTERATION, "suspended the case")
RESUMED = event_type("incidents.resumed", Operation.ALTERATION, "resumed the case")
WITHDRAWN = event_type("incidents.withdrawn", Operation.ALTERATION, "recorded a withdrawal")
UPDATE_SENT = event_type(
    "incidents.update_sent", Operation.DISCLOSURE, "sent an update to the complainant"
)
OUTCOME_SENT = event_type(
    "incidents.outcome_sent", Operation.DISCLOSURE, "sent the outcome to the complainant"
)
SUBJECT_ADDED = event_type(
    "incidents.subject_added", Operation.COMBINATION, "added an officer complained about"
)
SUBJECT_IDENTIFIED = event_type(
    "incidents.subject_identified", Operation.ALTERATION, "said who an officer complained about is"
)
SUBJECT_DESCRIBED = event_type(
    "incidents.subject_described",
    Operation.ALTERATION,
    "changed the description of an officer complained about",
)
MATCHES_PROPOSED = event_type(
    "incidents.matches_proposed",
    Operation.ALTERATION,
    "was told whom a description may mean, and that they are kept out",
)
MATCHES_REJECTED = event_type(
    "incidents.matches_rejected", Operation.ALTERATION, "ruled people out as the officer described"
)
UNASSIGNED = event_type(
    "incidents.unassigned", Operation.ALTERATION, "took the case from somebody kept out of it"
)
CASES_LINKED = event_type("incidents.cases_linked", Operation.COMBINATION, "linked two cases")
CASES_UNLINKED = event_type(
    "incidents.cases_unlinked", Operation.ALTERATION, "ended the link between two cases"
)
ALLEGATION_ADDED = event_type(
    "incidents.allegation_added", Operation.COLLECTION, "added an allegation"
)

# Access
ACCESS_GRANTED = event_type(
    "incidents.access_granted", Operation.ADMINISTRATION, "gave personal access"
)
ACCESS_ENDED = event_type(
    "incidents.access_ended", Operation.ADMINISTRATION, "ended personal access"
)
ALL_ACCESS_ENDED = event_type(
    "incidents.all_access_ended", Operation.ADMINISTRATION, "ended all personal access of a person"
)
BULK_GIVEN = event_type(
    "incidents.bulk_given", Operation.ADMINISTRATION, "gave personal access in bulk"
)
TRANSFERRED = event_type(
    "incidents.transferred", Operation.ALTERATION, "moved the case to another team"
)
ARRIVAL_NOTED = event_type(
    "incidents.arrival_noted",
    Operation.ADMINISTRATION,
    "took note for the team that the case came to it",
)
TRANSFER_OVERRIDDEN = event_type(
    "incidents.transfer_overridden",
    Operation.ADMINISTRATION,
    "moved the case to a team in spite of conflicts",
)
RESTRICTED = event_type("incidents.restricted", Operation.ALTERATION, "restricted the case")
RESTRICTION_LIFTED = event_type(
    "incidents.restriction_lifted", Operation.ALTERATION, "lifted the restriction of the case"
)
PERSON_EXCLUDED = event_type(
    "incidents.person_excluded", Operation.ADMINISTRATION, "kept a person out of the case"
)
EXCLUSION_ENDED = event_type(
    "incidents.exclusion_ended", Operation.ADMINISTRATION, "ended keeping a person out of the case"
)
CONFLICT_REFUSED = event_type(
    "incidents.conflict_refused",
    Operation.ADMINISTRATION,
    "was refused an assignment because of a conflict",
)
CONFLICT_OVERRIDDEN = event_type(
    "incidents.conflict_overridden",
    Operation.ADMINISTRATION,
    "gave the case to somebody in spite of a possible conflict",
)
CONCERN_RAISED = event_type(
    "incidents.concern_raised",
    Operation.ALTERATION,
    "found a conflict of somebody who has the case",
)
CONCERN_DECIDED = event_type(
    "incidents.concern_decided", Operation.ALTERATION, "decided that an assignment stands"
)
ACCESS_REFUSED = event_type(
    "incidents.access_refused", Operation.CONSULTATION, "was refused a page"
)

GRANT_REFUSED = event_type(
    "incidents.grant_refused",
    Operation.ADMINISTRATION,
    "was refused to open the case to somebody",
)

# Emergency access
EMERGENCY_OPENED = event_type(
    "incidents.emergency_opened", Operation.ADMINISTRATION, "opened the case in an emergency"
)
EMERGENCY_REFUSED = event_type(
    "incidents.emergency_refused",
    Operation.ADMINISTRATION,
    "was refused the opening of a case in an emergency",
)
EMERGENCY_ENDED = event_type(
    "incidents.emergency_ended", Operation.ADMINISTRATION, "ended an emergency access"
)
EMERGENCY_ACKNOWLEDGED = event_type(
    "incidents.emergency_acknowledged",
    Operation.CONSULTATION,
    "acknowledged the notice of an emergency access",
)
EMERGENCY_REVIEWED = event_type(
    "incidents.emergency_reviewed", Operation.ADMINISTRATION, "reviewed an emergency access"
)
EMERGENCY_VIEWED = event_type(
    "incidents.emergency_viewed", Operation.CONSULTATION, "looked at an emergency access"
)
EMERGENCIES_VIEWED = event_type(
    "incidents.emergencies_viewed",
    Operation.CONSULTATION,
    "looked at the uses of emergency access",
)

# Reference data
REFERENCE_ADDED = event_type(
    "incidents.reference_added", Operation.ADMINISTRATION, "added a row of reference data"
)
REFERENCE_AMENDED = event_type(
    "incidents.reference_amended", Operation.ADMINISTRATION, "amended a row of reference data"
)

# Reading
CASE_LIST_VIEWED = event_type(
    "incidents.case_list_viewed", Operation.CONSULTATION, "looked at a list of cases"
)
CASE_VIEWED = event_type("incidents.case_viewed", Operation.CONSULTATION, "opened the case")
HISTORY_VIEWED = event_type(
    "incidents.history_viewed", Operation.CONSULTATION, "read the history of the case"
)
ACCESS_VIEWED = event_type(
    "incidents.access_viewed", Operation.CONSULTATION, "looked at who can see the case"
)
REACH_VIEWED = event_type(
    "incidents.reach_viewed", Operation.CONSULTATION, "looked at what a person can reach"
)
ACCESS_EXPORTED = event_type(
    "incidents.access_exported", Operation.DISCLOSURE, "exported who can see the case"
)
REACH_EXPORTED = event_type(
    "incidents.reach_exported", Operation.DISCLOSURE, "exported what a person can reach"
)
FOOTAGE_VIEWED = event_type(
    "incidents.footage_viewed", Operation.CONSULTATION, "looked at the list of recordings"
)

# Footage
FOOTAGE_SEARCHED = event_type(
    "incidents.footage_searched", Operation.CONSULTATION, "searched the evidence system"
)
SEARCH_RECORDED = event_type(
    "incidents.search_recorded", Operation.COLLECTION, "recorded a search for footage"
)
FOOTAGE_ATTACHED = event_type(
    "incidents.footage_attached", Operation.COMBINATION, "attached a recording"
)
PRESERVATION_REQUESTED = event_type(
    "incidents.preservation_requested",
    Operation.DISCLOSURE,
    "asked for a recording to be preserved",
)
PRESERVATION_CONFIRMED = event_type(
    "incidents.preservation_confirmed", Operation.ALTERATION, "received a preservation receipt"
)
PRESERVATION_REFUSED = event_type(
    "incidents.preservation_refused", Operation.ALTERATION, "was refused a preservation"
)
PRESERVATION_CHECKED = event_type(
    "incidents.preservation_checked", Operation.CONSULTATION, "checked that a recording is kept"
)
PRESERVATION_UNCONFIRMED = event_type(
    "incidents.preservation_unconfirmed",
    Operation.ALTERATION,
    "did not find the hold on a preserved recording",
)
FOOTAGE_LOST = event_type(
    "incidents.footage_lost", Operation.ALTERATION, "found that a recording is lost"
)
FOOTAGE_INGESTED = event_type(
    "incidents.footage_ingested", Operation.COLLECTION, "indexed a recording"
)
PLAYBACK_LINK_ISSUED = event_type(
    "incidents.playback_link_issued", Operation.CONSULTATION, "opened a recording for playing"
)
