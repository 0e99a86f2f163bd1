"""The only writers of judgements."""
