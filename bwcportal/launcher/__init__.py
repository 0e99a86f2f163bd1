"""The launcher behind ./bwc: environment, assets, servers, demo, tests and checks.

Standard library only: it runs before any package is installed.
"""
