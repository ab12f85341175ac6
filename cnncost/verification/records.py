"""Measurements as files: what was measured where, beside what was predicted, to compare later predictions with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from cnncost.documents.base import parsed, read_json_file
from cnncost.errors import SpecError
from cnncost.files import write_file
from cnncost.measurement.devices import Machine
from cnncost.measurement.results import LatencyResult, MemoryResult
from cnncost.validation import Count, Record, Text, first_fault
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME, Check, RunSettings, Value

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.verification.result import Verification

SCHEMA_VERSION: Literal[1] = 1
"""Version of the JSON form; a reader refuses any other."""

_DIGITS = 6
"""Significant digits of a time or a rate that are kept; no measurement is as exact."""


class CountRecord(Record):
    """One figure of the whole network."""

    predicted: Value
    """what the report said"""
    measured: Value
    """what PyTorch gave; null where it was not measured"""


class CheckSummary(Record):
    """How the figures of the layers and of the whole network compared."""

    same: Count
    """figures that were the same"""
    different: Count
    """figures that were different"""
    not_measured: Count
    """figures that could not be measured"""
    mismatches: tuple[Check, ...]
    """those that were different"""


class NetworkRecord(Record):
    """One network of a file of measurements."""

    network: Text
    """what it is loaded by"""
    settings: RunSettings
    """of the report that predicted"""
    counts: Mapping[Text, CountRecord]
    """figures of the whole network, by name"""
    checks: CheckSummary
    """of the figures of all layers, those that were different"""
    latency: LatencyResult | None
    """how long it takes; null where it was not measured"""
    memory: MemoryResult | None
    """the memory that it takes; null where it was not measured"""
    failure: Text
    """why the verification broke off; empty when it did not"""

    @classmethod
    def of(cls, verification: Verification) -> NetworkRecord:
        """What is kept of a verification: of the whole network every figure, of the layers only those that differ."""
        verdicts = [check.verdict for check in verification.checks]
        return cls(
            network=verification.network,
            settings=verification.settings,
            counts={
                check.figure: CountRecord(predicted=check.predicted, measured=check.measured)
                for check in verification.checks
                if not check.layer
            },
            checks=CheckSummary(
                same=verdicts.count(SAME),
                different=verdicts.count(DIFFERENT),
                not_measured=verdicts.count(NOT_MEASURED),
                mismatches=verification.mismatches,
            ),
            latency=verification.latency,
            memory=verification.memory,
            failure=verification.failure,
        )


class Measurements(Record):
    """A file of measurements."""

    version: Literal[1] = Field(default=SCHEMA_VERSION, validation_alias="schema", serialization_alias="schema")
    """version of this format"""
    machine: Machine
    """where they were made"""
    networks: tuple[NetworkRecord, ...]
    """what was found of each network"""


def save(path: Path, verifications: Sequence[Verification], machine: Machine | None = None) -> None:
    """Write what was found to a JSON file; one that is there is replaced.

    Args:
        path: of the file.
        verifications: at least one.
        machine: where they were made; by default what the first of them says.

    Raises:
        SpecError: there is nothing to keep, or the file cannot be written: its folder must be there.
    """
    if not verifications:
        raise SpecError("there is nothing to keep: no network was verified")
    found = Measurements(
        machine=machine or verifications[0].machine,
        networks=tuple([NetworkRecord.of(verification) for verification in verifications]),
    )
    text = json.dumps(_rounded(found.model_dump()), indent=1, ensure_ascii=False, allow_nan=False)
    write_file(path, text + "\n")


def read(path: Path) -> Measurements:
    """The measurements that :func:`save` wrote.

    Raises:
        SpecError: no such file, or one that does not hold measurements; the text says what is wrong where.
    """
    label = "a file of measurements"
    data = read_json_file(path, label)
    try:
        return _measurements(parsed(data, label))
    except SpecError as error:
        raise SpecError(f"`{path}` holds no measurements: {error.message}", hint=error.hint) from error


def _measurements(data: Any) -> Measurements:
    version = data.get("schema") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise SpecError(f"its schema is {version!r}, and {SCHEMA_VERSION} is what this version reads")
    try:
        found = Measurements.model_validate(data)
    except ValidationError as error:
        raise SpecError(first_fault(error, data)) from error
    for network in found.networks:
        network.settings.checked()
    return found


def _rounded(value: Any) -> Any:
    """`value` with every fraction in it rounded."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
