"""The search: every number of every candidate, compared with the published figure, and ranked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.progress import no_progress
from cnncost.published.figures import Agreement, PrintedFigure
from cnncost.published.reconciliation.counts import QUANTITIES, Count, Counts, Quantity
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.progress import Progress
    from cnncost.published.reconciliation.candidates import Subject

_FIRST = ("all parameters", "parameters without auxiliary heads", "macs", "torch", "textbook", "fvcore")
"""Ways of counting that are the most likely to be meant, in this order; `torch` is two for each of `macs`."""
_STEPS = ("the network as it stands", "networks with one change", "networks with two changes")
_FAR = 2
"""Networks with so many changes are tried last, and too many of them come near any figure to be named as nearest."""
_UNITS = re.compile(
    r"(.*[\d.kmgtpb])\s*(?:(?P<flops>flops?|macs?|madds|mult-?adds)|(?P<params>params?|parameters))\s*", re.IGNORECASE
)


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

    @property
    def rank(self) -> tuple[float, ...]:
        """The smaller the better: as little as possible is assumed, and of that what is the most usual.

        A figure that is the number to the unit needs no excuse; of the others, one that was cut off in place of being
        rounded is as odd as a change. What the spec documents is likelier than what it does not.
        """
        usual = min(_FIRST.index(name) if name in _FIRST else len(_FIRST) for name in self.countings)
        changes = len(self.changes)
        assumed = changes + (self.agreement == "truncated")
        agrees = 0 if self.agreement == "exact" else 1 if self.agreement else 2
        return agrees, assumed, changes, not self.documented, usual, abs(self.difference)


class Reconciliation(NamedTuple):
    """What was found of a published figure."""

    network: str
    """The spec's own."""
    figure: str
    """As published."""
    published_by: str | None
    """The source, where the spec has it."""
    matches: tuple[Way, ...]
    """The ways that give it, the likeliest first."""
    nearest: tuple[Way, ...]
    """The closest of the others."""
    tried: int
    """How many numbers were compared with it."""

    def __repr__(self) -> str:
        found = f"{len(self.matches)} of {self.tried} numbers agree"
        return f"<Reconciliation of {self.figure!r} for {self.network!r}: {found}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        ways = {name: [way._asdict() for way in getattr(self, name)] for name in ("matches", "nearest")}
        return {**self._asdict(), **ways}


def search_all(
    subject: Subject, figure: str | None, quantity: str | None, **options: Any
) -> tuple[Reconciliation, ...]:
    """One figure, or all that the spec says is published; `options` are those of :func:`search`.

    Raises:
        SpecError: no such quantity, the figure is not an amount, or nothing is published.
    """
    if quantity is not None and quantity not in QUANTITIES:
        raise SpecError(
            f"unknown quantity `{quantity[:80]}`{did_you_mean(quantity, QUANTITIES)}",
            hint=f"one of {', '.join(QUANTITIES)}",
        )
    if figure is not None:
        amount, named = read_figure(figure)
        wanted = _quantities(quantity or named)
        found = search(subject, Counts(subject, wanted), amount, quantities=wanted, **options)
        return (found._replace(figure=figure),)
    claims = [
        (claim.source, each, text)
        for claim in subject.graph.published
        for each in _quantities(quantity)
        if (text := getattr(claim, each)) is not None
    ]
    if not claims:
        hint = "give the figure, `4.09G`, or name it under `published` in the spec"
        raise SpecError(f"`{subject.graph.name}` publishes no figure to reconcile", hint=hint)
    counts = Counts(subject, [each for _, each, _ in claims])
    return tuple(
        search(subject, counts, text, quantities=(each,), **options)._replace(published_by=source)
        for source, each, text in claims
    )


def read_figure(text: str) -> tuple[str, str | None]:
    """The amount in a text, and what it is of, where that is said: papers call MACs and FLOPs by either name.

    >>> read_figure("4.1 GFLOPs"), read_figure("25.6M params"), read_figure("4.09G")
    (('4.1 G', 'flops'), ('25.6M', 'params'), ('4.09G', None))
    """
    named = _UNITS.fullmatch(text[:100])
    return (named[1], named.lastgroup) if named else (text, None)


def search(
    subject: Subject,
    counts: Counts,
    figure: str,
    *,
    quantities: Sequence[Quantity] = QUANTITIES,
    thorough: bool = False,
    nearest: int = 5,
    progress: Progress = no_progress,
) -> Reconciliation:
    """The ways in which a network has a published figure.

    Networks with two changes are tried where none with fewer has it, or when the search is `thorough`.

    Raises:
        SpecError: the figure is not an amount, is zero, or is not a whole number.
    """
    printed = PrintedFigure.read(figure)
    if not printed.value:
        raise SpecError(f"`{figure}` is nothing to look for", hint="give a published figure such as `4.09G`")
    if printed.value.denominator != 1:
        hint = f"say in what it was printed: `{figure}G` or `{figure}M`"
        raise SpecError(f"`{figure}` is not a whole number", hint=hint)
    ways: list[Way] = []
    for changes, step in enumerate(_STEPS):
        if changes == _FAR and not thorough and any(way.agreement for way in ways):
            break
        candidates = subject.candidates(changes)
        for done, candidate in enumerate(candidates):
            progress(step, done, len(candidates))
            ways += [_compared(count, printed) for count in counts.of(candidate) if count.quantity in quantities]
    ways = _simplest(ways)
    matches = tuple(way for way in ways if way.agreement)
    others = [way for way in ways if not way.agreement and len(way.changes) < _FAR]
    others.sort(key=lambda way: max(way.value / printed.value, printed.value / way.value))
    return Reconciliation(subject.graph.name, figure, None, matches, tuple(others[:nearest]), len(ways))


def _quantities(named: str | None) -> tuple[Quantity, ...]:
    return tuple(each for each in QUANTITIES if named in (None, each))


def _compared(count: Count, printed: PrintedFigure) -> Way:
    return Way(*count, printed.agreement(count.value), printed.difference(count.value))


def _simplest(ways: Iterable[Way]) -> list[Way]:
    """The best way to each number, best first: what changes nothing of a number explains nothing."""
    best: dict[tuple[Quantity, int], Way] = {}
    for way in sorted(ways, key=lambda way: way.rank):
        best.setdefault((way.quantity, way.value), way)
    return list(best.values())
