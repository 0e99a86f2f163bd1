"""The only writers of the end of records."""
