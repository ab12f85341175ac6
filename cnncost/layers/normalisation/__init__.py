"""Normalisation: by statistics of the input, and by its length."""
