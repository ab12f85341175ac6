"""What a card makes of a step: the allocator, workspaces, and devices that are known."""
