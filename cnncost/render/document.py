"""What a command shows, as data: values and not text, without a width or a format.

How a kind of value reads is decided in `cells`, what is shown and where in `formats`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from cnncost.render.curve import Curve
    from cnncost.render.passages import Passage
    from cnncost.render.plot import Plot
    from cnncost.render.roofline import Roofline

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
    "nanoseconds",  # a whole number of them
    "deviation",  # a signed fraction
    "percent",  # a fraction of something that the heading names
    "points",  # a number with all its digits, such as points of a hundred
    "typed",  # values of several kinds, as Typed
]
"""What a column holds."""

Overflow = Literal[
    "whole",  # they stay as they are
    "label",  # they may be shortened, as long as one label can still be told from another
    "phrase",  # they may be shortened, as long as their beginning can be read
    "wrap",  # they may go on in further lines
    "below",  # they may stand below their line, in several lines
]
"""What may happen to the texts of a column for which there is too little room."""


class Share(NamedTuple):
    """A part of a whole, drawn as a bar where the format can."""

    part: int
    whole: int


class Typed(NamedTuple):
    """A value with its kind, for columns that hold values of several kinds."""

    kind: Kind
    value: Any
    exact: bool = False
    """Whether it is written out to the last digit."""


class Named(NamedTuple):
    """A value with the name of what it refers to, where a column does not refer to one thing throughout."""

    name: str
    value: Any


ESSENTIAL = 100
"""Columns of this priority or more stay for as long as shorter names in the first column make room for them."""


class Column(NamedTuple):
    """One column of a table."""

    name: str
    """What programs call it: the header of a CSV file, a name for ``--columns``."""
    heading: str
    """What people call it."""
    kind: Kind = "text"
    """What its cells hold."""
    detail: str = ""
    """What the heading must not leave unsaid, e.g. the convention that FLOPs are counted by."""
    priority: int = 0
    """The less room there is, the fewer columns are shown: those of the lowest priority go first, all at once."""
    overflow: Overflow = "whole"
    """What may happen to its texts where there is too little room."""
    rounded: bool = False
    """It repeats another column with fewer digits: not for those who want all digits, nor where there is no room."""


class Line(NamedTuple):
    """One line of a table."""

    cells: tuple[Any, ...]
    """One for each column; ``None`` where there is no answer."""
    level: int = 0
    """How deep it lies in the tree of blocks."""
    title: bool = False
    """Whether it stands for a block whose contents follow: it has a name and no figures."""


class Table(NamedTuple):
    """A table before it is text; the first column names the lines."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    totals: Line | None = None
    """The last line, below a rule; not for programs."""
    title: str = ""
    """What it shows, where the document's title does not say it."""
    facts: tuple[str, ...] = ()
    """What one must know to read it."""
    notes: tuple[str, ...] = ()
    """Remarks below it."""
    legends: tuple[tuple[str, str], ...] = ()
    """Remarks on a column, with its name: shown as long as the column is."""
    fixed: bool = False
    """The columns were asked for by name, so that none may be left out."""
    by_name: bool = False
    """Columns can be asked for by name, with ``--columns``."""
    alternative: Table | None = None
    """The same in another arrangement, for where there is too little room for this one."""

    def remarks(self, hidden: Container[str] = ()) -> tuple[str, ...]:
        """The notes, and the legends of all columns but the `hidden` ones."""
        return (*self.notes, *(legend for column, legend in self.legends if column not in hidden))

    def without(self, name: str) -> Table:
        """The table without the column of that name."""
        return self._with_columns([place for place, column in enumerate(self.columns) if column.name != name])

    def without_rounded(self) -> Table:
        """The table without the columns that repeat others with fewer digits."""
        return self._with_columns([place for place, column in enumerate(self.columns) if not column.rounded])

    def without_blank(self) -> Table:
        """The table without the columns that say nothing in any line."""
        lines = [line for line in (*self.lines, self.totals) if line is not None and not line.title]
        said = [any(line.cells[place] != "" for line in lines) for place in range(len(self.columns))]
        return self._with_columns([place for place, any_line in enumerate(said) if any_line or place == 0])

    def _with_columns(self, kept: Sequence[int]) -> Table:
        if len(kept) == len(self.columns):
            return self

        def cut(line: Line) -> Line:
            return line if line.title else line._replace(cells=tuple([line.cells[place] for place in kept]))

        return self._replace(
            columns=tuple([self.columns[place] for place in kept]),
            lines=tuple(map(cut, self.lines)),
            totals=self.totals and cut(self.totals),
        )


class Document:
    """What a command shows; a format takes the parts that it can show.

    Parts are handed over as functions, and made when a format first reads them: the JSON of a large network is work
    that a table does not need, and its tables are work that JSON does not need.

    Args:
        title: what it is of, where one thing is.
        facts: what one must know to read it.
        tables: for people.
        records: one flat table for programs, with full names and nothing left out; by default the first of the tables.
        figures: drawings, above the tables.
        pictures: others, for formats that draw finely.
        curves: drawings of what happens over time, below them.
        rooflines: drawings of layers below a device's ceilings, below them too.
        passages: what stands in place of the tables where there is room for sentences, but not for columns of them.
        notes: remarks on all of it.
        data: what JSON holds.

    >>> column, line = Column("name", "layer"), Line(("conv",))
    >>> document = Document("lenet5", tables=lambda: [Table((column,), (line,))], data=lambda: {"layers": ["conv"]})
    >>> document.title, document.tables[0].lines[0].cells, document.data
    ('lenet5', ('conv',), {'layers': ['conv']})
    """

    def __init__(
        self,
        title: str = "",
        facts: Sequence[str] = (),
        *,
        tables: Callable[[], Iterable[Table]],
        records: Callable[[], Table] | None = None,
        figures: Callable[[], Iterable[Plot]] = tuple,
        pictures: Callable[[], Iterable[Plot]] = tuple,
        curves: Callable[[], Iterable[Curve]] = tuple,
        rooflines: Callable[[], Iterable[Roofline]] = tuple,
        passages: Callable[[], Iterable[Passage]] = tuple,
        notes: Sequence[str] = (),
        data: Callable[[], dict[str, Any]],
    ) -> None:
        self.title, self.facts, self.notes = title, tuple(facts), tuple(notes)
        self._tables, self._records, self._data = tables, records, data
        self._figures, self._pictures, self._passages = figures, pictures, passages
        self._curves, self._rooflines = curves, rooflines

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """For people, in their order."""
        return tuple(self._tables())

    @cached_property
    def records(self) -> Table:
        """One flat table for programs."""
        return self._records() if self._records is not None else self.tables[0]

    @cached_property
    def figures(self) -> tuple[Plot, ...]:
        """Drawings, as the points that are drawn."""
        return tuple(self._figures())

    @cached_property
    def pictures(self) -> tuple[Plot, ...]:
        """Drawings that stand beside tables where a format draws finely, and not in characters."""
        return tuple(self._pictures())

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """Drawings of what happens over time."""
        return tuple(self._curves())

    @cached_property
    def rooflines(self) -> tuple[Roofline, ...]:
        """Drawings of layers below a device's ceilings."""
        return tuple(self._rooflines())

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Sentences in place of the tables; empty where the tables say everything."""
        return tuple(self._passages())

    @cached_property
    def data(self) -> dict[str, Any]:
        """What JSON holds."""
        return self._data()

    def titled_tables(self, *, rounded: bool = True) -> tuple[Table, ...]:
        """The tables as a format shows them that has nothing but tables.

        Title and facts of the document stand above the first, its notes below the last; without the columns that
        repeat others with fewer digits if not `rounded`.
        """
        first, *others = self.tables if rounded else [table.without_rounded() for table in self.tables]
        titled = [first._replace(title=self.title or first.title, facts=(*self.facts, *first.facts)), *others]
        titled[-1] = titled[-1]._replace(notes=(*titled[-1].notes, *self.notes))
        return tuple(titled)
