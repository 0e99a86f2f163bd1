"""Invented recordings for the demonstration force and for tests: no camera, no place and no person is real.

`clips.make_clip` writes one recording whose every frame says which frame it is, and when, in a form
that people and programs can read.
"""
