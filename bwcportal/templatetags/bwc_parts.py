"""Tags that draw one small thing (a badge, an icon, a bar) and frames around content of the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from bwcportal import badges, icons, phrasing

register = template.Library()


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
    """Draw the pill of the record's seal: `{% seal "sealed" "Sealed: what is new follows within seconds" %}`.

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
    content: str,
    title: str,
    id: str,  # noqa: A002 - the name of the attribute it writes
    aside: str = "",
    aside_url: str = "",
    *,
    small: bool = False,
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
def panel(content: str, title: str = "", *, lift: bool = False) -> SafeString:
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
    summed = render_to_string(
        "_components/arithmetic.html", {"rows": rows, "label": "How the date is worked out"}
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
