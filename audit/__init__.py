"""The record of events: append, seal, prove, read. Imports no other app."""
