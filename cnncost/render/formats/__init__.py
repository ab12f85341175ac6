"""Documents as text, one module a format."""
