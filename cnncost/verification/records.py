"""Measurements as files: what was measured where, beside what was predicted, to hold later predictions against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.errors import SpecError
from cnncost.measurement.devices import Machine
from cnncost.settings import Settings
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnncost.verification.result import Verification

SCHEMA_VERSION = 1
"""Version of the JSON form; a reader refuses any other."""

_DIGITS = 6
"""Significant digits of a time or a rate that are kept; no measurement is as exact."""

_NETWORK_KEYS = {
    "network": str,
    "settings": dict,
    "counts": dict,
    "checks": dict,
    "latency": (dict, type(None)),
    "memory": (dict, type(None)),
    "failure": str,
}
_MACHINE_KEYS = dict.fromkeys(Machine._fields, str)
_COUNT_KEYS = {"predicted": object, "measured": object}


class NetworkRecord(NamedTuple):
    """One network of a file of measurements.

    Attributes:
        network: what it is loaded by. settings: of the report that predicted.
        counts: figures of the whole network, each with what was ``predicted`` and ``measured``.
        checks: how many figures of layers and network were ``same``, ``different`` and ``not_measured``, and the
            ``mismatches``.
        latency, memory: as they were measured; ``None`` where they were not.
        failure: why the verification broke off; empty when it did not.
    """

    network: str
    settings: Settings
    counts: dict[str, dict[str, Any]]
    checks: dict[str, Any]
    latency: dict[str, Any] | None
    memory: dict[str, Any] | None
    failure: str


class Measurements(NamedTuple):
    """A file of measurements: where they were made, and what was found."""

    machine: Machine
    networks: tuple[NetworkRecord, ...]


def save(path: Path, verifications: Sequence[Verification], machine: Machine | None = None) -> None:
    """Write what was found to a JSON file; folders that are missing are made, and a file that is there is replaced.

    Args:
        path: of the file. verifications: at least one.
        machine: where they were made; by default what the first of them says.

    Raises:
        SpecError: there is nothing to keep, or the file cannot be written.
    """
    import json

    if not verifications:
        raise SpecError("there is nothing to keep: no network was verified")
    data = {
        "schema": SCHEMA_VERSION,
        "machine": (machine or verifications[0].machine)._asdict(),
        "networks": [_summary(verification) for verification in verifications],
    }
    text = json.dumps(_rounded(data), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise SpecError(f"cannot write `{path}`: {error.strerror}") from error


def read(path: Path) -> Measurements:
    """The measurements that :func:`save` wrote.

    Raises:
        SpecError: no such file, or one that does not hold measurements; the text says what is wrong where.
    """
    import json

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"cannot read `{path}`: {error.strerror}") from error
    except ValueError as error:
        raise SpecError(f"`{path}` holds no measurements: {error}") from error
    try:
        return _measurements(data)
    except SpecError as error:
        raise SpecError(f"`{path}` holds no measurements: {error.message}", hint=error.hint) from error


def _summary(verification: Verification) -> dict[str, Any]:
    """What is kept of a verification: of the whole network every figure, of the layers only those that differ."""
    verdicts = [check.verdict for check in verification.checks]
    return {
        "network": verification.network,
        "settings": verification.settings,
        "counts": {
            check.figure: {"predicted": check.predicted, "measured": check.measured}
            for check in verification.checks
            if not check.layer
        },
        "checks": {
            "same": verdicts.count(SAME),
            "different": verdicts.count(DIFFERENT),
            "not_measured": verdicts.count(NOT_MEASURED),
            "mismatches": [check._asdict() for check in verification.mismatches],
        },
        "latency": verification.latency,
        "memory": verification.memory,
        "failure": verification.failure,
    }


def _rounded(value: Any) -> Any:
    """`value` with every fraction in it rounded."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def _measurements(data: Any) -> Measurements:
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise SpecError(f"its schema is {version!r}, and {SCHEMA_VERSION} is what this version reads")
    _check(data, {"machine": dict, "networks": list}, "the file")
    _check(data["machine"], _MACHINE_KEYS, "`machine`")
    networks = [_network(network, f"`networks[{place}]`") for place, network in enumerate(data["networks"])]
    return Measurements(Machine(**{key: data["machine"][key] for key in _MACHINE_KEYS}), tuple(networks))


def _network(data: Any, place: str) -> NetworkRecord:
    _check(data, _NETWORK_KEYS, place)
    for figure, count in data["counts"].items():
        _check(count, _COUNT_KEYS, f"`{figure}` of {place}")
    return NetworkRecord(
        **{**{key: data[key] for key in _NETWORK_KEYS}, "settings": Settings.checked(**data["settings"])}
    )


def _check(data: Any, kinds: dict[str, Any], place: str) -> None:
    """Refuse anything but an object with these keys, of these kinds."""
    if not isinstance(data, dict):
        raise SpecError(f"{place} is no object")
    for key, kind in kinds.items():
        if key not in data:
            raise SpecError(f"{place} has no `{key}`")
        if not isinstance(data[key], kind):
            raise SpecError(f"`{key}` of {place} is of the wrong type: {type(data[key]).__name__}")
