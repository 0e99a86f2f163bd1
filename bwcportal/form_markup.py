"""What the form templates need to know: attributes, the lines of the error summary, choices.

The markup itself is in templates/django/forms/, which replaces Django's own, so that
`{{ form }}` and `{{ form.field.as_field_group }}` give GOV.UK components everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.forms import BaseForm, BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def attributes(widget: Mapping[str, Any], block: str) -> SafeString:
    """Write the attributes of a widget with the class `block`, and its error form when wrong.

    `widget` is the context Django gives a widget template. Values True are written without a
    value, False and None not at all, as Django does.
    """
    given = dict(widget["attrs"])
    classes = [block]
    if str(given.get("aria-invalid", "")).lower() == "true":
        classes.append(f"{block}--error")
    classes.extend(str(given.pop("class", "")).split())
    pairs = [("class", " ".join(classes))]
    bare = []
    for name, value in given.items():
        if value is True:
            bare.append((name,))
        elif value is not False and value is not None:
            pairs.append((name, str(value)))
    return format_html(
        "{}{}", format_html_join("", ' {}="{}"', pairs), format_html_join("", " {}", bare)
    )


def first_control_id(field: BoundField) -> str:
    """Give the id of the control that a link in the error summary puts the focus on.

    For radios, checkboxes and split dates that is the first (or the first wrong) part.
    """
    chosen = getattr(field.field.widget, "first_wrong_id", None)
    if chosen is not None:
        return str(chosen(field))
    found = field.id_for_label or field.auto_id
    if not found or (field.use_fieldset and found == field.auto_id):
        return f"{field.auto_id}_0"
    return str(found)


def summary_lines(forms: Iterable[BaseForm]) -> list[dict[str, str]]:
    """List what is to be repaired in `forms`, in the order of the fields: href and words."""
    lines: list[dict[str, str]] = []
    for form in forms:
        if not form.is_bound:
            continue
        lines += [{"href": "", "words": str(error)} for error in form.non_field_errors()]
        for field in form:
            target = f"#{first_control_id(field)}"
            lines += [{"href": target, "words": str(error)} for error in field.errors]
    return lines


def choices_context(field: BoundField, reveals: Sequence[Any], *, small: bool) -> dict[str, Any]:
    """Give the template of `{% choices %}` what it draws.

    `reveals` alternates a choice's value and the field, or list of fields, it opens. Raises
    ValueError for an odd number of them or for a value that is not a choice.
    """
    if len(reveals) % 2:
        raise ValueError("Give a value and a field for every choice that opens a question")
    opened = {
        str(value): fields if isinstance(fields, (list, tuple)) else [fields]
        for value, fields in zip(reveals[::2], reveals[1::2], strict=True)
    }
    hints = getattr(field.field.widget, "hints", {})
    options = []
    for index, subwidget in enumerate(field.subwidgets):
        value = str(subwidget.data["value"])
        options.append(
            {
                "id": subwidget.data["attrs"].get("id", f"{field.auto_id}_{index}"),
                "name": subwidget.data["name"],
                "value": value,
                "label": subwidget.data["label"],
                "checked": subwidget.data["selected"],
                "hint": hints.get(value, ""),
                "fields": opened.pop(value, []),
            }
        )
    if opened:
        raise ValueError(f"{field.name} has no choice {', '.join(sorted(opened))}")
    kind = getattr(field.field.widget, "input_type", "radio")
    return {
        "field": field,
        "options": options,
        "type": kind,
        "block": "govuk-checkboxes" if kind == "checkbox" else "govuk-radios",
        "small": small,
        "reveals": bool(reveals),
    }
