"""Event types: what may be registered, and what may not."""

import pytest

from audit import registry
from audit.errors import DuplicateEventType, MalformedEventType, UnknownEventType
from audit.registry import Operation, event_type


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    monkeypatch.setattr(registry, "_types", dict(registry._types))


def test_a_registered_type_is_found_by_its_name_and_listed_in_order():
    second = event_type("zebra.two", Operation.ALTERATION, "changed it")
    first = event_type("zebra.one", Operation.COLLECTION, "logged it")

    assert registry.get("zebra.one") is first
    assert [each for each in registry.all_types() if each.namespace == "zebra"] == [first, second]


def test_a_name_is_registered_once():
    event_type("zebra.one", Operation.COLLECTION, "logged it")

    with pytest.raises(DuplicateEventType):
        event_type("zebra.one", Operation.COLLECTION, "logged it")


@pytest.mark.parametrize(
    "name",
    ["one", "Zebra.one", "zebra.One", "zebra.one.two", "zebra.", ".one", "zebra one.two", "zebra.a\n",
     "zebra." + "a" * 100],
)  # fmt: skip
def test_a_name_out_of_form_is_refused(name):
    with pytest.raises(MalformedEventType):
        event_type(name, Operation.COLLECTION, "logged it")


@pytest.mark.parametrize("sentence", ["", " logged it", "logged it.", "logged it "])
def test_a_sentence_that_does_not_follow_a_name_is_refused(sentence):
    with pytest.raises(MalformedEventType):
        event_type("zebra.one", Operation.COLLECTION, sentence)


def test_an_operation_is_one_of_the_closed_list():
    with pytest.raises(MalformedEventType):
        event_type("zebra.one", "COLLECTION", "logged it")


def test_an_unknown_name_is_an_error():
    with pytest.raises(UnknownEventType):
        registry.get("zebra.nine")


def test_the_six_operations_of_the_act_are_there():
    statutory = {
        "COLLECTION", "ALTERATION", "CONSULTATION", "DISCLOSURE", "COMBINATION", "ERASURE",
    }  # fmt: skip

    assert statutory < set(Operation.values)
