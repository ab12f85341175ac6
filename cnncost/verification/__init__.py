"""Predictions compared with PyTorch: the model of a spec, its counts, its receptive fields, its latency and memory.

Nothing here is imported by the analysis, and PyTorch only when something is built.
"""
