"""Measurements: each prints one line of JSON and one to read."""
