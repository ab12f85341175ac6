"""Operators that multiply what is computed with weights, or with each other."""
