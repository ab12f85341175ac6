"""From units to classes: bodies that are equal, what differs in them, and what repeats."""
