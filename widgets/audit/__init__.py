"""Preference data as people have it: read whatever its format, counted, and held against a model that learns from it.

Imports ``core`` and ``kit`` only, so that the figures and the command line read the same.
"""
