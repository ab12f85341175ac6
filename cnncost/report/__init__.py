"""What a network costs, as data."""
