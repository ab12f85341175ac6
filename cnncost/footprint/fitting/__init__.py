"""Whether a step fits into a memory, what is the largest that does, and what would help."""
