"""The spec language: YAML text to the layer graph."""
