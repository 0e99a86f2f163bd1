"""API addresses of the reviews app."""

from django.urls import URLPattern, path

from reviews.api import annotations, findings, reviews

CASE = "complaints/<uuid:case_id>"
LINK = "footage/<uuid:link_id>"
ALLEGATION = "allegations/<uuid:allegation_id>"
REVIEW = "reviews/<uuid:submission_id>"

urlpatterns: list[URLPattern] = [
    path(
        f"{CASE}/annotations",
        annotations.AnnotationsOfComplaint.as_view(),
        name="api-annotations",
    ),
    path(f"{LINK}/annotations", annotations.AnnotationsOfFootage.as_view(), name="api-annotate"),
    path(
        "annotations/<uuid:annotation_id>",
        annotations.OneAnnotation.as_view(),
        name="api-annotation",
    ),
    path(f"{LINK}/viewings", annotations.ViewingsOfFootage.as_view(), name="api-viewings"),
    path(ALLEGATION, findings.OneAllegation.as_view(), name="api-allegation"),
    path(f"{ALLEGATION}/finding", findings.Decide.as_view(), name="api-decide"),
    path(f"{CASE}/findings", findings.FindingsOfComplaint.as_view(), name="api-findings"),
    path("findings/<uuid:finding_id>", findings.OneFinding.as_view(), name="api-finding"),
    path("reviews", reviews.Reviews.as_view(), name="api-reviews"),
    path(f"{CASE}/reviews", reviews.ReviewsOfComplaint.as_view(), name="api-reviews-of-complaint"),
    path(f"{CASE}/readiness", reviews.Readiness.as_view(), name="api-readiness"),
    path(f"{CASE}/submission", reviews.Submit.as_view(), name="api-submit"),
    path(REVIEW, reviews.OneReview.as_view(), name="api-review"),
    path(f"{REVIEW}/return", reviews.Return.as_view(), name="api-review-return"),
    path(f"{REVIEW}/sign", reviews.Sign.as_view(), name="api-review-sign"),
    path(
        "return-points/<uuid:point_id>/answer",
        reviews.AnswerPoint.as_view(),
        name="api-answer-point",
    ),
    path(f"{CASE}/signoffs", reviews.SignOffsOfComplaint.as_view(), name="api-signoffs"),
    path("signoffs/<uuid:signoff_id>", reviews.OneSignOff.as_view(), name="api-signoff"),
]
