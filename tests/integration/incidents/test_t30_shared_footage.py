"""T30: attaching a recording that a hidden case uses already is answered as if nobody used it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from incidents.models import FootageItem
from incidents.services.footage import attach_footage, search_footage
from tests.answers import without_tokens
from tests.factories.cases import NOW, make_case
from tests.factories.footage import around_incident, put_recording
from tests.factories.people import Force
from tests.integration.incidents.test_footage_pages import answers

pytestmark = pytest.mark.django_db

# What is random in every answer: ids, references, tokens, moments of this very second.
_RANDOM = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f-]{27}|CM-26-\w{5}|token=[\w:.-]+|\d\d:\d\d(:\d\d)?(\.\d+)?Z?|[0-9a-f]{32,64}"
)


def masked(answer: object) -> tuple[int, bytes]:
    return answer.status_code, _RANDOM.sub(b"#", without_tokens(answer.content))  # type: ignore[attr-defined,arg-type]


def walk(force: Force, external_id: str, *, used_by_a_hidden_case: bool) -> list[object]:
    """Search for the recording, attach it and look at it, as somebody who may not know the other."""
    seen: list[object] = []
    with transaction.atomic():
        if used_by_a_hidden_case:
            hidden = make_case(force, is_restricted=True)
            actor = {"actor": force.stranger, "case_id": hidden.pk, "now": NOW}
            hidden.grants.update(user=force.stranger)
            search_footage(criteria=around_incident(force.officer.collar_number), **actor)
            attach_footage(external_id=external_id, reason="Worn", **actor)
            assert FootageItem.objects.count() == 1
        case = make_case(force)
        client = Client()
        client.force_login(force.investigator)
        sent = client.post(reverse("incidents:footage-search", args=[case.pk]), answers(force))
        result = sent["Location"]
        seen.append(masked(client.get(result)))
        done = client.post(result, {"recordings": [external_id], "reason": "Worn"})
        seen.append(done.status_code)
        seen.append(masked(client.get(result)))
        seen.append(masked(client.get(reverse("incidents:footage", args=[case.pk]))))
        seen.append(masked(client.get(reverse("incidents:history", args=[case.pk]))))
        seen.append(masked(client.get(reverse("api-footage-of-complaint", args=[case.pk]))))
        transaction.set_rollback(True)
    return seen


def test_t30_nothing_tells_that_a_hidden_case_uses_the_recording(folder: Path) -> None:
    force = Force()
    external_id = put_recording(folder, collar=force.officer.collar_number)

    alone = walk(force, external_id, used_by_a_hidden_case=False)
    shared = walk(force, external_id, used_by_a_hidden_case=True)

    assert alone[1] == 302
    assert alone == shared
