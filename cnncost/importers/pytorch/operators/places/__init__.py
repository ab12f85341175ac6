"""Operators that move, cut, join or write tensors."""
