"""Columns: a number for each of many design points, and exact arithmetic on them, element by element, as in Python.

Whole numbers are NumPy's of 64 bits for as long as these hold every result, and Python's integers beyond: nothing
overflows. Numbers with a fraction are double precision, which is Python's `float`; what NumPy rounds in another way
than Python (a whole number beyond 2**53 beside a fraction, powers, remainders of fractions) Python computes.
"""
