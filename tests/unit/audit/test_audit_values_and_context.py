"""Actors, subjects, and the context they act in."""

from uuid import UUID

import pytest

from audit import context
from audit.values import Actor, Subject

CASE = UUID(int=1)


@pytest.mark.parametrize(
    ("kind", "number", "name"), [("ROBOT", "1", "Jane"), ("USER", "", "Jane"), ("USER", "1", "")]
)
def test_an_actor_is_somebody_of_a_known_kind(kind, number, name):
    with pytest.raises(ValueError, match="actor"):
        Actor(kind, number, name)


def test_a_subject_has_a_type():
    with pytest.raises(ValueError, match="type"):
        Subject("", "1", "label")


def test_a_case_reference_comes_with_its_case():
    with pytest.raises(ValueError, match="its case"):
        Subject("complaint", "1", "CM-26-K7MQ4", case_reference="CM-26-K7MQ4")

    assert Subject("complaint", "1", "CM-26-K7MQ4", CASE, "CM-26-K7MQ4").case_id == CASE


def fail_inside_a_context():
    with context.bind(request_id="r1", source="WEB", address="10.0.0.1"):
        assert context.current() == context.Context("r1", "WEB", "10.0.0.1")
        raise KeyError


def test_a_bound_context_ends_with_its_block_even_after_an_error():
    before = context.current()

    with pytest.raises(KeyError):
        fail_inside_a_context()

    assert context.current() == before


def test_contexts_nest():
    with context.bind(request_id="outer", source="WEB"):
        with context.bind(request_id="inner", source="TASK"):
            assert context.current().request_id == "inner"
        assert context.current().request_id == "outer"


def test_an_unknown_source_is_refused():
    with (
        pytest.raises(ValueError, match="TELEPATHY"),
        context.bind(request_id="r1", source="TELEPATHY"),
    ):
        pass


def test_a_context_can_be_set_and_cleared():
    context.set_current(context.Context(request_id="job", source="TASK"))
    assert context.current().source == "TASK"

    context.set_current(context.Context())
    assert context.current().request_id == ""
