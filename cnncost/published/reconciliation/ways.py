"""The ways in which a network has a published figure, and which of them are the likeliest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.conventions import CONVENTIONS
from cnncost.published.reconciliation.counts import TWICE_THOP, Count, Quantity
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.published.figures import Agreement, PrintedFigure

_FIRST = (
    *("all parameters", "parameters without auxiliary heads", "trainable parameters"),
    *("macs", "torch", "textbook", "fvcore", TWICE_THOP),
)
"""Ways of counting that are the most likely to be meant, in this order; `torch` is two for each of `macs`."""

_BINARY_ASSUMES = 2
"""Units of 1024 are rarer than any change to the network."""

UNITS_OF_1024 = "K, M and G stand for 1024, 1024² and 1024³"
"""What a figure in units of 1024 assumes."""

UNUSUAL = {
    TWICE_THOP: "Two for each multiply-accumulate that THOP counts, as Ultralytics prints its GFLOPs",
    "trainable parameters": "Without those that are frozen, as ptflops and mmdetection count",
}
"""Ways of counting that are not conventions of cnncost's, and what each counts, in a line."""


class Way(NamedTuple):
    """A :class:`~cnncost.published.reconciliation.counts.Count` beside the published figure."""

    network: str
    """The name of the network that was counted."""
    changes: tuple[str, ...]
    """What is different from the spec."""
    documented: bool
    """Whether the spec itself names these changes."""
    quantity: Quantity
    """What was counted."""
    countings: tuple[str, ...]
    """The conventions, or rules for parameters, that give the number."""
    value: int
    """The number."""
    agreement: Agreement | None
    """How the figure follows from the number; ``None`` where it does not."""
    difference: float
    """How far the number is from the figure, as a share of the figure."""
    thousand: int = 1000
    """What a K stands for: 1000, or 1024 where the figure follows from the number by that alone."""

    @classmethod
    def of(cls, count: Count, printed: PrintedFigure) -> Way:
        """A count beside a figure, in units of 1024 where it agrees in these and not in those of 1000."""
        agreement = printed.agreement(count.value)
        binary = None if agreement else printed.in_units_of_1024()
        if binary and (in_binary := binary.agreement(count.value)):
            return cls(*count, in_binary, binary.difference(count.value), 1024)
        return cls(*count, agreement, printed.difference(count.value))

    @property
    def is_binary(self) -> bool:
        """Whether the figure is read in units of 1024."""
        return self.thousand != 1000

    @property
    def rank(self) -> tuple[float, ...]:
        """The smaller the better: as little as possible is assumed, and of that what is the most usual.

        A figure that is the number to the unit needs no excuse; of the others, one that was cut off in place of being
        rounded is as odd as a change. What the spec documents is likelier than what it does not.
        """
        usual = min(_FIRST.index(name) if name in _FIRST else len(_FIRST) for name in self.countings)
        changes = len(self.changes)
        assumed = changes + (self.agreement == "truncated") + _BINARY_ASSUMES * self.is_binary
        exact = self.agreement == "exact" and not self.is_binary
        agrees = 0 if exact else 1 if self.agreement else 2
        return agrees, assumed, self.is_binary, changes, not self.documented, usual, abs(self.difference)


def about(counting: str) -> str:
    """What a way of counting counts, in a line.

    >>> about("twice thop")
    'Two for each multiply-accumulate that THOP counts, as Ultralytics prints its GFLOPs'
    """
    if counting in UNUSUAL:
        return UNUSUAL[counting]
    return CONVENTIONS[counting].about if counting in CONVENTIONS else ""


def simplest(ways: Iterable[Way]) -> list[Way]:
    """The best way to each number, best first: what changes nothing of a number explains nothing."""
    best: dict[tuple[Quantity, int], Way] = {}
    for way in sorted(ways, key=lambda way: way.rank):
        best.setdefault((way.quantity, way.value), way)
    return list(best.values())
