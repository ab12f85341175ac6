"""The typed layer graph."""
