"""What templates and style sheets owe each other, and what the content security policy forbids."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "bwcportal" / "static" / "bwcportal" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "bwcportal" / "static" / "bwcportal" / "js").rglob("*.js"))
# Names that are hooks for scripts or labels for tests, and carry no look of their own.
HOOKS = {"bwc-find", "bwc-page", "bwc-trouble"}


def styled_classes() -> set[str]:
    names = set()
    for sheet in SHEETS:
        names.update(re.findall(r"\.(bwc-[a-z0-9_-]+)", sheet.read_text()))
    return names


def used_classes(source: str) -> set[str]:
    """Classes written out in full; those a tag ends (`bwc-note--{{ kind }}`) are left to the gallery."""
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\x00", source)
    names = set()
    for value in re.findall(r'class="([^"]*)"', plain):
        pieces = re.split(r"[\s\x00]+", value)
        names.update(name for name in pieces if name.startswith("bwc-") and name[-1] not in "-_")
    return names


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_class_of_a_template_has_a_rule(path):
    assert used_classes(path.read_text()) - styled_classes() - HOOKS == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_holds_what_the_policy_drops(path):
    source = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"\son[a-z]+\s*=", source)
    assert not re.search(r"\shx-on", source)
    assert "javascript:" not in source
    assert not re.search(r"<style", source)
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag or 'type="application/json"' in tag
    assert not re.search(r"""(src|href)=["'](https?:)?//""", source)


@pytest.mark.parametrize("path", [*SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_assets_fetch_nothing_from_elsewhere(path):
    source = path.read_text()
    assert "http://" not in source.replace("http://www.w3.org/", "")
    assert "https://" not in source
    assert "@import" not in source


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_no_styles_and_evaluate_no_text(path):
    source = path.read_text()
    for forbidden in (
        "eval(",
        "new Function",
        ".innerHTML",
        "setAttribute('style",
        'setAttribute("style',
    ):
        assert forbidden not in source


def test_every_sheet_is_linked_by_a_template():
    pages = "".join(path.read_text() for path in TEMPLATES)
    linked = {sheet.name for sheet in SHEETS if f"bwcportal/css/{sheet.name}" in pages}
    # room.css is linked by the review room's own page.
    assert {sheet.name for sheet in SHEETS} - linked <= {"room.css"}


def test_the_contrast_of_every_text_colour_is_at_least_4_5():
    tokens = dict(
        re.findall(
            r"--bwc-([a-z0-9-]+):\s*(#[0-9a-f]{6})", (SHEETS[0].parent / "tokens.css").read_text()
        )
    )
    pairs = [
        ("ink", "surface"), ("ink-2", "surface"), ("ink-2", "bad-wash"), ("accent", "surface"),
        ("accent", "warn-wash"), ("accent-dark", "accent-wash"), ("mist", "navy"), ("ok", "ok-wash"),
        ("wait", "wait-wash"), ("warn", "warn-wash"), ("bad", "bad-wash"), ("lock", "lock-wash"),
    ]  # fmt: skip
    for text, ground in pairs:
        assert contrast(tokens[text], tokens[ground]) >= 4.5, (text, ground)
    for text in ("supports", "contradicts", "bad-solid", "accent", "recording", "navy-2"):
        assert contrast(tokens[text], "#ffffff") >= 4.5, text
    for edge in ("line-strong", "warn-line", "field-line"):
        assert contrast(tokens[edge], "#ffffff") >= 3, edge


def contrast(first: str, second: str) -> float:
    """Ratio of WCAG 2.2, 1.4.3."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
