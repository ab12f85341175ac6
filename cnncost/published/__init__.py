"""What others publish of networks."""
