"""The API of the retention app."""
