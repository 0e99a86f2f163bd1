"""What people type about what happened."""
