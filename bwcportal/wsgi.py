"""The WSGI entry point, served by gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bwcportal.settings")
# Nobody waits longer for a page, and no page may hold the database longer.
os.environ.setdefault("BWC_STATEMENT_TIMEOUT_MS", "5000")

application = get_wsgi_application()
