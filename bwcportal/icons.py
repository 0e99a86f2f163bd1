"""The portal's icons, drawn on a 24 x 24 grid with a line of 2.

They are written into the page as SVG, so that no request, sprite or script stands between a
state and its shape. Icons never speak for themselves: a word is always beside them, so they
are hidden from assistive technology unless a label is given.
"""

from __future__ import annotations

_DISC = '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/>'

SHAPES: dict[str, str] = {
    "tick": _DISC + '<path stroke="#fff" stroke-width="2.4" d="m7.4 12.4 3.1 3.1 6.1-6.4"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.4 2"/>',
    "query": (
        '<circle cx="12" cy="12" r="9" stroke-dasharray="3 2.6"/>'
        '<path d="M9.4 9.7a2.7 2.7 0 1 1 3.9 2.4c-.9.4-1.3 1-1.3 1.8"/>'
        '<path stroke-width="2.6" d="M12 16.9v.1"/>'
    ),
    "warn": '<path d="M12 3.2 21.8 20.4H2.2Z"/><path stroke-width="2.4" d="M12 10v4.4m0 3v.1"/>',
    "cross": '<path stroke-width="2.8" d="m5 5 14 14M19 5 5 19"/>',
    "lock": (
        '<rect x="5" y="11" width="14" height="9.5" rx="1.5"/>'
        '<path d="M8 11V7.6a4 4 0 0 1 8 0V11"/>'
    ),
    "eye": (
        '<path d="M2 12s3.6-6.4 10-6.4S22 12 22 12s-3.6 6.4-10 6.4S2 12 2 12Z"/>'
        '<circle cx="12" cy="12" r="2.8"/>'
    ),
    "back": '<path d="M9 5.6 4 10.6l5 5"/><path d="M4 10.6h9.8a4.9 4.9 0 0 1 0 9.8H11"/>',
    "pause": _DISC + '<path stroke="#fff" stroke-width="2.4" d="M9.5 8v8m5-8v8"/>',
    "dot": '<circle cx="12" cy="12" r="8.5"/>',
    "half": (
        '<circle cx="12" cy="12" r="8.5"/>'
        '<path fill="currentColor" stroke="none" d="M12 3.5a8.5 8.5 0 0 0 0 17Z"/>'
    ),
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.4 15.4 5.1 5.1"/>',
    "seal": '<path d="M12 2.6 20 6v6c0 4.9-3.3 8.2-8 9.4C7.3 20.2 4 16.9 4 12V6Z"/><path d="m8.4 12 2.6 2.5 4.6-5"/>',
    "pen": '<path d="m4 20 1.1-4.6L16 4.5 19.5 8 8.6 18.9Z"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "down": '<path d="M12 4v11m-5-4 5 5 5-5M4 20.4h16"/>',
    "link": (
        '<path d="m9 15 6-6M10.5 6.5l2-2a4.3 4.3 0 0 1 6.1 6.1l-2 2'
        'M13.5 17.5l-2 2a4.3 4.3 0 0 1-6.1-6.1l2-2"/>'
    ),
    "out": '<path d="M13 5h6v6m0-6-9 9M10 6H5v13h13v-5"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="m5.8 5.8 12.4 12.4"/>',
    "bin": '<path d="M4 7h16M9 7V4.4h6V7M6.4 7l1.1 13h9l1.1-13"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="1.5"/><path d="M3.5 10h17M8 2.8v4m8-4v4"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H4V8h16v9h-3M7 14h10v6.5H7Z"/>',
    "play": '<path fill="currentColor" d="M7 4.5v15l12.5-7.5Z"/>',
    "camera": '<rect x="2.5" y="6.5" width="13" height="11" rx="2"/><path d="m15.5 11 6-3.4v8.8l-6-3.4"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5a8 8 0 0 1 16 0"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="m11.4 12.3 8.1-8.1M16 7.8l3 3"/>',
    "cog": (
        '<circle cx="12" cy="12" r="3.4"/>'
        '<path d="M12 2.8v3.4m0 11.6v3.4M2.8 12h3.4m11.6 0h3.4M5.5 5.5l2.4 2.4m8.2 8.2 2.4 2.4m0-13-2.4 2.4M7.9 16.1l-2.4 2.4"/>'
    ),
    "flag": '<path d="M5.5 21.5v-18m0 .8h12l-2.6 4.1 2.6 4.1h-12"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path stroke-width="2.4" d="M12 11v5.4M12 7.5v.1"/>',
}

_PLUM, _TEAL, _GREY = "#6d2a6a", "#0b615d", "#4a5565"

# Four shapes for how a moment bears on an allegation; they differ without colour too.
MARKS: dict[str, str] = {
    "supports": (
        f'<rect x="1" y="1" width="20" height="20" rx="4" fill="{_PLUM}"/>'
        '<path stroke="#fff" stroke-width="2.6" d="M11 6v10M6 11h10"/>'
    ),
    "contradicts": (
        f'<circle cx="11" cy="11" r="10" fill="{_TEAL}"/><path stroke="#fff" stroke-width="2.8" d="M6 11h10"/>'
    ),
    "neutral": (
        f'<circle cx="11" cy="11" r="9" fill="#fff" stroke="{_GREY}" stroke-width="2"/>'
        f'<path stroke="{_GREY}" stroke-width="2" d="M6.5 9h9m-9 4h9"/>'
    ),
    "unclear": (
        f'<rect x="2" y="2" width="18" height="18" rx="4" fill="#fff" stroke="{_GREY}" stroke-width="2" stroke-dasharray="3.4 2.6"/>'
        f'<path fill="none" stroke="{_GREY}" stroke-width="2" stroke-linecap="round" '
        'd="M8.6 8.7a2.4 2.4 0 1 1 3.5 2.2c-.8.4-1.1.8-1.1 1.6m0 2.9v.1"/>'
    ),
}
