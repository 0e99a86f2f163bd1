"""The demonstration force: invented people, places, cameras and cases, made through the services.

No name here is that of a real person, and no place is real.
"""
