"""Pages of judging what happened."""
