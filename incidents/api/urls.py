"""API addresses of the incidents app."""

from django.urls import URLPattern, path

from incidents.api import (
    access,
    acts,
    complaints,
    cover,
    directory,
    emergencies,
    events,
    footage,
    relocating,
    subjects,
)

CASE = "complaints/<uuid:case_id>"
LINK = "footage/<uuid:link_id>"

urlpatterns: list[URLPattern] = [
    path("complaints", complaints.Complaints.as_view(), name="api-complaints"),
    path(CASE, complaints.OneComplaint.as_view(), name="api-complaint"),
    path(f"{CASE}/handling", acts.Handling.as_view(), name="api-handling"),
    path(f"{CASE}/suspend", acts.Suspend.as_view(), name="api-suspend"),
    path(f"{CASE}/resume", acts.Resume.as_view(), name="api-resume"),
    path(f"{CASE}/withdraw", acts.Withdraw.as_view(), name="api-withdraw"),
    path(f"{CASE}/updates", acts.Update.as_view(), name="api-updates"),
    path(f"{CASE}/outcome", acts.Outcome.as_view(), name="api-outcome"),
    path(f"{CASE}/access", access.Access.as_view(), name="api-access"),
    path(f"{CASE}/transfer", relocating.Transfer.as_view(), name="api-transfer"),
    path(f"{CASE}/restrict", relocating.Restrict.as_view(), name="api-restrict"),
    path(
        f"{CASE}/restrict/lift",
        relocating.LiftRestriction.as_view(),
        name="api-lift-restriction",
    ),
    path(f"{CASE}/access/end", access.EndAccess.as_view(), name="api-access-end"),
    path(f"{CASE}/exclusions", subjects.Exclusions.as_view(), name="api-exclusions"),
    path(f"{CASE}/exclusions/end", subjects.EndExclusion.as_view(), name="api-exclusion-end"),
    path(f"{CASE}/subjects", subjects.SubjectsOfComplaint.as_view(), name="api-subjects"),
    path("subjects/<uuid:subject_id>", subjects.ReadSubject.as_view(), name="api-subject"),
    path(
        "subjects/<uuid:subject_id>/identity",
        subjects.Identify.as_view(),
        name="api-subject-identity",
    ),
    path(
        "subjects/<uuid:subject_id>/description",
        subjects.Describe.as_view(),
        name="api-subject-description",
    ),
    path("subjects/<uuid:subject_id>/matches", subjects.Matches.as_view(), name="api-matches"),
    path("subjects/<uuid:subject_id>/rule-out", subjects.RuleOut.as_view(), name="api-rule-out"),
    path(
        f"{CASE}/allegations",
        complaints.AllegationsOfComplaint.as_view(),
        name="api-allegations",
    ),
    path(f"{CASE}/events", events.EventsOfComplaint.as_view(), name="api-events"),
    path("incidents", complaints.Incidents.as_view(), name="api-incidents"),
    path("incidents/<uuid:incident_id>", complaints.OneIncident.as_view(), name="api-incident"),
    path(f"{CASE}/searches", footage.Searches.as_view(), name="api-searches"),
    path(f"{CASE}/searches/by-hand", footage.SearchesByHand.as_view(), name="api-searches-by-hand"),
    path(f"{CASE}/footage", footage.FootageOfComplaint.as_view(), name="api-footage-of-complaint"),
    path(LINK, footage.OneFootage.as_view(), name="api-footage"),
    path(f"{LINK}/lost", footage.ReportLost.as_view(), name="api-footage-lost"),
    path(f"{LINK}/playback", footage.OpenFootage.as_view(), name="api-footage-playback"),
    path(f"{LINK}/preservation", footage.PreserveFootage.as_view(), name="api-preserve"),
    path(f"{LINK}/check", footage.CheckFootage.as_view(), name="api-footage-check"),
    path("playback/<str:token>", footage.Playback.as_view(), name="api-playback"),
    path(
        f"{CASE}/preservations",
        footage.PreservationsOfComplaint.as_view(),
        name="api-preservations",
    ),
    path(
        "preservations/<uuid:preservation_id>",
        footage.OnePreservation.as_view(),
        name="api-preservation",
    ),
    path("delegations", cover.Delegations.as_view(), name="api-delegations"),
    path("delegations/<uuid:delegation_id>", cover.OneDelegation.as_view(), name="api-delegation"),
    path(
        "delegations/<uuid:delegation_id>/end",
        cover.EndDelegation.as_view(),
        name="api-delegation-end",
    ),
    path("emergencies", emergencies.Emergencies.as_view(), name="api-emergencies"),
    path(
        "emergencies/notices",
        emergencies.EmergencyNotices.as_view(),
        name="api-emergency-notices",
    ),
    path(
        "emergencies/notices/<uuid:notice_id>/acknowledge",
        emergencies.AcknowledgeEmergency.as_view(),
        name="api-acknowledge-emergency",
    ),
    path(
        "emergencies/<uuid:emergency_id>",
        emergencies.OneEmergency.as_view(),
        name="api-emergency",
    ),
    path(
        "emergencies/<uuid:emergency_id>/end",
        emergencies.EndEmergency.as_view(),
        name="api-end-emergency",
    ),
    path(
        "emergencies/<uuid:emergency_id>/review",
        emergencies.ReviewEmergency.as_view(),
        name="api-review-emergency",
    ),
    path("officers", directory.Officers.as_view(), name="api-officers"),
    path("officers/<uuid:officer_id>", directory.OneOfficer.as_view(), name="api-officer"),
    path("cameras", directory.Cameras.as_view(), name="api-cameras"),
    path("cameras/<uuid:camera_id>", directory.OneCamera.as_view(), name="api-camera"),
    path("units", directory.Units.as_view(), name="api-units"),
    path("colleagues", directory.Colleagues.as_view(), name="api-colleagues"),
    path("reference", directory.ReferenceLists.as_view(), name="api-reference"),
    path(
        "reference/<slug:list_name>",
        directory.OneReferenceList.as_view(),
        name="api-reference-list",
    ),
]
