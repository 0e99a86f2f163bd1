"""Shapes of what happened, for pages and the API."""
