"""Latency and memory, measured."""
