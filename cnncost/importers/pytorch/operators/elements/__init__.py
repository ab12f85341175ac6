"""Operators of single elements, and what they add up to."""
