"""Networks to look at."""
