"""What is taken out of the published front-end files."""

from pathlib import Path

from bwcportal.launcher import assets
from bwcportal.launcher.paths import ROOT, Paths

CSS = (
    "@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2)}"
    ".a{font-family:GDS Transport,arial,sans-serif}"
    '.b{font-family:"GDS Transport", arial, sans-serif}'
    ".c{background-image:url(/assets/images/govuk-crest.svg)}"
    '.d{mask-image:url("/assets/images/icon-search-black.svg")}'
    "\n/*# sourceMappingURL=x.min.css.map */\n"
)


def test_clean_css_removes_typeface_crest_and_map() -> None:
    cleaned = assets.clean_css(CSS)

    for gone in ("@font-face", "GDS", "crest", "/assets/", "sourceMappingURL"):
        assert gone not in cleaned


def test_clean_css_sets_our_typeface_and_keeps_the_icons() -> None:
    cleaned = assets.clean_css(CSS)

    assert cleaned.count("font-family:var(--bwc-font)") == 2
    assert ".c{background-image:none}" in cleaned
    assert ".d{mask-image:url(images/icon-search-black.svg)}" in cleaned


def test_clean_js_removes_only_the_map() -> None:
    assert assets.clean_js("export{a};//# sourceMappingURL=a.js.map\n") == "export{a};\n"
    assert assets.clean_js("let u='//example';\n") == "let u='//example';\n"


def test_stamp_follows_the_lock_file(tmp_path: Path) -> None:
    for name in assets.LOCK_FILES:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    paths = Paths(root=tmp_path, venv=tmp_path, var=tmp_path / "var")
    before = assets.wanted(paths)

    (tmp_path / "package-lock.json").write_text("{}")

    assert assets.wanted(paths) != before


def test_lock_file_holds_a_hash_for_every_package_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text()

    assert text.count('"integrity"') == text.count('"node_modules/')
    assert '"resolved"' not in text
