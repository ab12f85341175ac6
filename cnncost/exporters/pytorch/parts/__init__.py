"""What a network is taken apart into: regions, units with their modules, and names for them."""
