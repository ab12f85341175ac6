"""Networks from elsewhere: models in PyTorch and what other programs write, each to a graph by the builder."""
