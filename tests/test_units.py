"""Numbers for people: rounded as by hand, exact to half a unit of the third digit, whatever their size."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncost.units import (
    BYTE_UNITS,
    COUNT_UNITS,
    bytes_text,
    count_text,
    number_text,
    percent_text,
)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1, "1"),
        (999, "999"),
        (1000, "1.00 K"),
        (1004, "1.00 K"),
        (1005, "1.01 K"),  # half up
        (9_994, "9.99 K"),
        (9_995, "10.0 K"),
        (999_499, "999 K"),
        (999_500, "1.00 M"),
        (999_950, "1.00 M"),
        (25_557_032, "25.6 M"),
        (4_089_184_256, "4.09 G"),
        (10**30, "1.00 Q"),
        (10**33 - 1, "1.00e+33"),
        (10**400, "1.00e+400"),
        (-1500, "-1.50 K"),
    ],
)
def test_counts(count: int, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (1000 * 1024, "0.977 MiB"),
        (1024 * 1024 - 1, "1.00 MiB"),
        (102_228_128, "97.5 MiB"),
        (24 * 2**30, "24.0 GiB"),
    ],
)
def test_bytes(count: int, text: str) -> None:
    assert bytes_text(count) == text


@given(st.integers(min_value=0, max_value=10**33 - 10**31))
def test_counts_have_three_digits_and_are_off_by_half_of_the_last_at_most(count: int) -> None:
    check_scaled(count, count_text(count), 1000, COUNT_UNITS)


@given(st.integers(min_value=0, max_value=2**109))
def test_bytes_have_three_digits_and_are_off_by_half_of_the_last_at_most(count: int) -> None:
    check_scaled(count, bytes_text(count), 1024, BYTE_UNITS)


def check_scaled(count: int, text: str, base: int, units: tuple[str, ...]) -> None:
    number, _, unit = text.partition(" ")
    assert unit in units
    if unit == units[0]:
        assert int(number) == count < base
        return
    assert len(number.replace(".", "").lstrip("0")) == 3
    decimals = len(number.partition(".")[2])
    error = abs(Fraction(number) * base ** units.index(unit) - count)
    assert error <= Fraction(base ** units.index(unit), 2 * 10**decimals)


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_larger_counts_never_read_as_less(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert read_back(count_text(small)) <= read_back(count_text(large))


def read_back(text: str) -> Fraction:
    number, _, unit = text.partition(" ")
    size: int = 1000 ** COUNT_UNITS.index(unit)
    return Fraction(number) * size


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"),
        (0, 0, "0 %"),
        (1, 10**9, "<0.1 %"),
        (1, 1000, "0.1 %"),
        (99, 1000, "9.9 %"),
        (9996, 100_000, "10 %"),
        (1, 3, "33 %"),
        (10, 10, "100 %"),
    ],
)
def test_percent(part: int, whole: int, text: str) -> None:
    assert percent_text(part, whole) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1, "1.00"), (9.999, "10.0"), (99.95, "100"), (0.5, "0.500"), (-2.5, "-2.50"), (1e9, "1.00e+09")],
)
def test_numbers(value: float, text: str) -> None:
    assert number_text(value) == text
