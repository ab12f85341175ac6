"""What layer types are made of."""
