"""Tags that draw a component from data, through a template of templates/_components/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils.safestring import SafeString

from bwcportal import badges, form_markup, lanes, phrasing

register = template.Library()


@register.inclusion_tag("_components/arithmetic.html")
def arithmetic(
    rows: Sequence[tuple[str, str]],
    label: str = "How this is worked out",
    *,
    open: bool = False,  # noqa: A002 - the name of the attribute it writes
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
    *,
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


@register.inclusion_tag("_components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """Draw the answers to repair, each linked to its field: `{% error_summary form %}`.

    Takes several forms. Draws nothing when there is nothing to repair.
    """
    errors = form_markup.summary_lines(forms)
    # What has no field to go to is no answer that could be checked.
    return {"errors": errors, "answers": sum(bool(line["href"]) for line in errors)}


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
