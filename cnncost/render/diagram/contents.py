"""What is written into boxes: the name of a layer or a block, what it is, what it costs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.metrics.figures import merged
from cnncost.metrics.metric import AtLeast
from cnncost.records import NamedTuple
from cnncost.render.cells import readable
from cnncost.render.parts.headings import heading_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.metrics.figures import Figures
    from cnncost.render.diagram.blocks import Block
    from cnncost.render.diagram.flow import Flow
    from cnncost.report.report import Report

_USUAL = ("params", "macs")
"""What stands in every box that has some of it."""


class Content(NamedTuple):
    """What is said in and of a box."""

    name: str
    """With what it lies in."""
    title: str
    """The first line."""
    lines: tuple[str, ...]
    """The lines below."""
    cost: int | None
    """Of the figure that it is coloured by; ``None`` where that is not known."""
    is_input: bool
    """Whether a sample enters here."""
    is_output: bool
    """Whether something in it is an output of the network."""


class Contents:
    """The contents of the boxes of a report."""

    def __init__(self, report: Report, flow: Flow, figure: str) -> None:
        self.report = report
        self.flow = flow
        self.figure = figure
        self.shown = (*_USUAL, *([figure] if figure not in _USUAL else []))
        self.outputs = frozenset(report.outputs)
        self._by_name = {row.name: row.figures for row in report.rows}

    def of(self, part: Block | int, within: str) -> Content:
        """What is written of a block or a layer that lies in the block `within`."""
        if isinstance(part, int) and part < 0:
            name = self.flow.names[part]
            return Content(name, name, (), 0, True, name in self.outputs)
        if isinstance(part, int):
            row = self.report.rows[part]
            title = row.name.removeprefix(within).removeprefix(".") or row.type
            about = " ".join([*_kind(row.type, title), *_window(row.kernel, row.stride)])
            return self._content(row.name, title, about, row.figures, row.name in self.outputs)
        rows = [self.report.rows[number] for number in part.layers()]
        about = ", ".join([*_kind(part.kind, part.label), f"{len(rows)} layers"])
        figures = merged([row.figures for row in rows])
        return self._content(part.name, part.label, about, figures, any(row.name in self.outputs for row in rows))

    def shape(self, number: int) -> str:
        """The shape of what a layer or an input puts out, of one sample."""
        rows = self.report.rows
        name = self.flow.names[number]
        shape = rows[number].output_shape if number >= 0 else self.report.inputs[name]
        return "×".join(map(str, (shape or ())[1:]))

    def figures(self, names: Iterable[str]) -> Figures | None:
        """The figures of several layers together; ``None`` where they are inputs."""
        figures = [self._by_name[name] for name in names if name in self._by_name]
        return merged(figures) if figures else None

    def costs(self, figures: Figures) -> tuple[str, ...]:
        """What is written of costs: each with its name, two a line, and nothing of which there is none."""
        costs = [text for figure in self.shown if (text := self._cost(figures, figure))]
        return tuple([" · ".join(costs[start : start + 2]) for start in range(0, len(costs), 2)])

    def cost_text(self, cost: int) -> str:
        """A cost as a legend has it."""
        return readable(kind_of(self.figure), cost)

    def _content(self, name: str, title: str, about: str, figures: Figures, is_output: bool) -> Content:
        lines = tuple([line for line in (about, *self.costs(figures)) if line])
        return Content(name, title, lines, figures[self.figure], False, is_output)

    def _cost(self, figures: Figures, figure: str) -> str:
        """A figure with its name; nothing where there is none of it."""
        value = figures.shown(figure)
        heading = heading_of(figure, self.report.settings.convention)
        if value is None:
            return f"{heading} not known"
        amount = value.value if isinstance(value, AtLeast) else value
        return f"{'≥ ' if isinstance(value, AtLeast) else ''}{readable(kind_of(figure), amount)} {heading}" * bool(
            amount
        )


def _kind(kind: str, title: str) -> list[str]:
    """The kind, unless the name says it: ``conv_2`` is a convolution."""
    return [] if not kind or re.fullmatch(rf"(.*\.)?{re.escape(kind)}(_\d+)?(\[\d+\])*", title) else [kind]


def _window(kernel: Sequence[int] | None, stride: Sequence[int] | None) -> list[str]:
    """Extent and step of a window, where they say anything.

    >>> _window((3, 3), (2, 2)), _window((1, 1), (1, 1)), _window(None, None)
    (['3×3', '/ 2'], ['1×1'], [])
    """
    if kernel is None:
        return []
    steps = (
        ""
        if stride is None or set(stride) == {1}
        else "×".join(map(str, stride if len(set(stride)) > 1 else stride[:1]))
    )
    return ["×".join(map(str, kernel)), *([f"/ {steps}"] if steps else [])]
