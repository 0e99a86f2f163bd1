"""Shapes of judgements, for pages and the API."""
