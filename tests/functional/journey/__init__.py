"""The people of the journey, and what the record and the database say about it."""
