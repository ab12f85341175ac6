"""A sheet: what every tabular format draws. Values, not text; how a kind of value reads is decided in `cells`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from cnncost.render.terminal.plot import Plot

Kind = Literal[
    "text",
    "count",  # a whole number of things
    "bytes",
    "change",  # a signed difference, as Typed
    "number",
    "ratio",
    "shape",  # the dimensions of a sample
    "shapes",  # of several inputs
    "axes",  # a number per axis
    "field",  # a receptive field
    "share",  # a Share
    "verdict",  # whether a check holds
    "outcome",  # of a measurement: same, different, not measured
    "seconds",
    "deviation",  # a signed fraction
    "percent",  # a fraction of something that the heading names
    "points",  # of a hundred, with all their digits
    "typed",  # values of several kinds, as Typed
]
"""What a column holds."""


class Share(NamedTuple):
    """A part of a whole, drawn as a bar where the format can."""

    part: int
    whole: int


class Typed(NamedTuple):
    """A value that brings its kind along, for columns that hold several; an `exact` one is written out."""

    kind: Kind
    value: Any
    exact: bool = False


class Named(NamedTuple):
    """A value with the name of what it refers to, where a column does not refer to one thing throughout."""

    name: str
    value: Any


ESSENTIAL = 100
"""Columns of such a `keep` or more stay for as long as shorter names in the first column make room for them."""


class Column(NamedTuple):
    """One column of a sheet.

    Attributes:
        name: how machines call it: the header of a CSV file, a name for ``--columns``.
        heading: how people call it. detail: what the heading must not leave unsaid, e.g. the FLOP convention.
        kind: what its cells hold.
        keep: the narrower the terminal, the fewer columns: those with the smallest number go first, all at once.
        least: characters that its texts may be cut to before it goes; 0 where they must stay whole.
    """

    name: str
    heading: str
    kind: Kind = "text"
    detail: str = ""
    priority: int = 0
    min_width: int = 0


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
        title: what it shows. caption: what one must know to read it, in parts.
        columns, lines: the body; the first column names the line.
        totals: the last line, under a rule; left out by formats for machines.
        notes: remarks below. legends: remarks on a column, by its name, for as long as it is shown.
        fixed: the columns were asked for by name, so none may be dropped.
        by_name: columns can be asked for by name, with `--columns`.
        narrower: takes the place of this sheet where it does not fit.
    """

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    totals: Line | None = None
    caption: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    legends: tuple[tuple[str, str], ...] = ()
    fixed: bool = False
    by_name: bool = False
    narrower: Sheet | None = None

    def remarks(self, hidden: Container[str] = ()) -> tuple[str, ...]:
        """The notes, and the legends of all columns but the `hidden` ones."""
        return (*self.notes, *(legend for column, legend in self.legends if column not in hidden))


class Document(NamedTuple):
    """What a command has to show: as data for JSON, as sheets for everything else. Only the one asked for is made.

    Formats for machines take the first sheet alone, and terminals draw the plot above the sheets.
    """

    data: Callable[[], dict[str, Any]]
    sheets: Callable[[], tuple[Sheet, ...]]
    plot: Callable[[], Plot] | None = None
