"""A network compared with another: a model that is imported, or another spec, layer by layer."""
