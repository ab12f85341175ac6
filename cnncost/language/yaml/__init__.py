"""YAML text -> nodes, each with its place in the file."""
