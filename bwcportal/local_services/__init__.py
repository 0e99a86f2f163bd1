"""The local PostgreSQL and Valkey that the portal starts when none is configured.

Standard library only: manage.py, the tests and the launcher use it before Django is set up, and
the launcher even before any package is installed. Settings never import it.
"""
