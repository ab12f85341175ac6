"""Receptive fields in any graph."""
