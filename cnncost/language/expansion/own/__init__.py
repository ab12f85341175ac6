"""Layers that a spec defines itself: called, worked out, and written elsewhere."""
