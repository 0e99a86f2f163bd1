"""The tags and filters, used as a page author uses them: in a template, without {% load %}."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from bwcportal import badges, gallery, icons
from incidents import enums as incident_enums
from retention import enums as retention_enums
from reviews import enums as review_enums

N = "\u00a0"
NOW = datetime(2026, 11, 24, 9, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _demo_moment():
    with time_machine.travel(NOW, tick=False):
        yield


def drawn(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("filters", "value", "words"),
    [
        ("bwc_date", date(2026, 11, 27), f"Fri 27{N}Nov"),
        ('bwc_date:"year"', date(2026, 11, 27), f"Fri 27{N}Nov 2026"),
        ("bwc_date", date(2027, 11, 9), f"Tue 9{N}Nov 2027"),
        ("bwc_moment", datetime(2026, 11, 6, 21, 38, tzinfo=UTC), f"Fri 6{N}Nov, 21:38"),
        (
            "bwc_sentence_date",
            datetime(2026, 11, 27, 18, 22, tzinfo=UTC),
            f"Friday 27{N}November 2026 at 18:22",
        ),
        ("bwc_plain_date", date(2026, 11, 24), f"24{N}November 2026"),
        ("bwc_time", datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "13:05"),
        ("bwc_clock", datetime(2026, 11, 6, 21, 51, 20, tzinfo=UTC), "21:51:20"),
        ("bwc_zone", datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "BST"),
        ("bwc_iso", datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "2026-07-01T12:05:00Z"),
        ("bwc_length", 252_000, f"4{N}min 12{N}s"),
        ("bwc_offset", 192_000, "00:03:12"),
        ('bwc_offset:"ms"', 192_480, "00:03:12.480"),
        ("days_left", NOW + timedelta(days=3, hours=9), "3"),
        ("due_in", date(2026, 11, 22), f"2{N}days late"),
        ("bwc_number", 18204, "18,204"),
        ('counted:"person,people"', 6, f"6{N}people"),
        ("digest", "0123456789abcdef", "01234567 89abcdef"),
        ("reference", "CM-26-K7MQ4", '<span class="bwc-nw">CM-26-K7MQ4</span>'),
    ],
)
def test_filters_say(filters, value, words):
    assert drawn("{{ value|" + filters + " }}", value=value) == words


@pytest.mark.parametrize(
    "filters",
    [
        "bwc_date", "bwc_moment", "bwc_sentence_date", "bwc_plain_date", "bwc_time", "bwc_clock",
        "bwc_zone", "bwc_iso", "bwc_length", "bwc_offset", "days_left", "due_in", "bwc_number",
        'counted:"x"', "person", "digest",
    ],
)  # fmt: skip
def test_nothing_gives_nothing(filters):
    assert drawn("{{ value|" + filters + " }}", value=None) == ""


def test_what_people_typed_is_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    source = """{{ value|reference }}{% state "open" value %}{% mark "supports" value %}{% was_now value value %}
        {% watched 10 value %}{% seal "late" value %}{% note "warn" title=value %}{{ value }}{% endnote %}
        {% section value id="x" aside=value %}{{ value }}{% endsection %}{% empty value "/" value %}
        {% panel value %}{% endpanel %}{% verdict value value rows=rows %}{% endverdict %}
        {% tasks tasks %}{% definitions rows %}{% facts rows %}{% post_button "/" value refused=value %}
        {% post_button "/" value note=value %}{% icon "tick" value %}{{ who|person }}"""
    page = drawn(
        source,
        value=evil,
        rows=[(evil, evil), (evil, evil)],
        tasks=[{"state": "missing", "label": evil, "detail": evil, "count": evil}],
        who={"rank": evil, "collar_number": evil, "surname": evil},
    )
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 20


def test_a_badge_is_an_icon_and_a_word():
    badge = drawn('{% state "AT_RISK" %}')
    assert "At risk" in badge
    assert "bwc-state--warn" in badge
    assert "<svg" in badge
    assert drawn('{% state "at-risk" %}') == badge
    assert "Being looked at" in drawn('{% state "at_risk" "Being looked at" %}')


def test_a_state_without_a_badge_fails_loudly():
    with pytest.raises(LookupError, match="nonsense"):
        drawn('{% state "nonsense" %}')


@pytest.mark.parametrize(
    "states",
    [
        incident_enums.CaseState,
        incident_enums.SearchResult,
        incident_enums.FootageStatus,
        incident_enums.PreservationState,
        review_enums.SubmissionState,
        review_enums.AnnotationState,
        retention_enums.DisposalState,
    ],
)
def test_every_state_a_page_can_show_has_a_badge(states):
    for code in states:
        badge = badges.badge(code)
        assert badge.icon in icons.SHAPES
        assert badge.word


def test_every_bearing_has_a_mark():
    for bearing in review_enums.Bearing:
        assert bearing.label in drawn("{% mark bearing %}", bearing=bearing)
    assert "Not linked" in drawn('{% mark "" %}')


def test_no_two_tones_of_a_badge_share_icon_and_word():
    seen: dict[tuple[str, str], str] = {}
    for code in badges.codes():
        badge = badges.badge(code)
        assert seen.setdefault((badge.icon, badge.word), badge.tone) == badge.tone


def test_the_bar_never_leaves_its_frame_and_what_is_left_is_strong():
    assert 'width="100%"' in drawn('{% watched 140 "All" %}')
    assert 'width="0%"' in drawn('{% watched -3 "None of 1 min" %}')
    assert "<strong>18 s of 42 s</strong>" in drawn('{% watched 43 "18 s of 42 s" %}')
    assert "<strong>" not in drawn('{% watched 100 "All of 42 s" %}')


def test_a_clock_turns_red_in_the_last_seven_days():
    source = "{% clock due %}inside{% endclock %}"
    red = drawn(source, due=NOW + timedelta(days=3, hours=9))
    amber = drawn(source, due=NOW + timedelta(days=7, hours=17))
    assert "bwc-clock--bad" in red
    assert "<b>3</b> <span>days left</span>" in red
    assert "bwc-clock--soon" in amber
    assert "inside" in amber


def test_tasks_put_what_is_missing_first():
    page = drawn(
        "{% tasks items %}",
        items=[
            {"state": "locked", "label": "Submit"},
            {"state": "done", "label": "Search"},
            {"state": "missing", "label": "Explain"},
        ],
    )
    assert page.index("Explain") < page.index("Search") < page.index("Submit")


def test_the_last_line_of_the_arithmetic_is_the_last_row():
    page = drawn("{% arithmetic rows open=True %}", rows=[("Start", "6 Nov"), ("Result", "7 Dec")])
    assert page.index("Start") < page.index("7 Dec")
    assert "<details" in page
    assert " open>" in page
    assert drawn("{% arithmetic rows %}", rows=[]).strip() == ""


def test_the_ledger_groups_by_london_day_and_says_what_was_refused():
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    page = drawn(
        "{% ledger events %}",
        events=[
            {"at": late, "operation": "CONSULTATION", "what": "Opened", "who": "A"},
            {"at": late - timedelta(hours=1), "operation": "CONSULTATION", "what": "Tried"}
            | {"who": "B", "refused": True, "sealed": True, "number": 1200},
        ],
    )
    assert page.index(f"Wednesday 1{N}July 2026") < page.index(f"Tuesday 30{N}June 2026")
    assert "Being sealed" in page
    assert "Refused" in page
    assert "No. 1,200" in page
    assert 'class="bwc-led__refused"' in page


def test_an_act_is_posted_with_the_token_or_refused_with_its_reason():
    act = drawn('{% post_button "/preserve/" "Preserve" version=3 %}', csrf_token="tok")
    assert 'method="post"' in act
    assert 'name="csrfmiddlewaretoken" value="tok"' in act
    assert 'name="version" value="3"' in act
    refused = drawn('{% post_button "/sign/" "Sign" refused="You took part." %}', csrf_token="tok")
    assert "<form" not in refused
    assert "disabled" in refused
    assert "You took part." in refused


def test_the_gallery_shows_every_state_and_icon_and_nothing_inline():
    request = RequestFactory().get("/components/")
    source = Template("{% include 'components.html' %}")
    page = source.render(Context({"request": request, **gallery.context(timezone.now())}))
    for code in badges.codes():
        assert badges.badge(code).word in page
    for name in icons.SHAPES:
        assert f" {name}</span>" in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page
