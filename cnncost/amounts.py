"""Amounts as people type them: `5M`, `1.5G`, `4e6` for counts, `24GB`, `24GiB` for bytes, `5ms` for times."""

from __future__ import annotations

from cnncost.errors import SpecError
from cnncost.records import NamedTuple

_THOUSANDS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12, "p": 10**15}
_BYTES = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgtp", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmgtp", 1)},
}
_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "µs": 10**3, "μs": 10**3, "ns": 1}
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

    What is left of a fraction is rounded down: a budget of 0.0045K parameters allows 4.

    Raises:
        SpecError: not an amount, or a fraction without a unit.

    >>> parse_count("5M"), parse_count("1.5G"), parse_count("4e6"), parse_count("25_557_032")
    (5000000, 1500000000, 4000000, 25557032)
    >>> parse_count("25.6")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: `25.6` has decimals and no unit
      = hint: say in what it is counted: `25.6K`, `25.6M` or `25.6G`
    """
    return _with_unit(read_count(text), text, ("K", "M", "G")).floor


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
        SpecError: not an amount of bytes, or a fraction without a unit; a bare `24G` is refused, since it may mean
            either.

    >>> parse_bytes("24GB"), parse_bytes("24GiB"), parse_bytes("512")
    (24000000000, 25769803776, 512)
    """
    amount = _parse(text, _BYTES, "an amount of bytes such as `100MB`, `24GiB` or `4096`")
    return _with_unit(amount, text, ("MB", "MiB", "GiB")).floor


def parse_nanoseconds(text: str) -> int:
    """A time in whole nanoseconds: its unit is `s`, `ms`, `us` or `ns`.

    Raises:
        SpecError: not a time, or one without a unit.

    >>> parse_nanoseconds("5ms"), parse_nanoseconds("0.25 s"), parse_nanoseconds("80µs")
    (5000000, 250000000, 80000)
    >>> parse_nanoseconds("5")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: `5` is a time without a unit
      = hint: write `5ms`, `5us` or `5s`
    """
    stripped = text.strip()
    if stripped.replace(".", "", 1).isdecimal():
        shown = stripped[:40]
        hint = f"write `{shown}ms`, `{shown}us` or `{shown}s`"
        raise SpecError(f"`{shown}` is a time without a unit", hint=hint)
    return _parse(text, _NANOSECONDS, "a time such as `5ms`, `80us` or `1.5s`").floor


def _with_unit(amount: Amount, text: str, units: tuple[str, ...]) -> Amount:
    """The amount; decimals without a unit are refused: nobody counts in tenths, so that a unit was left out."""
    if "." not in text or amount.factor != 1:
        return amount
    *most, last = [f"`{text.strip()}{unit}`" for unit in units]
    raise SpecError(
        f"`{text.strip()}` has decimals and no unit", hint=f"say in what it is counted: {', '.join(most)} or {last}"
    )


def _parse(text: str, units: dict[str, int], example: str) -> Amount:
    import re  # only budgets need it

    pattern = rf"\s*({_WHOLE})?(?:\.(\d*))?(?:e\+?(-?\d{{1,9}}))?\s*([a-zµμ]*)\s*"
    amount = re.fullmatch(pattern, text.lower(), re.ASCII)
    if amount is None or not (amount[1] or amount[2]) or len(text) > 100:
        commas = "; commas stand before three digits each, and decimals behind a point" if "," in text else ""
        shown = f"`{text[:100]}`" if text.strip() else "an empty text"
        raise SpecError(f"{shown} is not a valid amount", hint=f"write {example}{commas}")
    whole, fraction, exponent, unit = amount.groups(default="")
    if unit not in units:
        raise _unknown_unit(text.strip(), text[slice(*amount.span(4))], units, example)
    power = int(exponent or 0)
    if abs(power) > _LARGEST_EXPONENT:
        raise SpecError(f"the exponent of `{text.strip()}` is too large")
    digits = int(whole.replace("_", "").replace(",", "") + fraction)
    return Amount(digits, len(fraction) + max(-power, 0), 10 ** max(power, 0) * units[unit])


def _unknown_unit(text: str, unit: str, units: dict[str, int], example: str) -> SpecError:
    """The error for an amount in another unit; where bytes may be of powers of 1000 or of 1024, it offers both."""
    if f"{unit.lower()}ib" in units:
        number, letter = text[: -len(unit)].strip(), unit.upper()
        both = f"`{number}{letter}B` in powers of 1000, or `{number}{letter}iB` in powers of 1024"
        return SpecError(f"unknown unit `{unit}` in `{text}`", hint=f"write {both}")
    if unit.lower() in _BYTES:
        return SpecError(f"`{text}` is an amount of bytes, and this is a count", hint=f"write {example}")
    return SpecError(f"unknown unit `{unit}` in `{text}`", hint=f"write {example}")
