"""Receptive fields compared with what lights up in PyTorch."""
