"""From design points to what they cost: many points at once, by the code that analyzes one network."""
