"""How each kind of value reads: `plain` for programs, `readable` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.metrics.metric import AtLeast
from cnncost.render.document import Named
from cnncost.units import bytes_text, count_text, deviation_text, number_text, percent_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncost.metrics.receptive_field.figures import ReceptiveField
    from cnncost.render.document import Column, Kind, Line

LEFT_ALIGNED: frozenset[Kind] = frozenset({"text", "verdict", "outcome"})

UNKNOWN = "–"
"""What stands where there is no answer: a zero would be one."""

MISALIGNED = "*"
"""Marks a receptive field whose paths do not meet in one center."""

WHOLE_TOO = "+"
"""Marks a receptive field beside which some path reads the whole input."""


_WRITTEN_OUT: dict[Kind, str] = {"count": "", "bytes": " B", "nanoseconds": " ns"}
"""Kinds whose values are written out to the last digit where that is asked for, and their units."""

AT_LEAST = ">="
"""Stands before a figure that is not less, where a layer leaves something unsaid."""

AT_MOST = "<="
"""Stands before the size of a receptive field that no unit exceeds, where it is not known whether one reaches it."""


def plain(kind: Kind, value: Any) -> Any:
    """The value as a program reads it: whole numbers, `64x112x112`, a share as a fraction, nothing for no answer."""
    if value is None or value == "":
        return ""
    if isinstance(value, AtLeast):
        return ""  # a number would be taken for the figure
    if isinstance(value, Named):
        return f"{value.name} {plain(kind, value.value)}"
    return plain(value.kind, value.value) if kind in ("typed", "change") else _PLAIN.get(kind, _itself)(value)


def readable(kind: Kind, value: Any, raw: bool = False) -> str:
    """The value as people read it; `raw` writes counts and bytes out, with separators.

    >>> readable("count", 25_557_032), readable("count", 25_557_032, raw=True), readable("shape", (64, 112, 112))
    ('25.6 M', '25,557,032', '64 × 112 × 112')
    """
    if value is None:
        return UNKNOWN
    if value == "":  # a cell where nothing is asked, such as the shape of a total
        return ""
    if isinstance(value, Named | AtLeast):
        before = f"{value.name} " if isinstance(value, Named) else AT_LEAST
        return before + readable(kind, value.value, raw)
    if kind in ("typed", "change"):
        text = readable(value.kind, value.value, raw or value.exact)
        return f"+{text}" if kind == "change" and value.value and value.value > 0 else text
    if raw and kind in _WRITTEN_OUT:
        return f"{value:,}{_WRITTEN_OUT[kind]}"
    return _READABLE[kind](value)


def shape_text(dims: Iterable[int]) -> str:
    """Dimensions, `64 × 112 × 112`."""
    return " × ".join(map(str, dims))


def _field(field: ReceptiveField) -> str:
    """Size and jump, `35 /4`, once for all axes where they agree; a dash where neighbours see the same."""
    if field.nominal is not None:
        return "all" if field.nominal == field.size else f"all ({_axes(field.nominal)})"
    jump = "" if field.jump is None else f" /{_axes([step or UNKNOWN for step in field.jump])}"
    marks = (WHOLE_TOO if field.is_global else "") + ("" if field.aligned else MISALIGNED)
    return f"{AT_MOST if field.is_bound else ''}{_axes(field.size)}{jump}{' ' * bool(marks)}{marks}"


def _axes(values: Sequence[int | float | str]) -> str:
    shown = values[:1] if len(set(values)) == 1 else values
    return "×".join(value if isinstance(value, str) else f"{value:g}" for value in shown)


def line_texts(line: Line, columns: Sequence[Column], raw: bool) -> list[str]:
    """The readable cells of a line; a title has nothing but its name."""
    if line.title:
        return [str(line.cells[0]), *("" for _ in columns[1:])]
    return [readable(column.kind, cell, raw) for column, cell in zip(columns, line.cells, strict=True)]


def _itself(value: Any) -> Any:
    return value


def _joined(values: Iterable[int | float]) -> str:
    return "x".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


_PLAIN: dict[Kind, Callable[[Any], Any]] = {
    "verdict": lambda holds: "ok" if holds else "failed",
    "shape": _joined,
    "shapes": lambda shapes: " ".join(map(_joined, shapes)),
    "axes": _joined,
    "field": lambda field: _joined(field.size),
    "share": lambda share: round(share.part / share.whole, 6) if share.whole else 0,
    "number": lambda value: round(value, 6),
    "ratio": lambda value: round(value, 6),
}

_READABLE: dict[Kind, Callable[[Any], str]] = {
    "text": str,
    "count": count_text,
    "bytes": bytes_text,
    "number": number_text,
    "ratio": lambda value: number_text(value) + "×",
    "shape": shape_text,
    "shapes": lambda shapes: ", ".join(map(shape_text, shapes)),
    "axes": _axes,
    "field": _field,
    "verdict": lambda holds: "ok" if holds else "FAILED",
    "outcome": str,
    "seconds": seconds_text,
    "nanoseconds": lambda value: seconds_text(value / 1e9),
    "deviation": deviation_text,
    "percent": lambda fraction: percent_text(round(1_000_000 * fraction), 1_000_000),
    "share": lambda share: percent_text(share.part, share.whole),
    "points": str,
}
