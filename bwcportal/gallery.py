"""What the component gallery shows: every component in every state, with invented people.

The page /components/ exists outside production only. It is where a page author looks first and
what the look of the portal is checked on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.form_fields import (
    ClockTimeField,
    HintedCheckboxSelectMultiple,
    HintedRadioSelect,
    SplitDateField,
)
from bwcportal import badges, icons

NIGHT = datetime(2026, 11, 6, 21, 34, tzinfo=UTC)


class GalleryForm(forms.Form):
    """One field of every kind."""

    happened_on = SplitDateField(label="Date of the incident", help_text="For example, 6 11 2026")
    made_on = SplitDateField(label="Date the complaint was made", not_after_today=True)
    started_at = ClockTimeField(label="Time it started", help_text="24-hour clock. A guess is fine")
    place = forms.CharField(
        label="Where it happened",
        help_text="A street, a building, a vehicle",
        error_messages={"required": "Enter where it happened, in as much detail as you have"},
    )
    words = forms.CharField(
        label="What the complainant says, in their words",
        help_text="Kept exactly as typed",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    category = forms.ChoiceField(
        label="Category",
        choices=[("B1", "B1 Stops, and stop and search"), ("B4", "B4 Use of force")],
    )
    finding = forms.ChoiceField(
        label="What do you find?",
        choices=[
            ("ACCEPTABLE", "The service provided was acceptable"),
            ("UNABLE", "Not able to determine if the service was acceptable"),
            ("WITHDRAWN", "Withdrawn by the complainant"),
        ],
        widget=HintedRadioSelect(hints={"WITHDRAWN": "In writing, with the date"}),
    )
    reason = forms.ChoiceField(
        label="Why can it not be determined?",
        choices=[("OFF", "Footage not available: camera switched off")],
        required=False,
    )
    moments = forms.MultipleChoiceField(
        label="Which moments do you rely on?",
        choices=[("M7", "M7, F4 at 21:56:02"), ("M8", "M8, F1 at 22:01:15")],
        widget=HintedCheckboxSelectMultiple(hints={"M7": "1 min 8 s"}),
        required=False,
    )
    not_known = forms.BooleanField(label="Time not known", required=False)
    paper = forms.FileField(label="The letter, as a PDF", required=False)


def _at(clock: str) -> datetime:
    hour, minute, second = (int(part) for part in f"{clock}:00".split(":")[:3])
    return NIGHT.replace(hour=hour, minute=minute, second=second)


def _bar(kind: str, start: str, end: str, label: str = "") -> dict[str, Any]:
    return {"kind": kind, "start": _at(start), "end": _at(end), "label": label}


def _cited(at: str, label: str) -> dict[str, Any]:
    return {"kind": "cited", "at": _at(at), "label": label}


def _board() -> dict[str, Any]:
    return {
        "start": NIGHT,
        "end": _at("22:16"),
        "incident": (_at("21:38"), _at("22:10"), "Incident 21:38 to 22:10, from CAD 7316"),
        "lanes": [
            {
                "who": "PS 915QX Hallow",
                "detail": "On scene 21:37 to 22:10. Chest",
                "label": "Hallow: recorded 21:36:00 to 22:08:10 and 22:09:00 to 22:12:40",
                "items": [
                    _bar("expected", "21:37", "22:10"),
                    _bar("buffer", "21:36:00", "21:36:30"),
                    _bar("recorded", "21:36:30", "22:08:10", "F1"),
                    _bar("buffer", "22:09:00", "22:09:30"),
                    _bar("recorded", "22:09:30", "22:12:40", "F6"),
                    _cited("21:39:12", "M1"),
                    _cited("22:01:15", "M8"),
                ],
                "says": [
                    {"icon": "tick", "text": "Covered. 50 s between F1 and F6: battery changed"}
                ],
            },
            {
                "who": "PC 2186QX Brannick",
                "detail": "On scene 21:39 to 22:10. Chest",
                "label": "Brannick: expected from 21:39, recorded 21:45:42 to 22:09:03",
                "items": [
                    _bar("expected", "21:39", "22:10"),
                    _bar("explained", "21:39", "21:45:42", "Late, explained"),
                    _bar("buffer", "21:45:42", "21:46:12"),
                    _bar("recorded", "21:46:12", "22:09:03", "F2"),
                ],
                "says": [
                    {
                        "icon": "clock",
                        "tone": "warn",
                        "strong": "Late by 6 min 42 s.",
                        "text": "Officer says he forgot while running from the car",
                    }
                ],
            },
            {
                "who": "PC 4037QX Ludgate",
                "detail": "On scene 21:38 to 22:08. Chest",
                "label": "Ludgate: recorded 21:37:35 to 21:51:20 and 21:55:32 to 22:07:30, gap between",
                "items": [
                    _bar("expected", "21:38", "22:08"),
                    _bar("buffer", "21:37:35", "21:38:05"),
                    _bar("recorded", "21:38:05", "21:51:20", "F3"),
                    _bar("unexplained", "21:51:20", "21:55:32", "Why?"),
                    _bar("buffer", "21:55:32", "21:56:02"),
                    _bar("recorded", "21:56:02", "22:07:30", "F4"),
                    _cited("21:56:02", "M7"),
                ],
                "says": [
                    {
                        "icon": "warn",
                        "tone": "bad",
                        "strong": "Gap of 4 min 12 s, not explained.",
                        "text": "",
                        "url": "#lanes",
                        "link": "Explain this gap",
                    }
                ],
            },
            {
                "who": "PC 2790QX Tovey",
                "detail": "On scene 21:44 to 22:03. Helmet",
                "label": "Tovey: recorded 21:43:50 to 22:01:05, lost",
                "items": [
                    _bar("expected", "21:44", "22:03"),
                    _bar("lost", "21:43:50", "22:01:05", "F5 lost"),
                ],
                "says": [
                    {
                        "icon": "cross",
                        "tone": "bad",
                        "strong": "Recorded, then lost.",
                        "text": "File damaged in upload, 7 Nov",
                    }
                ],
            },
            {
                "who": "DC 1204QX Sayle",
                "detail": "On scene 21:52 to 22:06",
                "label": "Sayle: no camera issued",
                "text": "No camera issued: plain clothes",
                "says": [
                    {"icon": "dot", "tone": "quiet", "text": "Nothing expected. No camera issued"}
                ],
            },
        ],
    }


def _events() -> list[dict[str, Any]]:
    day = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)
    orrell = "DS 7714 Orrell, investigator"
    return [
        {
            "at": day,
            "operation": "CONSULTATION",
            "who": orrell,
            "purpose": "Investigating the complaint",
        }
        | {"what": "Opened the history of this case"},
        {"at": day - timedelta(minutes=3), "operation": "ALTERATION", "who": orrell}
        | {
            "what": "Allegation 3, draft decision:",
            "was": "service acceptable",
            "now": "not able to determine",
        }
        | {"purpose": "Answering the return", "sealed": True, "number": 215},
        {"at": day - timedelta(hours=7), "operation": "COLLECTION", "who": "Nightly check"}
        | {"what": "Checked 7 recordings: 3 on hold", "purpose": "Preserving evidence"}
        | {"sealed": True, "number": 214},
        {"at": day - timedelta(hours=14), "operation": "CONSULTATION", "refused": True}
        | {"who": "Insp 5521 Corrie, kept out since 11 Nov", "sealed": True, "number": 213}
        | {"what": "Tried to open this case by its address. Was told it does not exist"},
        {
            "at": day - timedelta(hours=22),
            "operation": "DISCLOSURE",
            "who": "Ms 80417 Ashmoor, disclosure officer",
        }
        | {"what": "Gave the complaint record, 3 pages, to the complainant", "url": "#history"}
        | {"purpose": "Right of access, SAR-26-V3D", "sealed": True, "number": 209},
    ]


def context(now: datetime) -> dict[str, Any]:
    """Give templates/components.html everything it shows, as of `now` (UTC)."""
    typed = QueryDict(mutable=True)
    typed.update({"made_on_day": "24", "made_on_month": "12", "made_on_year": str(now.year + 1)})
    typed.update({"happened_on_day": "31", "happened_on_month": "2", "happened_on_year": "2026"})
    typed.update(
        {"started_at": "evening", "words": "I was waiting for the 58 bus.", "category": "B1"}
    )
    typed.update({"finding": "UNABLE", "moments": "M7"})
    wrong = GalleryForm(typed, auto_id="wrong_%s", prefix=None)
    return {
        "casebar": {
            "reference": "CM-26-K7MQ4",
            "states": ["returned", "restricted"],
            "summary": "Stop, search and force used, Station Approach, Tarrow",
            "facts": [
                ("Incident", "Fri 6 Nov 2026, 21:38"),
                ("Handling", "Schedule 3, local investigation"),
                ("Team", "Complaints team 3", "minor"),
                ("Investigator", "DS 7714 Orrell", "minor"),
                ("Footage auto-deletes", "13 days, 3 not preserved", "warn"),
                ("Who can see it", "6 people", "", "#states"),
            ],
            "tabs": [
                (label, "#states", label == "Overview")
                for label in (
                    "Overview",
                    "Footage",
                    "Review room",
                    "Findings",
                    "Sign-off",
                    "Access",
                    "History",
                    "Retention",
                )
            ],
        },
        "state_codes": badges.codes(),
        "icon_names": list(icons.SHAPES),
        "soon": now + timedelta(days=3, hours=9),
        "later": now + timedelta(days=9, hours=17),
        "last_hours": now + timedelta(hours=5, minutes=20),
        "moment": _at("21:46:12"),
        "arithmetic_rows": [
            ("Earliest recording, F1", "6 Nov 2026, 21:36"),
            ("Force period", "+ 31 days"),
            ("Last safe moment", "7 Dec 2026, 21:36"),
        ],
        "tasks": [
            {
                "state": "done",
                "label": "Search for every officer on scene",
                "url": "#tasks",
                "count": "6 of 6",
            },
            {"state": "missing", "label": "Explain every gap in the footage", "url": "#tasks"}
            | {
                "detail": "PC 4037QX Ludgate, 21:51:20 to 21:55:32 has no explanation",
                "count": "1 gap left",
            },
            {"state": "locked", "label": "Submit version 2 for sign-off"},
        ],
        "definitions": [
            (
                "Footage auto-deletes",
                "Mon 7 Dec 2026, 21:36",
                "13 days left. 3 of 7 recordings not preserved yet",
            ),
            (
                "Complained against",
                [("PC 2186QX Brannick", "Told 12 Nov"), ("PC 4037QX Ludgate", "Told 12 Nov")],
            ),
        ],
        "facts": [
            (6, "people on scene"),
            (7, "recordings found, 1 h 45 min in all"),
            (3, "not preserved yet", "warn"),
            (1, "recording lost", "bad"),
        ],
        "life": [
            {"state": "done", "label": "Finalised", "text": "22 May 2020"},
            {"state": "done", "label": "Six years end", "text": "22 May 2026"},
            {
                "state": "hold",
                "label": "Now: on hold",
                "text": "Held since 2 Oct 2026",
                "detail": "Reviewed by 4 Jan 2027",
            },
            {
                "state": "todo",
                "label": "Expires",
                "text": "31 Dec 2026",
                "detail": "Not before the hold ends",
            },
            {"state": "todo", "label": "Proposed", "text": "A job lists it"},
            {"state": "todo", "label": "Approved", "text": "Two people"},
            {"state": "end", "label": "Destroyed", "text": "Certificate issued"},
        ],
        "board": _board(),
        "parts": [
            ("preserved", 41),
            ("requested", 2),
            ("unconfirmed", 1),
            ("at_risk", 3, "#split"),
            ("lost", 1, "#split"),
        ],
        "events": _events(),
        "digest": "145730504e426ca5e1118b53f8681e0b203c50781394d4f9b827b6ca7a1f7303",
        "form": GalleryForm(),
        "wrong_form": wrong,
    }
