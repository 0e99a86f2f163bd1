"""What was watched: recorded within bounds, merged, counted at twice real time or slower."""

from __future__ import annotations

import pytest

from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.enums import FootageStatus
from incidents.models import Complaint, FootageItem
from reviews.models import Viewing
from reviews.selectors.room import watched
from reviews.selectors.watching import span_of, watched_by
from reviews.services.viewings import record_viewing
from tests.factories.cases import NOW, handled_case
from tests.factories.people import Force
from tests.factories.reviews import make_link, make_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def force():
    return Force()


@pytest.fixture
def link(force):
    return make_link(handled_case(force), force)


def watch(link, user, start, end, *, rate=100, sound=True):
    return record_viewing(
        actor=user,
        link_id=link.pk,
        from_ms=start,
        to_ms=end,
        rate_percent=rate,
        with_sound=sound,
        now=NOW,
    )


def test_a_viewing_is_stored_and_recorded_with_its_seconds(force, link):
    watch(link, force.supervisor, 1000, 5000, rate=150, sound=False)
    viewing = Viewing.objects.get()
    assert (viewing.viewer, viewing.from_ms, viewing.to_ms) == (force.supervisor, 1000, 5000)
    assert (viewing.rate_percent, viewing.with_sound, viewing.ended_at) == (150, False, NOW)
    (event,) = Event.objects.filter(name="reviews.footage_watched")
    assert event.details == {
        "from_ms": 1000,
        "to_ms": 5000,
        "rate_percent": 150,
        "with_sound": False,
    }
    assert (event.subject_label, event.operation) == ("F1", "CONSULTATION")


def test_watching_changes_nothing_of_the_case(force, link):
    before = Complaint.objects.get(pk=link.complaint_id).version
    watch(link, force.investigator, 0, 1000)
    assert Complaint.objects.get(pk=link.complaint_id).version == before


def test_an_end_that_the_browser_rounded_up_is_the_end_of_the_recording(force, link):
    assert watch(link, force.investigator, 39_000, 40_021).to_ms == 40_000


@pytest.mark.parametrize(
    ("start", "end", "rate", "field"),
    [
        (-1, 1000, 100, "from_ms"),
        (40_000, 40_100, 100, "from_ms"),
        (39_000, 40_501, 100, "to_ms"),
        (5000, 5000, 100, "to_ms"),
        (5000, 4000, 100, "to_ms"),
        (0, 1000, 9, "rate_percent"),
        (0, 1000, 1601, "rate_percent"),
        (0, 40_000, 10, "to_ms"),
    ],
)
def test_a_stretch_that_cannot_have_been_played_is_refused(force, link, start, end, rate, field):
    with pytest.raises(Invalid) as refusal:
        watch(link, force.investigator, start, end, rate=rate)
    assert refusal.value.field == field
    assert not Viewing.objects.exists()
    assert not Event.objects.filter(name="reviews.footage_watched").exists()


def test_a_hidden_recording_a_role_without_footage_and_a_lost_recording_are_refused(force, link):
    with pytest.raises(NotFound):
        watch(link, force.stranger, 0, 1000)
    with pytest.raises(NotPermitted):
        watch(link, force.auditor, 0, 1000)
    FootageItem.objects.update(status=FootageStatus.LOST, lost_noticed_at=NOW)
    with pytest.raises(NotNow, match="F1 is lost"):
        watch(link, force.investigator, 0, 1000)
    assert not Viewing.objects.exists()
    assert not Event.objects.filter(name="reviews.footage_watched").exists()


def test_what_counts_is_merged_per_person_and_not_faster_than_twice_real_time(force, link):
    watch(link, force.investigator, 0, 4000)
    watch(link, force.investigator, 3000, 6000, rate=200, sound=False)
    watch(link, force.investigator, 10_000, 20_000, rate=201)
    watch(link, force.supervisor, 30_000, 31_000)
    assert watched(link, force.investigator) == [(0, 6000)]
    assert watched(link, force.supervisor) == [(30_000, 31_000)]
    played = watched_by(force.investigator, [link.pk])[link.pk]
    assert played.heard == [(0, 4000)]
    assert played.too_fast == [(10_000, 20_000)]


def test_a_moment_is_watched_with_what_surrounds_it_and_a_clip_from_end_to_end(force, link):
    marker = make_mark(link, force, start_ms=1000)
    clip = make_mark(link, force, kind="CLIP", start_ms=5000, end_ms=9000)
    late = make_mark(link, force, start_ms=39_000)
    assert span_of(marker, 40_000) == (0, 4000)
    assert span_of(clip, 40_000) == (5000, 9000)
    assert span_of(late, 40_000) == (37_000, 40_000)
