"""Steps as text: which arguments and names are said, and how the lines are laid out."""
