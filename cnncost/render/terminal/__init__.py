"""Tables and plots on a terminal."""
