"""The pages that say no: they say what to do next and give nothing away."""

import pytest
from django.template.loader import render_to_string

from bwcportal import errors
from bwcportal.http import TITLES

SENTENCE = "Somebody who took part in the case may not sign it"


def page(status: int, message: str = SENTENCE) -> str:
    context = {"title": TITLES[status], "error": errors.DomainError(message)}
    return render_to_string(f"errors/{status}.html", context)


@pytest.mark.parametrize("status", [400, 403, 409, 412, 429])
def test_a_refusal_says_what_why_and_what_next(status):
    html = page(status)
    assert TITLES[status] in html
    assert SENTENCE in html
    assert '<a href="/">' in html


@pytest.mark.parametrize("status", [400, 403, 409, 412, 429])
def test_a_refusal_never_renders_markup_of_its_sentence(status):
    assert "<script>alert" not in page(status, "<script>alert(1)</script>")


def test_absent_and_hidden_are_one_page():
    assert page(404, "No such page") == page(404, "You may not see CM-26-K7MQ4")
    assert "CM-26-K7MQ4" not in page(404, "You may not see CM-26-K7MQ4")


def test_the_fault_page_needs_no_request_and_tells_no_cause():
    html = render_to_string("errors/500.html", {"title": TITLES[500], "error": SENTENCE})
    assert "The fault has been logged" in html
    assert SENTENCE not in html
    assert "<script" not in html


def test_a_refusal_inside_a_page_is_an_alert():
    error = errors.NotNow(SENTENCE)
    html = render_to_string("errors/_fragment.html", {"title": TITLES[409], "error": error})
    assert 'role="alert"' in html
    assert SENTENCE in html
    assert "<html" not in html
