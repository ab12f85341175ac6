"""Expressions over columns: the language's own, for all points at once."""
