"""The search: every number of every candidate, compared with the published figure, and ranked."""

from __future__ import annotations

import re
from math import inf, log
from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.errors import SpecError, did_you_mean
from cnncost.progress import no_progress
from cnncost.published.figures import PrintedFigure
from cnncost.published.reconciliation.counts import MOST_WORK, QUANTITIES, TWICE_THOP, Counts, Quantity
from cnncost.published.reconciliation.ways import Way, simplest
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.progress import Progress
    from cnncost.published.reconciliation.candidates import Change, Subject

STEPS = ("the network as it stands", "networks with one change", "networks with two changes")
"""What is tried, one after the other."""

_FAR = 2
"""Networks with so many changes are tried last, and too many of them come near any figure to be named as nearest."""
_THOROUGH = 10
"""How many times as much a thorough search may do."""
_UNITS = re.compile(
    r"(.*[\d.kmgtpb])\s*(?:(?P<flops>flops?|macs?|madds|mult-?adds)|(?P<params>params?|parameters))\s*", re.IGNORECASE
)


@displayed
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
    untried: tuple[str, ...] = ()
    """What was not compared with it, since the network is large."""
    interrupted: bool = False
    """Whether somebody ended the search before it was through."""
    unknown: tuple[str, ...] = ()
    """What was not compared with it, since a layer leaves it unsaid."""

    def __repr__(self) -> str:
        found = f"{len(self.matches)} of {self.tried} numbers agree"
        return f"<Reconciliation of {self.figure!r} for {self.network!r}: {found}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        ways = {name: [way._asdict() for way in getattr(self, name)] for name in ("matches", "nearest")}
        return {**self._asdict(), **ways, "untried": list(self.untried), "unknown": list(self.unknown)}


class Interruption(KeyboardInterrupt):
    """Somebody pressed Ctrl-C during a search."""

    def __init__(self, found: tuple[Reconciliation, ...]) -> None:
        super().__init__()
        self.found = found
        """What was found until then."""


def search_all(
    subject: Subject, figure: str | None, quantity: str | None, *, thorough: bool = False, **options: Any
) -> tuple[Reconciliation, ...]:
    """One figure, or all that the spec says is published; `options` are those of :func:`search`.

    Raises:
        SpecError: no such quantity, the figure is not an amount, or nothing is published.
        Interruption: somebody pressed Ctrl-C.
    """
    if quantity is not None and quantity not in QUANTITIES:
        raise SpecError(
            f"unknown quantity `{quantity[:80]}`{did_you_mean(quantity, QUANTITIES)}",
            hint=f"one of {', '.join(QUANTITIES)}",
        )
    wanted = _wanted(subject, figure, quantity)
    most_work = MOST_WORK * (_THOROUGH if thorough else 1)
    counts = Counts(subject, [each for _, _, quantities, _ in wanted for each in quantities], most_work)
    found: list[Reconciliation] = []
    for text, amount, quantities, source in wanted:
        _refuse_unknown(counts, text, quantities)
        try:
            each = search(subject, counts, amount, quantities=quantities, thorough=thorough, **options)
        except Interruption as ended:
            last = [part._replace(figure=text, published_by=source) for part in ended.found]
            raise Interruption((*found, *last)) from None
        found.append(each._replace(figure=text, published_by=source))
    return tuple(found)


def _refuse_unknown(counts: Counts, figure: str, quantities: Sequence[Quantity]) -> None:
    """Raise a SpecError where no number of the network is known that a figure may be."""
    if all(quantity in counts.unknown for quantity in quantities):
        reasons = " and ".join(counts.unknown[quantity] for quantity in quantities)
        hint = "`analyze` shows what there is at least"
        raise SpecError(f"nothing can be compared with {figure}: {reasons}", hint=hint)


def _wanted(
    subject: Subject, figure: str | None, quantity: str | None
) -> list[tuple[str, str, tuple[Quantity, ...], str | None]]:
    """The figures to look for: as they are published, the amount, what it may be of, and who publishes it."""
    if figure is not None:
        amount, named = read_figure(figure)
        return [(figure, amount, _quantities(quantity or named), None)]
    claims: list[tuple[str, str, tuple[Quantity, ...], str | None]] = [
        (text, text, (each,), claim.source)
        for claim in subject.graph.published
        for each in _quantities(quantity)
        if (text := getattr(claim, each)) is not None
    ]
    if not claims:
        hint = "give the figure, `4.09G`, or name it under `published` in the spec"
        raise SpecError(f"`{subject.graph.name}` publishes no figure to reconcile", hint=hint)
    return claims


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

    Networks with two changes are tried where none with fewer has it, or when the search is `thorough`. Those that have
    to be read from the file again come last, and of these first what promises most; when `counts` affords no more, the
    rest is left untried.

    Raises:
        SpecError: the figure is not an amount, is zero, or is not a whole number.
        Interruption: somebody pressed Ctrl-C.
    """
    running = _Search(subject, counts, _printed(figure), quantities)
    try:
        running.run(thorough, progress)
    except KeyboardInterrupt:
        if not running.ways:
            raise
        raise Interruption((running.found(nearest, interrupted=True),)) from None
    return running.found(nearest)


def _printed(figure: str) -> PrintedFigure:
    """The figure to look for.

    Raises:
        SpecError: it is not an amount, is zero, or is not a whole number.
    """
    printed = PrintedFigure.read(figure)
    if not printed.value:
        raise SpecError(f"`{figure}` is nothing to look for", hint="give a published figure such as `4.09G`")
    if printed.value.denominator != 1:
        hint = f"say in what it was printed: `{figure}G` or `{figure}M`"
        raise SpecError(f"`{figure}` is not a whole number", hint=hint)
    return printed


class _Search:
    """A search that may be ended at any moment: what was found until then is there."""

    def __init__(
        self, subject: Subject, counts: Counts, printed: PrintedFigure, quantities: Sequence[Quantity]
    ) -> None:
        self.ways: list[Way] = []
        self._subject = subject
        self._counts = counts
        self._printed = printed
        self._quantities = quantities
        self._untried: list[str] = []

    def run(self, thorough: bool, progress: Progress) -> None:
        """Try the network, then those with one change, and those with two where that is not enough."""
        for changes, step in enumerate(STEPS):
            if changes == _FAR and not thorough and any(way.agreement for way in self.ways):
                return
            candidates = self._promising_first(changes)
            untried = 0
            for done, candidate in enumerate(candidates):
                progress(step, done, len(candidates))
                if self._counts.affords(candidate):
                    counts = self._counts.of(candidate)
                    self.ways += [Way.of(each, self._printed) for each in counts if each.quantity in self._quantities]
                else:
                    untried += 1
            if untried:
                self._untried.append(f"{untried:,} {step}")

    def found(self, nearest: int, *, interrupted: bool = False) -> Reconciliation:
        """What was found, with so many of the ways that come near."""
        printed, ways = self._printed, simplest(self.ways)
        others = [way for way in ways if not way.agreement and len(way.changes) < _FAR]
        others.sort(key=lambda way: max(way.value / printed.value, printed.value / way.value))
        return Reconciliation(
            self._subject.graph.name,
            printed.text,
            published_by=None,
            matches=tuple([way for way in ways if way.agreement]),
            nearest=tuple(others[:nearest]),
            tried=len(ways),
            untried=tuple(self._untried),
            interrupted=interrupted,
            unknown=tuple([why for quantity, why in self._counts.unknown.items() if quantity in self._quantities]),
        )

    def _promising_first(self, changes: int) -> list[tuple[Change, ...]]:
        """The networks with so many changes: those that need no reading, then those that may come near the figure."""
        subject = self._subject
        candidates = subject.candidates(changes)

        def distance(candidate: tuple[Change, ...]) -> float:
            return sum(self._distance(change) for change in candidate)

        return sorted(candidates, key=lambda candidate: (subject.reads(candidate), distance(candidate)))

    def _distance(self, change: Change) -> float:
        """How far the operations of an image of another size may be from the figure: about as their areas say."""
        image = self._subject.tally.image
        if change.input is None or image is None:
            return 0
        _, height, width = change.input
        scale = float(change.scale) * height * width / image.positions
        values = [
            count.value
            for count in self._counts.of(())
            if count.quantity == "flops" and (change.scale == 1 or TWICE_THOP in count.countings)
        ]
        return min([abs(log(float(self._printed.value) / (value * scale))) for value in values], default=inf)


def _quantities(named: str | None) -> tuple[Quantity, ...]:
    return tuple(each for each in QUANTITIES if named in (None, each))
