"""Pages of ending records."""
