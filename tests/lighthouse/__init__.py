"""Lighthouse on every page of the built book, as a phone would load it."""
