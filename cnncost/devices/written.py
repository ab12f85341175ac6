"""The section of latency as the file of a profile holds it: what :meth:`LatencyProfile.of` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.devices.latency import UNITS, Coefficients

if TYPE_CHECKING:
    from cnncost.devices.latency import Key, LatencyProfile
    from cnncost.devices.rules import WorkspaceRule

_DIGITS = 4
"""Significant digits that are written: no measurement is as exact."""

_MICROSECOND, _GIGA, _TERA = 1e-6, 1e9, 1e12


def latency_data(latency: LatencyProfile) -> dict[str, Any]:
    """Plain data, in µs, 10¹² operations per second and GB/s."""
    host = latency.host
    return {
        "device": latency.device,
        "units": latency.units,
        "cache_bytes": latency.cache_bytes,
        "peaks": {dtype: _rounded(peak / _TERA) for dtype, peak in latency.peaks.items()},
        "bandwidth": _rounded(latency.bandwidth / _GIGA),
        "host": {
            "operation": _rounded(host.operation / _MICROSECOND),
            "gap": _rounded(host.gap / _MICROSECOND),
            "factors": _all_rounded(host.factors),
        },
        "kernels": [_kernels(key, latency.coefficients[key]) for key in sorted(latency.coefficients, key=_order)],
        "algorithms": [_rule(rule) for rule in latency.algorithms],
        "intervals": [
            {"dtype": dtype, "mode": mode, "factors": _all_rounded(factors)}
            for (dtype, mode), factors in sorted(latency.intervals.items())
        ],
    }


def _order(key: Key) -> tuple[str, ...]:
    return (key.dtype, str(key.channels_last), key.kind, key.direction, key.operation or "")


def _kernels(key: Key, coefficients: Coefficients) -> dict[str, Any]:
    """The coefficients of one kind; what plays no part is left out."""
    usual = Coefficients(launch=0.0)
    written: dict[str, Any] = {name: value for name, value in key._asdict().items() if value is not None}
    for name, value in coefficients._asdict().items():
        if value == getattr(usual, name):
            continue
        if name in UNITS:
            written[name] = _rounded(value / UNITS[name])
        else:
            written[name] = [list(tile) for tile in value] if name == "tiles" else value
    return written


def _rule(rule: WorkspaceRule) -> dict[str, Any]:
    """What a rule says; what it leaves open is left out."""
    said = {name: value for name, value in rule._asdict().items() if value is not None}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


def _all_rounded(values: tuple[float, ...]) -> list[float]:
    return [_rounded(value) for value in values]


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
