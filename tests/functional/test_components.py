"""The look of the portal, held in a real browser: reachable, readable, never wider than the screen."""

import re

import pytest

pytestmark = pytest.mark.functional

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def gallery(browser, running_portal):
    """Open the component gallery and collect what the browser complains about."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{running_portal.url}/components/", wait_until="networkidle")
    page.complaints = complaints
    yield page
    page.close()


@pytest.mark.parametrize("width", [1280, 400])
def test_no_barrier_is_found(gallery, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe installed")
    gallery.set_viewport_size({"width": width, "height": 900})
    found = axe.Axe().run(gallery, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("width", [1280, 900, 400, 320])
def test_no_page_scrolls_sideways(gallery, width):
    gallery.set_viewport_size({"width": width, "height": 900})
    assert gallery.evaluate("document.documentElement.scrollWidth") <= width


def test_the_browser_has_nothing_to_complain_about(gallery):
    refused = [
        text for text in gallery.complaints if re.search("Content Security|404|error", text, re.I)
    ]
    assert refused == []


def test_the_typeface_is_ours(gallery):
    assert gallery.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Atkinson Hyperlegible Next\"')"
        " && [...document.fonts].some(face => face.status === 'loaded'))"
    )


def test_a_further_question_shows_only_while_its_choice_is_made(gallery):
    more = gallery.locator("#wrong_finding_1_more")
    assert more.is_visible()
    gallery.check("#wrong_finding_0")
    assert more.is_hidden()
    gallery.check("#wrong_finding_1")
    assert more.is_visible()


def test_a_link_in_the_summary_puts_the_focus_on_its_answer(gallery):
    gallery.click(".govuk-error-summary a[href='#wrong_started_at']")
    assert gallery.evaluate("document.activeElement.id") == "wrong_started_at"


def test_a_form_is_sent_once(gallery):
    sent = gallery.evaluate(
        """() => {
            const form = document.querySelector("form[data-once]");
            let passed = 0;
            document.addEventListener("submit", (event) => {
                if (!event.defaultPrevented) passed += 1;
                event.preventDefault();
            });
            form.requestSubmit();
            form.requestSubmit();
            return [passed, form.querySelector("button").getAttribute("aria-busy")];
        }"""
    )
    assert sent == [1, "true"]


def test_the_skip_link_is_first_and_leads_to_the_page(gallery):
    gallery.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    first = gallery.evaluate(
        "document.querySelector('a, button, input, select, textarea').getAttribute('href')"
    )
    assert first == "#main"
    gallery.locator(".govuk-skip-link").focus()
    assert gallery.locator(".govuk-skip-link").is_visible()
    gallery.keyboard.press("Enter")
    assert gallery.evaluate("document.activeElement.id") == "main"
