"""What a file of results is of: beside it lies a record, by which a sweep that was interrupted finds its own again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from cnncost.errors import SpecError
from cnncost.files import read_file, reason, shown_path, write_file
from cnncost.validation import Flag, Positive, Record, Text, first_fault

_LARGEST = 100_000_000
_SUFFIX = ".sweep.json"
_WHAT = {
    "spec": "its spec is another one",
    "spec_sha256": "the text of its spec was another one",
    "space": "its space is another one",
    "figures": "it has other figures",
    "settings": "its settings are others",
    "cnncost": "another version of cnncost counted it",
}
"""How a sweep differs from that of a record, by the field."""


class SweepRecord(Record):
    """What decides what a sweep finds."""

    version: Positive = Field(1, alias="schema")
    """version of this format"""
    spec: Text
    """the network, as it was given"""
    spec_sha256: Text
    """of the text of the spec"""
    space: Mapping[str, Any]
    """the axes, what follows from them, the conditions on them, and how points are drawn"""
    figures: tuple[Text, ...]
    """what was computed of each point"""
    settings: Mapping[str, Any]
    """how the network runs, and what is set at all points"""
    cnncost: Text
    """the version that computed it"""
    finished: Flag = False
    """whether all points are there"""

    def refuse_unless_same(self, other: SweepRecord, path: str) -> None:
        """Refuse to go on with a sweep that is another one.

        Raises:
            SpecError: it is; the text says in what.
        """
        own, others = self.model_dump(mode="json"), other.model_dump(mode="json")
        for field, sentence in _WHAT.items():
            if own[field] != others[field]:
                hint = "give what it was begun with, or leave `--resume` out and another file for the result"
                raise SpecError(f"`{shown_path(path)}` is of another sweep: {sentence}", hint=hint)


def record_path(path: str) -> str:
    """Where the record of a file of results lies."""
    return path + _SUFFIX


def read_record(path: str) -> SweepRecord | None:
    """The record of a file of results; ``None`` where there is none.

    Raises:
        SpecError: it cannot be read, or is none.
    """
    place = record_path(path)
    if not os.path.exists(place):
        return None
    shown = shown_path(place)
    try:
        return SweepRecord.model_validate_json(read_file(place, _LARGEST))
    except OSError as error:
        raise SpecError(f"cannot read `{shown}`: {reason(error)}") from None
    except ValidationError as error:
        raise SpecError(f"`{shown}` is not the record of a sweep: {first_fault(error, {})}") from None


def write_record(path: str, record: SweepRecord) -> None:
    """Write the record of a file of results beside it.

    Raises:
        SpecError: it cannot be written.
    """
    write_file(record_path(path), record.model_dump_json(indent=1) + "\n")
