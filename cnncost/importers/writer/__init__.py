"""A graph as a spec that a person would have written."""
