"""Amounts as people type them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncost.amounts import parse_bytes, parse_count
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5M", 5_000_000),
        ("5m", 5_000_000),
        ("1.5G", 1_500_000_000),
        ("7B", 7_000_000_000),
        ("4e6", 4_000_000),
        ("4.5E+6", 4_500_000),
        ("25e-1", 2),
        (" 25,557,032 ", 25_557_032),
        ("25_557_032", 25_557_032),
        (".5 K", 500),
        ("0", 0),
        ("2T", 2 * 10**12),
    ],
)
def test_counts(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("24GB", 24 * 10**9),
        ("24 gib", 24 * 2**30),
        ("100MB", 10**8),
        ("0.1MiB", 104_857),  # 104,857.6: a budget is rounded down
        ("4096", 4096),
        ("4096B", 4096),
    ],
)
def test_bytes(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["4,09G", "1,5M", "1,2,3", "25,5570,32", ",5M", "1,000_000,0", "12,345,"])
def test_a_comma_is_no_decimal_point(text: str) -> None:
    with pytest.raises(SpecError) as raised:
        parse_count(text)
    assert raised.value.message == f"`{text}` is not a valid amount"
    assert "commas stand before three digits each, and decimals behind a point" in (raised.value.hint or "")


def test_commas_between_thousands() -> None:
    assert [parse_count(text) for text in ("1,000", "25,557,032", "4,090.5K")] == [1000, 25_557_032, 4_090_500]


@pytest.mark.parametrize("text", ["", "M", ".", "lots", "-5", "5MM", "5 M B", "1e999", "1e-999", "٥", "5" * 200, "nan"])
def test_no_count(text: str) -> None:
    with pytest.raises(SpecError):
        parse_count(text)


@pytest.mark.parametrize(("text", "decimal", "binary"), [("24G", "24GB", "24GiB"), (" 1.5 k ", "1.5KB", "1.5KiB")])
def test_a_bare_prefix_is_no_unit_of_memory(text: str, decimal: str, binary: str) -> None:
    with pytest.raises(SpecError, match=f"unknown unit `{text.strip()[-1]}`") as raised:
        parse_bytes(text)
    assert raised.value.hint == f"write `{decimal}` in powers of 1000, or `{binary}` in powers of 1024"


@pytest.mark.parametrize(
    ("parse", "text", "hint"),
    [
        (parse_count, "25.6", "say in what it is counted: `25.6K`, `25.6M` or `25.6G`"),
        (parse_count, "25.0", "say in what it is counted: `25.0K`, `25.0M` or `25.0G`"),
        (parse_bytes, "24.5", "say in what it is counted: `24.5MB`, `24.5MiB` or `24.5GiB`"),
    ],
)
def test_decimals_without_a_unit_ask_for_it(parse: Callable[[str], int], text: str, hint: str) -> None:
    with pytest.raises(SpecError, match=f"`{text}` has decimals and no unit") as raised:
        parse(text)
    assert raised.value.hint == hint


def test_a_count_is_no_amount_of_bytes() -> None:
    with pytest.raises(SpecError, match=r"`25\.6MB` is an amount of bytes, and this is a count"):
        parse_count("25.6MB")


def test_what_is_no_amount_is_told_how_to_be_one() -> None:
    with pytest.raises(SpecError, match="`lots` is not a valid amount") as raised:
        parse_count("lots")
    assert raised.value.hint == "write a number such as `5M`, `1.5G` or `4e6`"


@given(st.integers(0, 10**30))
def test_whole_numbers_are_themselves(count: int) -> None:
    assert parse_count(str(count)) == parse_count(f"{count:,}") == parse_bytes(f"{count}B") == count


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    with suppress(SpecError):
        assert parse_bytes(text) >= 0
