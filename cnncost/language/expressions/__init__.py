"""Expressions: text -> a value."""
