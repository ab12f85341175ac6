"""Nodes -> a document: what a spec declares, nothing evaluated yet."""
