"""Sealing the record: a Merkle tree over every event, a chain for every case, signed checkpoints."""
