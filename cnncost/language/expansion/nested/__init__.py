"""A network as a step of another: which it is, what it reads, and what can be read of it."""
