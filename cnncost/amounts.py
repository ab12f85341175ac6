"""Amounts as people type them: `5M`, `1.5G`, `4e6` for counts, `24GB`, `24GiB` for bytes."""

from __future__ import annotations

from typing import NamedTuple

from cnncost.errors import SpecError

_THOUSANDS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12, "p": 10**15}
_BYTES = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgtp", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmgtp", 1)},
}
_WHOLE = r"\d[\d_]*|\d{1,3}(?:,\d{3})+"
"""A decimal comma must not pass for one between thousands: `4,09G` would be a hundred times as much as it says."""
# Nothing that has parameters has more: a larger exponent is a typo, and must not become a huge integer.
_LARGEST_EXPONENT = 30


class Amount(NamedTuple):
    """A decimal number as it is written: ``digits * factor / 10**places``."""

    digits: int
    """All of them, as one whole number."""
    places: int
    """How many stand behind the point."""
    factor: int
    """Of the suffix and the exponent."""

    @property
    def floor(self) -> int:
        """The number without its fraction."""
        floor: int = self.digits * self.factor // 10**self.places
        return floor


def parse_count(text: str) -> int:
    """A number of things: digits, with a fraction, an exponent or one of the suffixes K, M, G (or B), T, P.

    A fraction of one is rounded down: a budget of 4.5 parameters allows 4.

    Raises:
        SpecError: not an amount.

    >>> parse_count("5M"), parse_count("1.5G"), parse_count("4e6"), parse_count("25_557_032")
    (5000000, 1500000000, 4000000, 25557032)
    """
    return read_count(text).floor


def read_count(text: str) -> Amount:
    """A number of things as :func:`parse_count` takes it, with the digits as they are written.

    Raises:
        SpecError: not an amount.

    >>> read_count("1.50G")
    Amount(digits=150, places=2, factor=1000000000)
    """
    return _parse(text, _THOUSANDS, "a number such as `5M`, `1.5G` or `4e6`")


def parse_bytes(text: str) -> int:
    """A number of bytes: `GB` is 10^9 of them, `GiB` is 2^30, a bare number is bytes.

    Raises:
        SpecError: not an amount of bytes; a bare `24G` is refused, since it may mean either.

    >>> parse_bytes("24GB"), parse_bytes("24GiB"), parse_bytes("512")
    (24000000000, 25769803776, 512)
    """
    return _parse(text, _BYTES, "an amount of bytes such as `100MB`, `24GiB` or `4096`").floor


def _parse(text: str, units: dict[str, int], example: str) -> Amount:
    import re  # only budgets need it

    pattern = rf"\s*({_WHOLE})?(?:\.(\d*))?(?:e\+?(-?\d{{1,9}}))?\s*([a-z]*)\s*"
    amount = re.fullmatch(pattern, text.lower(), re.ASCII)
    if amount is None or not (amount[1] or amount[2]) or len(text) > 100:
        commas = "; commas stand before three digits each, and decimals behind a point" if "," in text else ""
        raise SpecError(f"`{text[:100]}` is not a valid amount", hint=f"write {example}{commas}")
    whole, fraction, exponent, unit = amount.groups(default="")
    if unit not in units:
        both = f"`{unit.upper()}B` is powers of 1000, `{unit.upper()}iB` powers of 1024"
        hint = both if f"{unit}ib" in units else f"write {example}"
        raise SpecError(f"unknown unit `{unit}` in `{text.strip()}`", hint=hint)
    power = int(exponent or 0)
    if abs(power) > _LARGEST_EXPONENT:
        raise SpecError(f"the exponent of `{text.strip()}` is too large")
    digits = int(whole.replace("_", "").replace(",", "") + fraction)
    return Amount(digits, len(fraction) + max(-power, 0), 10 ** max(power, 0) * units[unit])
