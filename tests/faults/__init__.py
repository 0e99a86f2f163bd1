"""What must hold when processes are killed, connections cut and everybody acts at once."""
