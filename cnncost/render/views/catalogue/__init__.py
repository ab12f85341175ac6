"""What there is: networks, layer types, conventions."""
