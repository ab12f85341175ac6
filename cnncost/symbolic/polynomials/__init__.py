"""Figures multiplied out: polynomials in letters and floors, without floors where letters run in steps, as code."""
