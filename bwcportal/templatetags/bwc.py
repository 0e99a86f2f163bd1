"""The tags and filters every page is written with; built in, so no `{% load %}` is needed.

One library for page authors, put together from three modules: filters, parts (small things and
frames), components (drawn from data). How to write a page with them:
docs/how-to/write-a-page.md; every component in every state: the page /components/.
"""

from __future__ import annotations

from django import template

from bwcportal.templatetags import bwc_components, bwc_filters, bwc_parts

register = template.Library()
for _part in (bwc_filters, bwc_parts, bwc_components):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
