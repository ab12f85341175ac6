"""Models in PyTorch: made without weights, exported, and translated operator by operator."""
