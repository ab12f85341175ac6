"""What people have, as a graph, and a graph as the spec that a person would have written."""
