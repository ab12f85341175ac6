"""What is rewritten in an exported program before it is translated: what was done in place, in parts or in pieces."""
