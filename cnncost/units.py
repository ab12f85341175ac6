"""Numbers for people: three significant digits and a unit, by whole-number arithmetic, so that none is ever off."""

from __future__ import annotations

COUNT_UNITS = ("", "K", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q")
BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB", "RiB", "QiB")
_TIME_UNITS = (("s", 0), ("ms", -3), ("µs", -6), ("ns", -9))


def count_text(count: int) -> str:
    """A count in thousands: three significant digits, whole numbers below a thousand.

    >>> count_text(25_557_032), count_text(999), count_text(999_950), count_text(0)
    ('25.6 M', '999', '1.00 M', '0')
    """
    return _scaled(count, 1000, COUNT_UNITS)


def bytes_text(count: int) -> str:
    """Bytes in binary units: three significant digits, whole numbers below 1 KiB.

    >>> bytes_text(102_228_128), bytes_text(1023), bytes_text(1_047_552)
    ('97.5 MiB', '1023 B', '0.999 MiB')
    """
    return _scaled(count, 1024, BYTE_UNITS)


def number_text(value: float) -> str:
    """Three significant digits, without an exponent as long as that is readable.

    >>> number_text(0.0625), number_text(59.96), number_text(1234.5), number_text(0), number_text(1e-9)
    ('0.0625', '60.0', '1234', '0', '1.00e-09')
    """
    if value == 0:
        return "0"
    size = abs(value)
    if not 1e-4 <= size < 1e7:
        return f"{value:.2e}"
    exponent = int(f"{size:.2e}".rpartition("e")[2])  # of the rounded number: 9.999 has the exponent of 10.0
    return f"{value:.{max(0, 2 - exponent)}f}"


def seconds_text(seconds: float) -> str:
    """A time: three significant digits and a unit.

    >>> seconds_text(0.0123456), seconds_text(0.9999), seconds_text(83e-6), seconds_text(125.0), seconds_text(0)
    ('12.3 ms', '1.00 s', '83.0 µs', '125 s', '0 s')
    """
    if not seconds:
        return "0 s"
    exponent = int(f"{seconds:.2e}".rpartition("e")[2])  # of the rounded number
    unit, scale = next(((unit, scale) for unit, scale in _TIME_UNITS if exponent >= scale), _TIME_UNITS[-1])
    return f"{seconds / 10.0**scale:.{max(0, 2 - exponent + scale)}f} {unit}"


def percent_text(part: int, whole: int) -> str:
    """The share of a total: two significant digits above 10 %, and never a zero for what is there.

    >>> percent_text(1, 3), percent_text(1, 50), percent_text(1, 10**6), percent_text(0, 5), percent_text(5, 5)
    ('33 %', '2.0 %', '<0.1 %', '0 %', '100 %')
    """
    if not part or not whole:
        return "0 %"
    tenths = (2000 * part + whole) // (2 * whole)
    if tenths == 0:
        return "<0.1 %"
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10} %"
    return f"{(200 * part + whole) // (2 * whole)} %"


def deviation_text(fraction: float) -> str:
    """How far a number is off, in percent: two significant digits.

    >>> deviation_text(0.0152), deviation_text(-0.9998), deviation_text(25.6), deviation_text(1e-9), deviation_text(0)
    ('+1.5 %', '-100 %', '+2,560 %', '<0.001 %', '0 %')
    """
    percent = 100 * fraction
    if abs(percent) < 0.001:
        return "<0.001 %" if percent else "0 %"
    if abs(percent) < 99.5:
        return f"{percent:+.2g} %"
    return f"{percent:+,.0f} %" if abs(percent) < 1e6 else f"{percent:+.1e} %"


def _scaled(count: int, base: int, units: tuple[str, ...]) -> str:
    if count < 0:
        return "-" + _scaled(-count, base, units)
    if count < base:
        return f"{count} {units[0]}".rstrip()
    divisor = base
    for unit in units[1:]:
        for decimals in (3, 2, 1, 0):
            # Half up. Three decimals serve 1000 to 1023 KiB, which are 0.977 to 0.999 MiB.
            digits = (2 * count * 10**decimals + divisor) // (2 * divisor)
            if digits < 1000:
                return f"{_point(digits, decimals)} {unit}"
        divisor *= base
    exponent = len(str(count)) - 1  # a float would overflow
    digits = (2 * count // 10 ** (exponent - 2) + 1) // 2
    return f"{_point(digits, 2)}e+{exponent}" if digits < 1000 else f"1.00e+{exponent + 1}"


def _point(digits: int, decimals: int) -> str:
    if not decimals:
        return str(digits)
    whole, fraction = divmod(digits, 10**decimals)
    return f"{whole}.{fraction:0{decimals}d}"
