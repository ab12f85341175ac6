"""What a design space is: axes, what depends on them, constraints, and how points are drawn from it."""
