"""The numbers that formulas run on: the arithmetic of sizes, and symbols in their place."""
