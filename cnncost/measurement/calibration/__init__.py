"""What a device does with the kinds of layers, measured on small networks made for that."""
