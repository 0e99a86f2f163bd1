"""The tags and filters every page is written with; built in, so no `{% load %}` is needed.

Filters say dates, times, lengths and people (bwcportal/phrasing.py holds the rules). Simple
tags draw a badge, an icon or a mark. Block tags wrap content of the page's own. Inclusion tags
draw a component from data through `templates/_components/`. How to write a page with them:
docs/how-to/write-a-page.md; every component in every state: the page /components/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from bwcportal import badges, form_markup, icons, lanes, phrasing

register = template.Library()


# --- filters: dates, times, lengths, counts, people -------------------------------------------


@register.filter
def bwc_date(value: date | datetime | None, year: str = "") -> str:
    """Say a date for a table: 'Fri 27 Nov', with the year when it is not this year.

    `{{ due|bwc_date }}`; `{{ made|bwc_date:"year" }}` always shows the year. None gives ''.
    """
    if value is None:
        return ""
    today = phrasing.london_day(timezone.now())
    return phrasing.short_date(value, today=today, always_year=bool(year))


@register.filter
def bwc_moment(value: datetime | None, year: str = "") -> str:
    """Say a date and time for a table: 'Fri 6 Nov, 21:38'. Takes "year" as `bwc_date` does."""
    return "" if value is None else f"{bwc_date(value, year)}, {phrasing.clock_time(value)}"


@register.filter
def bwc_sentence_date(value: date | datetime | None) -> str:
    """Say a date for a sentence: 'Friday 27 November 2026 at 18:22' (a plain date has no 'at')."""
    return "" if value is None else phrasing.sentence_date(value)


@register.filter
def bwc_plain_date(value: date | datetime | None) -> str:
    """Say a date without its weekday: '24 November 2026'."""
    return "" if value is None else phrasing.plain_date(value)


@register.filter
def bwc_time(value: datetime | None) -> str:
    """Say the London time of a moment: '18:22'."""
    return "" if value is None else phrasing.clock_time(value)


@register.filter
def bwc_clock(value: datetime | None) -> str:
    """Say the London time with seconds, for footage and history only: '21:51:20'."""
    return "" if value is None else phrasing.clock_time(value, seconds=True)


@register.filter
def bwc_zone(value: datetime | None) -> str:
    """Say which time London keeps at a moment: 'GMT' or 'BST'. Name it once per page."""
    return "" if value is None else phrasing.zone_name(value)


@register.filter
def bwc_iso(value: datetime | None) -> str:
    """Give a moment for the `datetime` attribute of `<time>`: '2026-11-27T18:22:00Z'."""
    return "" if value is None else phrasing.utc_iso(value)


@register.filter
def bwc_length(milliseconds: int | None) -> str:
    """Say a length given in ms: '42 s', '4 min 12 s', '1 h 45 min'."""
    return "" if milliseconds is None else phrasing.length(int(milliseconds))


@register.filter
def bwc_offset(milliseconds: int | None, with_ms: str = "") -> str:
    """Say a place in a file given in ms: '00:03:12'; with "ms", '00:03:12.480'."""
    return (
        "" if milliseconds is None else phrasing.offset(int(milliseconds), with_ms=bool(with_ms))
    )


@register.filter
def days_left(due: datetime | None) -> int | str:
    """Count the whole days of 24 hours from now until `due`, rounded down, never below 0."""
    return "" if due is None else phrasing.whole_days_left(due, timezone.now())


@register.filter
def due_in(value: date | datetime | None) -> str:
    """Say how far a due date is by calendar days: '2 days late', 'today', 'in 3 days'."""
    return "" if value is None else phrasing.due_in(value, timezone.now())


@register.filter
def bwc_number(value: int | None) -> str:
    """Say a whole number with commas: '18,204'."""
    return "" if value is None else phrasing.number(int(value))


@register.filter
def counted(value: int | None, nouns: str) -> str:
    """Say a count with its noun: `{{ n|counted:"recording" }}`, `{{ n|counted:"person,people" }}`."""
    singular, _, plural = nouns.partition(",")
    return "" if value is None else phrasing.counted(int(value), singular, plural)


@register.filter
def person(who: Any) -> str:
    """Say a person as rank, collar number, surname: 'PC 2186QX Brannick'."""
    return "" if not who else phrasing.person(who)


@register.filter
def reference(value: str | None) -> SafeString:
    """Show a reference that never breaks over two lines: `{{ case.reference|reference }}`."""
    return format_html('<span class="bwc-nw">{}</span>', value or "")


@register.filter
def digest(hexadecimal: str | None) -> str:
    """Show a digest in groups of eight characters. Put it in an element of class `bwc-hash`."""
    return phrasing.digest(hexadecimal or "")


# --- simple tags ------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon, hidden from assistive technology: `{% icon "tick" %}`.

    Give `label` only where no word stands beside it. Names: bwcportal/icons.py.
    """
    role = format_html(' role="img" aria-label="{}"', label) if label else ' aria-hidden="true"'
    return format_html(
        '<svg class="bwc-i" viewBox="0 0 24 24"{} focusable="false">{}</svg>',
        mark_safe(role),  # noqa: S308 - built just above, its only value escaped
        mark_safe(icons.SHAPES[name]),  # noqa: S308 - our own drawing
    )


@register.simple_tag
def state(code: str, word: str = "", tone: str = "", shape: str = "") -> SafeString:
    """Draw the badge of a state: `{% state "preserved" %}`, `{% state allegation.state %}`.

    `word` replaces the usual word (`{% state "being_changed" "Changed" %}`); `tone` and `shape`
    replace the colour role and the icon. Codes: bwcportal/badges.py, in any case, with - or _.
    Raises LookupError for a code without a badge.
    """
    known = badges.badge(code)
    return format_html(
        '<span class="bwc-state bwc-state--{}">{}{}</span>',
        tone or known.tone,
        icon(shape or known.icon),
        word or known.word,
    )


@register.simple_tag
def states(codes: Iterable[str | tuple[str, str]]) -> SafeString:
    """Draw several badges: `{% states casebar.states %}`, each a code or a (code, word) pair."""
    pairs = ((code, "") if isinstance(code, str) else code for code in codes)
    return format_html_join(" ", "{}", ((state(code, word),) for code, word in pairs))


@register.simple_tag
def mark(bearing: str, word: str = "") -> SafeString:
    """Draw how a moment bears on an allegation: `{% mark "supports" %}`.

    `bearing`: supports, contradicts, neutral, unclear, in any case; '' draws 'Not linked'
    as the matrix does. `word` replaces the usual word.
    """
    if not bearing:
        return mark_safe(
            '<span class="bwc-none" aria-hidden="true">·</span><span class="bwc-hide">Not linked</span>'
        )
    key = str(bearing).lower()
    return format_html(
        '<span class="bwc-mark bwc-mark--{}"><svg viewBox="0 0 22 22" aria-hidden="true" focusable="false">{}</svg>{}</span>',
        key,
        mark_safe(icons.MARKS[key]),  # noqa: S308 - our own drawing
        word or badges.BEARINGS[key],
    )


@register.simple_tag
def was_now(was: str = "", now: str = "") -> SafeString:
    """Show a change in one line: the old value struck out, the new one underlined."""
    old = format_html("<del>{}</del> ", was) if was else ""
    return format_html("{}{}", old, format_html("<ins>{}</ins>", now) if now else "")


@register.simple_tag
def watched(share: float, words: str = "") -> SafeString:
    """Draw how much of a range was watched: `{% watched 43 "18 s of 42 s" %}`.

    `share` is per cent, 0 to 100. The words are the truth, the bar only repeats them; they are
    strong while something is left.
    """
    percent = min(max(float(share), 0.0), 100.0)
    told = format_html("<strong>{}</strong>", words) if words and percent < 100 else words
    return format_html(
        '<svg class="bwc-bar" aria-hidden="true" focusable="false"><rect class="bwc-bar__all" x="0.5" y="0.5" width="99%" height="11" rx="2"/>'
        '<rect class="bwc-bar__{}" width="{}%" height="12" rx="2"/></svg>{}',
        "full" if percent >= 100 else "part",
        f"{percent:g}",
        told,
    )


@register.simple_tag
def seal(kind: str, words: str) -> SafeString:
    """Draw the pill of the record's seal: `{% seal "sealed" "Sealed 3 s ago, checkpoint 18,204" %}`.

    `kind`: sealed, late, broken, waiting (nothing sealed yet). Never hidden when bad.
    """
    shapes = {"sealed": "seal", "late": "clock", "broken": "warn", "waiting": "clock"}
    return format_html(
        '<span class="bwc-seal bwc-seal--{}">{}<span>{}</span></span>',
        kind,
        icon(shapes[kind]),
        words,
    )


@register.simple_tag
def zone_note() -> str:
    """Say which clock the page uses and until when: 'GMT until 28 March 2027'."""
    return phrasing.zone_note(timezone.now())


# --- block tags: a frame around the page's own content ----------------------------------------


@register.simple_block_tag
def note(content: str, kind: str = "", title: str = "", level: int = 2) -> SafeString:
    """Frame something to know: `{% note "warn" title="Answer by Friday" %}...{% endnote %}`.

    `kind`: '' to know, 'warn' yours to do, 'bad' lost, refused or broken, 'ok' done.
    `title` becomes a heading of `level`, and the note a labelled region.
    """
    modifier = f" bwc-note--{kind}" if kind else ""
    if not title:
        return format_html('<div class="bwc-note{}">{}</div>', modifier, content)
    return format_html(
        '<section class="bwc-note{}" aria-label="{}"><h{} class="bwc-h3">{}</h{}>{}</section>',
        modifier,
        title,
        level,
        title,
        level,
        content,
    )


@register.simple_block_tag
def section(
    content: str, title: str, id: str, aside: str = "", aside_url: str = "", small: bool = False
) -> SafeString:
    """Frame one section of a page: `{% section "Allegations" id="allegations" %}...{% endsection %}`.

    `aside` stands at the right of the heading, as a link when `aside_url` is given. `small`
    makes the heading that of a rail.
    """
    right: str = ""
    if aside_url:
        right = format_html('<a href="{}">{}</a>', aside_url, aside)
    elif aside:
        right = format_html('<p class="bwc-2">{}</p>', aside)
    return format_html(
        '<section class="bwc-sec" aria-labelledby="{}"><div class="bwc-sec__head">'
        '<h2 class="{}" id="{}">{}</h2>{}</div>{}</section>',
        id,
        "bwc-h3" if small else "bwc-h2",
        id,
        title,
        right,
        content,
    )


@register.simple_block_tag
def clock(content: str, due: datetime | None = None, tone: str = "") -> SafeString:
    """Frame a countdown to a deletion: `{% clock complaint.preserve_by %}...{% endclock %}`.

    Only for footage that will vanish. The number is worked out from `due`. The content holds
    `<div class="bwc-clock__t">` (h3, sentence, arithmetic) and, for the one button,
    `<div class="bwc-clock__a">`. `tone`: bad or soon, by default bad from seven days before.
    """
    if due is None:
        number, unit, worked_out = "?", "date not known", "bad"
    else:
        number, unit, worked_out = phrasing.countdown(due, timezone.now())
    return format_html(
        '<div class="bwc-clock bwc-clock--{}"><p class="bwc-clock__n"><b>{}</b> <span>{}</span></p>{}</div>',
        tone or worked_out,
        number,
        unit,
        content,
    )


@register.simple_block_tag
def deadline(content: str, due: datetime | None = None) -> SafeString:
    """Frame the clock beside a form: `{% deadline due %}<p>...</p>{% enddeadline %}`.

    A live region: replace its inside and assistive technology says it.
    """
    number, unit, tone = phrasing.countdown(due, timezone.now()) if due else ("", "", "soon")
    head = (
        format_html('<p class="bwc-deadline__n"><b>{}</b> {}</p>', number, unit) if number else ""
    )
    return format_html(
        '<section class="bwc-deadline bwc-deadline--{}" aria-label="Footage clock" aria-live="polite">{}{}</section>',
        tone,
        head,
        content,
    )


@register.simple_block_tag
def panel(content: str, title: str = "", lift: bool = False) -> SafeString:
    """Frame the one act of a page: `{% panel "Your decision" lift=True %}...{% endpanel %}`."""
    head = format_html('<h2 class="bwc-h2">{}</h2>', title) if title else ""
    modifier = " bwc-panel--lift" if lift else ""
    return format_html('<section class="bwc-panel{}">{}{}</section>', modifier, head, content)


@register.simple_block_tag
def verdict(content: str, lead: str, answer: str, after: str = "", rows: Any = ()) -> SafeString:
    """Frame the answer of a page: `{% verdict "Expires on" "31 December 2026" after="37 days away" %}`.

    `rows` is the arithmetic of the answer, as for `{% arithmetic %}`. The content says why, in
    `<p class="bwc-verdict__t">` sentences. One per page.
    """
    summed = template.loader.render_to_string(
        "_components/arithmetic.html", arithmetic(rows, "How the date is worked out")
    )
    return format_html(
        '<section class="bwc-verdict" aria-label="{} {}"><div class="bwc-verdict__d"><span>{}</span>'
        "<b>{}</b>{}{}</div><div>{}</div></section>",
        lead,
        answer,
        lead,
        answer,
        format_html("<span>{}</span>", after) if after else "",
        summed if rows else "",
        content,
    )


# --- inclusion tags: components drawn from data -----------------------------------------------


@register.inclusion_tag("_components/arithmetic.html")
def arithmetic(
    rows: Sequence[tuple[str, str]], label: str = "How this is worked out", open: bool = False
) -> dict[str, Any]:
    """Draw how a date or count was worked out, one click away: `{% arithmetic case.preserve_by_rows %}`.

    `rows`: (label, value) pairs, the last is the result. No rows draw nothing.
    """
    return {"rows": rows, "label": label, "open": open}


@register.inclusion_tag("_components/tasks.html")
def tasks(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw what is missing, done and locked, missing first: `{% tasks readiness %}`.

    Each item: `state` (missing, done, locked), `label`, and optionally `url`, `detail` (second
    line), `count` (what is left, or what was done).
    """
    order = {"missing": 0, "done": 1, "locked": 2}
    shapes = {"missing": "warn", "done": "tick", "locked": "lock"}
    ordered = sorted(items, key=lambda item: order[item["state"]])
    return {"items": [{**item, "icon": shapes[item["state"]]} for item in ordered]}


@register.inclusion_tag("_components/definitions.html")
def definitions(rows: Iterable[Sequence[Any]], kind: str = "") -> dict[str, Any]:
    """Draw a list of terms: `{% definitions people %}`, `{% definitions rows "row" %}` side by side.

    Each row: (term, value) or (term, value, second line). `value` may be a list of
    (value, second line) pairs when one term has several.
    """
    drawn = []
    for term, value, *rest in rows:
        many = value if isinstance(value, (list, tuple)) else [(value, rest[0] if rest else "")]
        drawn.append({"term": term, "values": many})
    return {"rows": drawn, "kind": kind}


@register.inclusion_tag("_components/facts.html")
def facts(items: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Draw the few numbers at the head of a page: `{% facts board_facts %}`.

    Each item: (number, noun) or (number, noun, tone) with tone bad or warn.
    """
    shapes = {"bad": "cross", "warn": "warn"}
    drawn = []
    for number, noun, *rest in items:
        tone = rest[0] if rest else ""
        drawn.append({"number": number, "noun": noun, "tone": tone, "icon": shapes.get(tone, "")})
    return {"items": drawn}


@register.inclusion_tag("_components/life.html")
def life(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw the way of a record from left to right: `{% life steps %}`.

    Each step: `state` (done, now, hold, todo, end), `label`, and optionally `text` and `detail`.
    """
    shapes = {"done": "tick", "now": "half", "hold": "pause", "todo": "dot", "end": "bin"}
    return {"steps": [{**step, "icon": shapes[step["state"]]} for step in steps]}


@register.inclusion_tag("_components/lanes.html")
def lanes_board(board: Mapping[str, Any]) -> dict[str, Any]:
    """Draw the coverage board, one lane per person on scene: `{% lanes_board board %}`.

    The shape of `board` is that of `bwcportal.lanes.draw`, which also works out the geometry.
    """
    return {"board": lanes.draw(board)}


@register.inclusion_tag("_components/split_bar.html")
def split_bar(parts: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Draw the shares of a whole with a legend: `{% split_bar [("preserved", 41, "")] %}`.

    Each part: (state code, count) or (state code, count, url). Parts of 0 stay in the legend.
    """
    return {"parts": lanes.shares(parts)}


@register.inclusion_tag("_components/ledger.html")
def ledger(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw the history of a case by London day, in the order given: `{% ledger events %}`.

    Each event: `at` (UTC), `operation` (DPA 2018 s.62 name), `what`, `who`, and optionally `was`
    and `now` (a change), `purpose`, `refused`, `place` (number in the case), `index` (number in
    all; both None while it is being sealed), `url`.
    """
    rows = []
    for event in events:
        code = "REFUSED" if event.get("refused") else str(event["operation"]).upper()
        shape, word = badges.OPERATIONS[code]
        rows.append({**event, "icon": shape, "word": word})
    days = groupby(rows, key=lambda row: phrasing.london_day(row["at"]))
    return {"days": [(phrasing.sentence_date(day), list(group)) for day, group in days]}


@register.inclusion_tag("_components/pages.html")
def pages(newer: str = "", older: str = "", noun: str = "events") -> dict[str, Any]:
    """Draw the way to newer and older rows: `{% pages newer=page.newer_url older=page.older_url %}`."""
    return {"newer": newer, "older": older, "noun": noun}


@register.inclusion_tag("_components/empty.html")
def empty(sentence: str, url: str = "", link: str = "") -> dict[str, Any]:
    """Say that nothing is there and how to start it: `{% empty "No holds yet." url "Place a hold" %}`."""
    return {"sentence": sentence, "url": url, "link": link}


@register.inclusion_tag("_components/post_button.html", takes_context=True)
def post_button(
    context: template.Context,
    url: str,
    label: str,
    refused: str = "",
    main: bool = False,
    shape: str = "",
    **values: Any,
) -> dict[str, Any]:
    """Draw one act as a form of one button: `{% post_button url "Preserve 2 recordings" main=True %}`.

    Posts `values` (keyword arguments, for instance `version=case.version`) with the CSRF token.
    `refused` is the sentence of the permission or policy that says no: the button is then shown
    without effect, with that sentence beside it.
    """
    return {
        "url": url,
        "label": label,
        "refused": refused,
        "main": main,
        "shape": shape,
        "values": values,
        "csrf_token": context.get("csrf_token", ""),
    }


# --- forms ------------------------------------------------------------------------------------


@register.inclusion_tag("_components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """Draw the answers to repair, each linked to its field: `{% error_summary form %}`.

    Takes several forms. Draws nothing when there is nothing to repair.
    """
    return {"errors": form_markup.summary_lines(forms)}


@register.inclusion_tag("_components/choices.html")
def choices(field: BoundField, *reveals: Any, small: bool = True) -> dict[str, Any]:
    """Draw radios or checkboxes of which some open further questions.

    `{% choices form.finding "unable" form.reason "withdrawn" form.how %}`: pairs of a choice's
    value and the field (or list of fields) that belongs to it. Without script all are shown.
    """
    return form_markup.choices_context(field, reveals, small=small)


@register.simple_tag
def govuk_attrs(widget: Mapping[str, Any], block: str) -> SafeString:
    """Write the attributes of a widget with its GOV.UK class, red when it is wrong.

    For the widget templates in templates/django/forms/widgets/ only.
    """
    return form_markup.attributes(widget, block)
