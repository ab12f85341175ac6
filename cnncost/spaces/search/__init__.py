"""Searches of spaces that are too large to list: which points to compute next, from those that were computed."""
