"""The retention app."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """The retention app."""

    name = "retention"
