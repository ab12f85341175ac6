"""The search: every candidate, counted in every way, held against the published figure, and ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cnncost.errors import SpecError, did_you_mean
from cnncost.passes.analysis import Settings
from cnncost.passes.counting import counts_by_convention
from cnncost.printed import Agreement, Printed
from cnncost.progress import no_progress
from cnncost.reconciliation.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.progress import Progress
    from cnncost.reconciliation.candidates import Candidate, Subject

Quantity = Literal["params", "flops"]
QUANTITIES: tuple[Quantity, ...] = ("params", "flops")

_RANKS: dict[Agreement | None, int] = {"exact": 0, "rounded": 1, "truncated": 2, None: 3}
_FIRST = ("all parameters", "macs", "textbook")
"""Ways of counting that are the most likely to be meant, in this order."""
_CONVOLUTIONS_ALONE = "convolutions alone"
_MOST_CHANGES = 2


class Way(NamedTuple):
    """A number that the network has in one way of reading it, beside the published figure.

    Attributes:
        network: the name of the network that was counted. changes: what is different from the spec.
        quantity: what was counted. countings: the conventions, or rules for parameters, that give this number.
        value: the number. agreement: how the figure follows from it; ``None`` where it does not.
        difference: how far it is from the figure, as a share of the figure.
    """

    network: str
    changes: tuple[str, ...]
    quantity: Quantity
    countings: tuple[str, ...]
    value: int
    agreement: Agreement | None
    difference: float

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """The smaller the better: agreement, few changes, the usual conventions, closeness."""
        usual = min(_FIRST.index(name) if name in _FIRST else len(_FIRST) for name in self.countings)
        return _RANKS[self.agreement], len(self.changes), usual, abs(self.difference)


class Reconciliation(NamedTuple):
    """What was found of a published figure.

    Attributes:
        network: the spec's own. figure: as published. published_by: the source, where the spec has it.
        matches: the ways that give it, the likeliest first.
        nearest: the closest of the others. tried: how many numbers were held against it.
    """

    network: str
    figure: str
    published_by: str | None
    matches: tuple[Way, ...]
    nearest: tuple[Way, ...]
    tried: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        ways = {name: [way._asdict() for way in getattr(self, name)] for name in ("matches", "nearest")}
        return {**self._asdict(), **ways}


def search_all(
    subject: Subject, figure: str | None, quantity: str | None, **options: Any
) -> tuple[Reconciliation, ...]:
    """One figure, or all that the spec says is published; `options` are those of :func:`search`.

    Raises:
        SpecError: no such quantity, the figure is no amount, or there is none.
    """
    if quantity is not None and quantity not in QUANTITIES:
        raise SpecError(
            f"unknown quantity `{quantity[:80]}`{did_you_mean(quantity, QUANTITIES)}",
            hint=f"one of {', '.join(QUANTITIES)}",
        )
    wanted: tuple[Quantity, ...] = tuple(each for each in QUANTITIES if quantity in (None, each))
    if figure is not None:
        return (search(subject, figure, quantities=wanted, **options),)
    claims = [
        (claim.source, each, text)
        for claim in subject.graph.published
        for each in wanted
        if (text := getattr(claim, each)) is not None
    ]
    if not claims:
        hint = "give the figure, `4.09G`, or name it under `published` in the spec"
        raise SpecError(f"`{subject.graph.name}` publishes no figure to reconcile", hint=hint)
    return tuple(
        search(subject, text, quantities=(each,), **options)._replace(published_by=source)
        for source, each, text in claims
    )


def search(
    subject: Subject,
    figure: str,
    *,
    quantities: Iterable[Quantity] = QUANTITIES,
    thorough: bool = False,
    nearest: int = 5,
    progress: Progress = no_progress,
) -> Reconciliation:
    """The ways in which a network has a published figure.

    Networks with two changes are tried where none with fewer has it, or when the search is `thorough`.

    Raises:
        SpecError: the figure is no amount, or zero.
    """
    printed = Printed.read(figure)
    if not printed.value:
        raise SpecError(f"`{figure}` is nothing to look for", hint="give a published figure such as `4.09G`")
    wanted = tuple(quantities)
    ways: list[Way] = []
    for changes in range(_MOST_CHANGES + 1):
        if changes == _MOST_CHANGES and not thorough and any(way.agreement for way in ways):
            break
        candidates = subject.candidates(changes)
        for done, each in enumerate(candidates):
            progress(f"networks with {changes} changes", done, len(candidates))
            candidate = subject.changed(each)
            ways += _merged(_ways(candidate, printed, wanted)) if candidate else ()
    ways = _simplest(ways)
    others = sorted((way for way in ways if not way.agreement), key=lambda way: (abs(way.difference), way.rank))
    matches = tuple(way for way in ways if way.agreement)
    return Reconciliation(subject.graph.name, figure, None, matches, tuple(others[:nearest]), len(ways))


def _ways(candidate: Candidate, printed: Printed, quantities: Iterable[Quantity]) -> Iterator[Way]:
    """Every number that a candidate has."""
    numbers = {"params": _parameters, "flops": _operations}
    for quantity in quantities:
        for counting, more, value in numbers[quantity](candidate):
            yield Way(
                candidate.graph.name,
                (*candidate.changes, *more),
                quantity,
                (counting,),
                value,
                printed.agreement(value),
                printed.difference(value),
            )


def _parameters(candidate: Candidate) -> Iterator[tuple[str, tuple[str, ...], int]]:
    if not candidate.training:  # the parameters are the same
        for rule, count in PARAMETERS.items():
            yield rule, (), count(candidate.graph)


def _operations(candidate: Candidate) -> Iterator[tuple[str, tuple[str, ...], int]]:
    settings = Settings(mode="train" if candidate.training else "infer")
    convolutions = [node.layer.family == "convolution" for node in candidate.graph.layers]
    for convention, counts in counts_by_convention(candidate.graph, settings).items():
        yield convention, (), counts.total
        alone = sum(count for count, is_one in zip(counts.layers, convolutions, strict=True) if is_one)
        yield convention, (_CONVOLUTIONS_ALONE,), alone


def _merged(ways: Iterable[Way]) -> Iterable[Way]:
    """The ways with those taken together that find the same number in the same network."""
    together: dict[tuple[Any, ...], Way] = {}
    for way in ways:
        if way.value:
            key = (way.changes, way.quantity, way.value)
            known = together.get(key)
            together[key] = way if known is None else known._replace(countings=(*known.countings, *way.countings))
    return together.values()


def _simplest(ways: Iterable[Way]) -> list[Way]:
    """The best way to each number, best first: what changes nothing of a number explains nothing."""
    best: dict[tuple[Quantity, int], Way] = {}
    for way in sorted(ways, key=lambda way: way.rank):
        best.setdefault((way.quantity, way.value), way)
    return list(best.values())
