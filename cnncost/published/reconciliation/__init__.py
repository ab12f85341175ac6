"""Which way of counting, and which variant of a network, gives a figure that somebody published.

subject (the spec) -> candidates (what may have been meant) -> counts (how it may have been counted) -> search
"""
