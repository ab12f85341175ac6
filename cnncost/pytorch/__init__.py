"""The PyTorch module of a graph."""
