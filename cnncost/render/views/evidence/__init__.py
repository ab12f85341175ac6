"""Whether that is so."""
