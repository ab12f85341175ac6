"""Sampling: layers that take elements where windows, offsets, grids or indices say."""
