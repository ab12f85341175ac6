"""The measurements of a calibration, in a file beside the profile: a line each, written as they are made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cnncost.errors import SpecError
from cnncost.files import shown_path
from cnncost.measurement.calibration.reading import Reading
from cnncost.measurement.ceilings import Ceilings
from cnncost.measurement.devices import Machine
from cnncost.validation import Fraction, Record, Text, first_fault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIX = ".measured.jsonl"
_SAME = ("name", "driver", "torch")
"""What must be the same of the machine for measurements to be added to others."""


class RoofReading(Record):
    """What a device can do at most, in one number format."""

    dtype: Text
    """number format"""
    ceilings: Ceilings
    """what it can do"""
    spent_seconds: Fraction = 0.0
    """that measuring it took"""


class Measurements:
    """The file of a calibration's measurements.

    Args:
        path: of the file.
        machine: where is measured.
        again: whether to begin anew where there are some.

    Raises:
        SpecError: the file holds measurements of another device or of another PyTorch, or something else.
    """

    def __init__(self, path: Path, machine: Machine, *, again: bool = False) -> None:
        self.path = path
        self.machine = machine
        self.readings: dict[str, Reading] = {}
        self.tries: dict[str, int] = {}
        self.roofs: dict[str, Ceilings] = {}
        self.spent_seconds = 0.0
        if again or not path.exists():
            self._write([machine])
        else:
            self._load()

    def add(self, measured: Reading | RoofReading) -> None:
        """Add what was measured, to the file at once."""
        self._take(measured)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line(measured))

    def __contains__(self, case: Any) -> bool:
        return _key(case) in self.readings

    def _take(self, measured: Reading | RoofReading) -> None:
        self.spent_seconds += measured.spent_seconds
        if isinstance(measured, RoofReading):
            known_roof = self.roofs.get(measured.dtype, measured.ceilings)
            self.roofs[measured.dtype] = known_roof.raised_to(measured.ceilings)
            return
        key = _key(measured.case)
        known = self.readings.get(key)
        if known is None or measured.is_better_than(known):
            self.readings[key] = measured
        self.tries[key] = self.tries.get(key, 0) + 1

    def _load(self) -> None:
        """Read what is there; a last line that was not finished is dropped."""
        text = self.path.read_text(encoding="utf-8", errors="replace")
        whole, _, unfinished = text.rpartition("\n")
        lines = whole.split("\n")
        self._refuse_other_machine(_parsed(Machine, lines[0], self.path, 1))
        for number, line in enumerate(lines[1:], 2):
            kind = RoofReading if line.startswith('{"dtype"') else Reading
            self._take(_parsed(kind, line, self.path, number))
        if unfinished:
            self.path.write_text(whole + "\n", encoding="utf-8")

    def _refuse_other_machine(self, machine: Machine) -> None:
        for field in _SAME:
            there, here = getattr(machine, field), getattr(self.machine, field)
            if there != here:
                what = {"name": "the device", "driver": "the driver", "torch": "PyTorch"}[field]
                raise SpecError(
                    f"`{shown_path(self.path)}` holds measurements where {what} was `{there}`, and now it is `{here}`",
                    hint="`--again` measures anew; another `-o` keeps both",
                )

    def _write(self, records: Iterable[Record]) -> None:
        try:
            self.path.write_text("".join(map(_line, records)), encoding="utf-8")
        except OSError as error:
            raise SpecError(f"cannot write `{shown_path(self.path)}`: {error.strerror}") from None


def _key(case: Any) -> str:
    key: str = case.model_dump_json()
    return key


def _line(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json", exclude_defaults=True), separators=(",", ":")) + "\n"


def _parsed(kind: Any, line: str, path: Path, number: int) -> Any:
    where = f"{shown_path(path)}:{number}"
    try:
        data = json.loads(line)
        return kind.model_validate_json(line)
    except json.JSONDecodeError as error:
        fault = f"it is not JSON, {error}"
    except ValidationError as error:
        fault = first_fault(error, data)
    raise SpecError(f"{where} is not a measurement of `cnncost calibrate`: {fault}", hint="`--again` measures anew")
