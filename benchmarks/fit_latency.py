"""Fits the times of kernels on an H200, and writes them into its profile.

    python benchmarks/fit_latency.py             fit, and write the profile and docs/measurements/h200-latency.csv
    python benchmarks/fit_latency.py --dry-run   fit, and say how far off it is

It begins with the round numbers of `h200/kernels.yaml`. Every network is also predicted with coefficients that were
fitted without it, and without it and its relatives, their operators included: those errors are what is stated. It takes
some minutes, and some more the first time, when the networks are read from torchvision and timm.
"""

from __future__ import annotations

import csv
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.latency_rows import operators, rows
from cnncost.devices import Key, LatencyProfile
from cnncost.devices.latency import UNITS
from cnncost.language.yaml.plain import read_plain
from cnncost.roofline.fitting import Observation, fit
from cnncost.roofline.prediction import LAUNCHES, predict_kernels, used_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.latency_rows import Row

ROOT = Path(__file__).parents[1]
START = Path(__file__).parent / "h200" / "kernels.yaml"
PROFILE = ROOT / "cnncost" / "devices" / "h200.yaml"
TABLE = ROOT / "docs" / "measurements" / "h200-latency.csv"

NETWORK_WEIGHT = 3.0
"""What a network weighs: operators weigh less."""

FOUR_IN_FIVE = 80

_HEADER = """\
latency:
  # What the kernels of a step take, fitted by `python benchmarks/fit_latency.py` to tests/data/h200/latency.csv and
  # operators.csv.gz. Launches in µs, rates in 10¹² operations/s, bandwidths in GB/s, steps in ns, loads in ps.
"""


def main(arguments: Sequence[str]) -> None:
    """Fit all of it, then all but each family."""
    networks = rows()
    parts = [*operators()]
    begun = LatencyProfile.of(read_plain(START))
    fitted = _rounded(_only_measured(_fit(networks, parts, begun), networks, parts), begun)
    relatives = _left_out(networks, parts, begun, lambda row: row.family)
    alone = _left_out(networks, parts, begun, lambda row: row.network)
    fitted = fitted._replace(intervals=_intervals(networks, relatives), host=_host(networks, fitted))
    lines = [_line(row, fitted, alone, relatives) for row in networks]
    _report(lines)
    if "--dry-run" not in arguments:
        _write(fitted, lines)


def _fit(networks: Sequence[Row], parts: Sequence[Observation], begun: LatencyProfile) -> LatencyProfile:
    whole = [Observation(row.network, row.kernels, row.kernel_seconds, NETWORK_WEIGHT) for row in networks]
    return fit([*whole, *parts], begun)


def _only_measured(profile: LatencyProfile, networks: Sequence[Row], parts: Sequence[Observation]) -> LatencyProfile:
    """The profile without the kernels that nothing measured: those that are like them stand in, and that is said."""
    kernels = [kernel for each in (*networks, *parts) for kernel in each.kernels]
    seen = {used_key(kernel, profile) for kernel in kernels}
    return profile._replace(coefficients={key: found for key, found in profile.coefficients.items() if key in seen})


def _left_out(
    networks: Sequence[Row], parts: Sequence[Observation], begun: LatencyProfile, group: Callable[[Row], str]
) -> dict[tuple[str, str], float]:
    """The time of each network with coefficients that are fitted without its group, operators included."""
    predicted = {}
    for name in sorted({group(row) for row in networks}):
        others = [row for row in networks if group(row) != name]
        kept = {row.network for row in others}
        without = _fit(others, [part for part in parts if part.name in kept], begun)
        for row in networks:
            if group(row) == name:
                predicted[row.network, row.dtype] = predict_kernels(row.kernels, row.settings, without).kernel_seconds
    return predicted


def _intervals(
    networks: Sequence[Row], held_out: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], tuple[float, float]]:
    """By dtype and mode, how far off predictions without the network's family are: four of five are less."""
    errors: dict[tuple[str, str], list[float]] = {}
    for row in networks:
        key = row.settings.amp or row.settings.dtype, row.settings.mode
        ratio = held_out[row.network, row.dtype] / row.kernel_seconds
        errors.setdefault(key, []).append(max(ratio, 1 / ratio))
    return {key: (_at(found, FOUR_IN_FIVE),) * 2 for key, found in errors.items()}


def _host(networks: Sequence[Row], profile: LatencyProfile) -> Any:
    """What a launch takes the processor: the median of the steps that wait for it, which vary much."""
    bound = [row for row in networks if row.wall_seconds > 1.15 * row.kernel_seconds]
    each = [row.wall_seconds / len(row.kernels) for row in bound]
    operation = statistics.median(each)
    spread = _at([max(one / operation, operation / one) for one in each], FOUR_IN_FIVE)
    return profile.host._replace(operation=_short(operation * 1e6) / 1e6, factors=(_short(spread),) * 2)


def _at(values: Sequence[float], percent: int) -> float:
    return _short(statistics.quantiles(values, n=100, method="inclusive")[percent - 1])


def _line(
    row: Row,
    profile: LatencyProfile,
    alone: Mapping[tuple[str, str], float],
    relatives: Mapping[tuple[str, str], float],
) -> dict[str, Any]:
    made = predict_kernels(row.kernels, row.settings, profile)
    peak = profile.peaks["float32" if row.dtype == "fp32" else "bfloat16"]
    flops = [kernel.flops for kernel in row.kernels if kernel.product is not None]
    roofline = [max(k.flops / peak if k.product else 0.0, k.bytes / profile.bandwidth) for k in row.kernels]
    milliseconds = {
        "kernel_ms": row.kernel_seconds,
        "fitted_ms": made.kernel_seconds,
        "without_it_ms": alone[row.network, row.dtype],
        "without_family_ms": relatives[row.network, row.dtype],
        "flops_over_peak_ms": sum(flops) / peak,
        "roofline_ms": sum(roofline),
        "wall_ms": row.wall_seconds,
        "predicted_wall_ms": made.seconds,
    }
    return {
        "network": row.network,
        "family": row.family,
        "batch": row.settings.batch,
        "dtype": row.dtype,
        "mode": row.settings.mode,
        **{name: f"{1e3 * value:.5g}" for name, value in milliseconds.items()},
        "bound": "launches" if made.bound == LAUNCHES else "device",
    }


def _report(lines: Sequence[Mapping[str, Any]]) -> None:
    for dtype in dict.fromkeys(line["dtype"] for line in lines):
        chosen = [line for line in lines if line["dtype"] == dtype]
        for name in ("fitted_ms", "without_it_ms", "without_family_ms", "flops_over_peak_ms", "roofline_ms"):
            errors = [abs(float(line[name]) / float(line["kernel_ms"]) - 1) for line in chosen]
            print(
                f"{dtype:9} {name:19} median {statistics.median(errors):6.1%}"
                f"  mean {statistics.mean(errors):6.1%}  worst {max(errors):6.1%}  of {len(errors)}"
            )


def _write(profile: LatencyProfile, lines: Sequence[Mapping[str, Any]]) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
    text = PROFILE.read_text(encoding="utf-8").partition("\nlatency:\n")[0].rstrip("\n")
    PROFILE.write_text(f"{text}\n\n{_section(profile)}", encoding="utf-8")


def _section(profile: LatencyProfile) -> str:
    """The section of the profile's file: what the fit begins with, with the coefficients that were found."""
    begun = read_plain(START)
    kernels = [_flow(_entry(entry, profile)) for entry in begun["kernels"] if _key(entry) in profile.coefficients]
    intervals = [
        _flow({"dtype": dtype, "mode": mode, "factors": list(factors)})
        for (dtype, mode), factors in profile.intervals.items()
    ]
    host = {"operation": profile.host.operation * 1e6, "gap": begun["host"]["gap"], "factors": [*profile.host.factors]}
    simple = {name: begun[name] for name in ("device", "units", "cache_bytes", "peaks", "bandwidth")} | {"host": host}
    text = [f"  {name}: {_flow(value)}" for name, value in simple.items()]
    for name, entries in (
        ("intervals", intervals),
        ("algorithms", map(_flow, begun["algorithms"])),
        ("kernels", kernels),
    ):
        text += [f"  {name}:", *[f"    - {entry}" for entry in entries]]
    return _HEADER + "\n".join(text) + "\n"


def _entry(entry: Mapping[str, Any], profile: LatencyProfile) -> dict[str, Any]:
    found = profile.coefficients[_key(entry)]
    return {name: getattr(found, name) / UNITS[name] if name in UNITS else value for name, value in entry.items()}


def _key(entry: Mapping[str, Any]) -> Key:
    return Key(entry["kind"], entry["dtype"], entry["channels_last"], entry.get("direction", "forward"))


def _rounded(profile: LatencyProfile, begun: LatencyProfile) -> LatencyProfile:
    """The profile as it will be read: with three digits."""
    rounded = {}
    for key, found in profile.coefficients.items():
        chosen = {
            name: unit * _short(getattr(found, name) / unit) for name, unit in UNITS.items() if getattr(found, name)
        }
        rounded[key] = begun.coefficients[key]._replace(**chosen)
    return profile._replace(coefficients=rounded)


def _flow(value: Any) -> str:
    """A value in YAML's short form, numbers with three digits."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float):
        return f"{_short(value):g}"
    return (
        {True: "true", False: "false", None: "null"}.get(value, str(value))
        if not isinstance(value, int) or isinstance(value, bool)
        else str(value)
    )


def _short(value: float) -> float:
    return float(f"{value:.3g}")


if __name__ == "__main__":
    main(sys.argv[1:])
