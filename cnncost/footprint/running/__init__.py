"""A step in time: forward, the loss, backward, and the optimizer."""
