"""Reads the text of a formula as anyone would: with Python's own arithmetic, in exact fractions."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor, gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def value_of(text: str, numbers: Mapping[str, int | float] = {}) -> Fraction:
    """The value of a formula, a quotient being exact unless it stands in brackets that round it.

    >>> value_of("128·(64/1)·3² + 128"), value_of("⌊(56 + 2·p − 1)/2⌋ + 1", {"p": 1})
    (Fraction(73856, 1), Fraction(29, 1))
    >>> value_of("7/2"), value_of("2^⌈log₂(58)⌉"), value_of("[3 ≥ 4] + 7 mod 4")
    (Fraction(7, 2), Fraction(64, 1), Fraction(3, 1))
    """
    python = re.sub(r"(?<![A-Za-z_\d.])\d+(\.\d+)?", r"Number('\g<0>')", text)
    python = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: "**" + power[0].translate(_SUPERSCRIPTS), python)
    for written, meant in (("⌊", "floor("), ("⌋", ")"), ("⌈", "ceil("), ("⌉", ")"), ("log₂", "log2"), ("^", "**")):
        python = python.replace(written, meant)
    for written, meant in (("·", "*"), ("−", "-"), (" mod ", " % "), ("[", "Number("), ("]", ")"), ("≥", ">=")):
        python = python.replace(written, meant)
    known = {
        "Number": Fraction,
        "floor": lambda value: Fraction(floor(value)),
        "ceil": lambda value: Fraction(ceil(value)),
        "log2": _logarithm,
        "gcd": lambda one, other: Fraction(gcd(int(one), int(other))),
        "max": max,
    }
    letters = {name: Fraction(number) for name, number in numbers.items()}
    return Fraction(eval(python, {"__builtins__": {}, **known}, letters))


def _logarithm(value: Fraction) -> Fraction:
    """The logarithm to the base of two, as far as rounding it up is concerned: a half more than the last whole one."""
    power = 0
    while 2**power < value:
        power += 1
    return Fraction(power) if 2**power == value else power - Fraction(1, 2)
