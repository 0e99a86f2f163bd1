"""The pages of logging a complaint as a whole: from what was typed to forms, and to a complaint.

A draft keeps for each page the fields as typed, lists of texts by name. Officers and allegations
are rows with numbers that stay theirs when another row is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.models import Person, User
from incidents.enums import Channel, ComplainantKind, ContactBy
from incidents.forms.log_complaint import (
    AllegationForm,
    ClosingForm,
    ComplainantForm,
    IncidentForm,
    OfficerForm,
    category_choices,
)
from incidents.models import AllegationCategory, ComplaintFactor
from incidents.services.logging import (
    NewAllegation,
    NewComplainant,
    NewComplaint,
    NewIncident,
    NewSubject,
)

Typed = dict[str, list[str]]
Answers = Mapping[str, Typed]
MOST_ROWS = 20
ROWS = "rows"


class Page(NamedTuple):
    """One page: its key, its question, and what a row of it is called."""

    key: str
    title: str
    row: str = ""


PAGES = (
    Page("incident", "What happened, where and when?"),
    Page("complainant", "Who is complaining?"),
    Page("officers", "Who is complained about?", "officer"),
    Page("allegations", "What is alleged?", "allegation"),
)
BY_KEY = {page.key: page for page in PAGES}


@dataclass
class PageForms:
    """The forms of one page: `single` stands alone, `rows` is (number, form) pairs before it."""

    single: forms.Form | None
    rows: list[tuple[str, forms.Form]]

    @property
    def all(self) -> list[forms.Form]:
        """Every form of the page, in the order of the page."""
        return [form for _, form in self.rows] + ([self.single] if self.single else [])

    def are_valid(self) -> bool:
        """Tell whether every form is in order; every one is asked, so that every error shows."""
        verdicts = [form.is_valid() for form in self.all]
        return all(verdicts)


def row_numbers(typed: Typed) -> list[str]:
    """List the numbers of a page's rows in order; a page that is new has one row."""
    rows = [number for number in typed.get(ROWS, []) if number.isdigit()]
    return list(dict.fromkeys(rows))[:MOST_ROWS] or ["1"]


def with_row(typed: Typed) -> Typed:
    """Add an empty row at the end, unless there are twenty."""
    rows = row_numbers(typed)
    if len(rows) < MOST_ROWS:
        # A number is not used again, or what was typed in a removed row could come back.
        used = {name.partition("-")[0] for name in typed} | set(rows)
        rows.append(str(max(int(number) for number in used if number.isdigit()) + 1))
    return {**typed, ROWS: rows}


def without_row(typed: Typed, number: str) -> Typed:
    """Take a row and what was typed in it away; the last one stays, emptied."""
    kept = {name: texts for name, texts in typed.items() if not name.startswith(f"{number}-")}
    rows = [row for row in row_numbers(typed) if row != number]
    return {**kept, ROWS: rows or [number]}


def page_forms(page: str, *, user: User, answers: Answers, bound: bool) -> PageForms:
    """Build the forms of a page from what was typed; `bound` ones say what is wrong."""
    typed = answers.get(page, {})
    if page == "incident":
        return PageForms(_form(IncidentForm, typed, bound=bound), [])
    if page == "complainant":
        return PageForms(_form(ComplainantForm, typed, bound=bound), [])
    if page == "officers":
        rows = [(n, _form(OfficerForm, typed, bound=bound, prefix=n)) for n in row_numbers(typed)]
        return PageForms(None, rows)
    options = {
        "category_choices": category_choices(),
        "officers": officer_choices(answers.get("officers", {})),
    }
    rows = [
        (n, _form(AllegationForm, typed, bound=bound, prefix=n, **options))
        for n in row_numbers(typed)
    ]
    return PageForms(_form(ClosingForm, typed, bound=bound, user=user), rows)


def officer_choices(typed: Typed) -> list[tuple[str, str]]:
    """List the officers typed on their page as choices: row number and words."""
    choices = []
    for number in row_numbers(typed):
        form = OfficerForm(MultiValueDict(typed), prefix=number)
        if form.is_valid():
            choices.append((number, officer_words(form.cleaned_data)))
    return choices


def officer_words(cleaned: Mapping[str, Any]) -> str:
    """Name the officer of a row, or give the description."""
    person: Person | None = cleaned["person"]
    return person.title if person else f"Unidentified: {cleaned['description']}"


def allegation_words(page: PageForms, names: Mapping[str, str]) -> list[tuple[str, str, list[str]]]:
    """Say each allegation of a valid page as (words, category, officers); [] while it is not valid."""
    if not page.are_valid():
        return []
    titles = {code: title for _, group in category_choices()[1:] for code, title in group}
    said = []
    for _, form in page.rows:
        cleaned = form.cleaned_data
        officers = [names[row] for row in cleaned["subjects"] if row in names]
        said.append((cleaned["words"], titles[cleaned["category"]], officers))
    return said


def every_page(*, user: User, answers: Answers) -> dict[str, PageForms]:
    """Build every page bound, to check the whole."""
    return {
        page.key: page_forms(page.key, user=user, answers=answers, bound=True) for page in PAGES
    }


def is_complete(pages: Mapping[str, PageForms]) -> bool:
    """Tell whether nothing is missing on any page."""
    return all(page.are_valid() for page in pages.values())


def compose(pages: Mapping[str, PageForms]) -> NewComplaint:
    """Make a complaint of pages that are all valid."""
    incident = _cleaned(pages["incident"])
    complainant = _cleaned(pages["complainant"])
    closing = _cleaned(pages["allegations"])
    today = timezone.localdate()
    officers = pages["officers"].rows
    index_of = {number: index for index, (number, _) in enumerate(officers)}
    return NewComplaint(
        channel=Channel(complainant.pop("channel")),
        made_on=incident["made_on"],
        title=incident["title"],
        summary=incident["summary"],
        original_words=incident["original_words"],
        incident=NewIncident(
            **{
                name: incident[name]
                for name in ("place", "unit", "starts_at", "ends_at", "start_is_known")
            }
        ),
        complainant=NewComplainant(
            **{
                **complainant,
                "kind": ComplainantKind(complainant["kind"]),
                "prefers": ContactBy(complainant["prefers"]),
            }
        ),
        subjects=[
            NewSubject(form.cleaned_data["person"], form.cleaned_data["description"])
            for _, form in officers
        ],
        allegations=[
            NewAllegation(
                category=AllegationCategory.objects.current(form.cleaned_data["category"], today),
                words=form.cleaned_data["words"],
                subject_indexes=tuple(index_of[row] for row in form.cleaned_data["subjects"]),
            )
            for _, form in pages["allegations"].rows
        ],
        factors=list(ComplaintFactor.objects.in_force(today).filter(code__in=closing["factors"])),
        team=closing["team"],
        is_restricted=closing["is_restricted"],
    )


def _cleaned(page: PageForms) -> dict[str, Any]:
    assert page.single is not None  # noqa: S101 - asked only of pages that have one
    return dict(page.single.cleaned_data)


def _form(kind: type[Any], typed: Typed, *, bound: bool, **options: Any) -> Any:
    data = MultiValueDict(typed)
    if bound:
        return kind(data, **options)
    form = kind(**options)
    if typed:
        # Shown as typed, without a word about what is still missing.
        form.initial = {
            name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
            for name, field in form.fields.items()
            if not field.widget.value_omitted_from_data(data, {}, form.add_prefix(name))
        }
    return form
