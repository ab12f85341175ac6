"""Pooling: windows of the input, or all of it."""
