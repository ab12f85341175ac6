"""A sheet: what every tabular format draws. Values, not text; how a kind of value reads is decided in `cells`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["text", "count", "bytes", "change", "number", "ratio", "shape", "field", "share", "verdict", "typed"]
"""What a column holds: text, a whole number of things or of bytes, a signed difference (:class:`Typed`), a plain
number, a quotient, the dimensions of a sample, a receptive field, a :class:`Share`, whether a check holds, or values
of several kinds (:class:`Typed`)."""


class Share(NamedTuple):
    """A part of a whole, drawn as a bar where the format can."""

    part: int
    whole: int


class Typed(NamedTuple):
    """A value that brings its kind along, for columns that hold several; an `exact` one is written out."""

    kind: Kind
    value: Any
    exact: bool = False


class Column(NamedTuple):
    """One column of a sheet.

    Attributes:
        name: how machines call it: the header of a CSV file, a name for ``--columns``.
        heading: how people call it. detail: what the heading must not leave unsaid, e.g. the FLOP convention.
        kind: what its cells hold.
        keep: the narrower the terminal, the fewer columns: those with the smallest number go first.
    """

    name: str
    heading: str
    kind: Kind = "text"
    detail: str = ""
    keep: int = 0


class Line(NamedTuple):
    """One line: a cell per column (``None`` where there is no answer), and how deep it lies in the tree of blocks.

    A title stands for a block whose contents follow: it has a name and no figures.
    """

    cells: tuple[Any, ...]
    level: int = 0
    title: bool = False


class Sheet(NamedTuple):
    """A table before it is text.

    Attributes:
        title: what it shows. caption: what one must know to read it.
        columns, lines: the body; the first column names the line.
        totals: the last line, under a rule; left out by formats for machines.
        notes: remarks below. fixed: the columns were asked for by name, so none may be dropped.
    """

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    totals: Line | None = None
    caption: str = ""
    notes: tuple[str, ...] = ()
    fixed: bool = False


class Document(NamedTuple):
    """What a command has to show: as data for JSON, as sheets for everything else. Only the one asked for is made.

    Formats for machines take the first sheet alone.
    """

    data: Callable[[], dict[str, Any]]
    sheets: Callable[[], tuple[Sheet, ...]]
