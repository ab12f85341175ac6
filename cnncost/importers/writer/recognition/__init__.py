"""What steps have in common: blocks with parameters, conditions, and loops."""
