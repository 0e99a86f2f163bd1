"""The only writers of what happened."""
