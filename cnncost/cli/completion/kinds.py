"""What options and arguments take, by the words of their metavars: `bf16|fp16`, `CONVENTION,...|all`, `FILE`.

What is written small stands for itself. A word in capitals is a kind, and every kind is here: with what is offered for
it, or among those for which nothing can be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.cli.completion import networks
from cnncost.cli.completion.candidates import Candidate, behind, plain
from cnncost.cli.completion.files import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncost.cli.completion.line import Typed

_LIST = ",..."
"""Behind what may stand several times, with commas between."""
_PREFIX = re.compile(r"\[([a-z]+:)\]")
"""What may stand before a value: `[max:]FIGURE`."""


def values(metavar: str, typed: Typed) -> Iterator[Candidate]:
    """What the value that is being typed may be, or become."""
    begun = typed.begun
    if metavar in KINDS:
        yield from KINDS[metavar](typed)
    elif _LIST in metavar:
        before, comma, last = begun.rpartition(",")
        found = values(metavar.replace(_LIST, ""), typed._replace(begun=last))
        yield from behind(before + comma, (each for each in found if each.value not in before.split(",")))
    elif "," in metavar:
        before, comma, last = begun.rpartition(",")
        places = metavar.split(",")
        if before.count(",") + bool(comma) < len(places):
            found = values(places[before.count(",") + bool(comma)], typed._replace(begun=last))
            yield from behind(before + comma, found)
    elif prefix := _PREFIX.match(metavar):
        there = prefix[1] if begun.startswith(prefix[1]) else ""
        yield from behind(there, values(metavar[prefix.end() :], typed._replace(begun=begun[len(there) :])))
        yield Candidate(prefix[1])
    else:
        for word in metavar.split("|"):
            if word in KINDS:
                yield from KINDS[word](typed)
            elif word in NAMES:
                yield from NAMES[word]()
            elif word not in FREE:
                yield Candidate(word)


def _conventions() -> Iterator[Candidate]:
    from cnncost.conventions import CONVENTIONS

    return plain(CONVENTIONS)


def _cards() -> Iterator[Candidate]:
    from cnncost.devices.cards import devices

    for name, card in devices().items():
        yield Candidate(name, card.title)


def _figures() -> Iterator[Candidate]:
    from cnncost.metrics.estimate import ESTIMATES
    from cnncost.metrics.metric import METRICS
    from cnncost.metrics.step_latency import ON_DEVICE

    yield from (Candidate(name, metric.about) for name, metric in METRICS.items())
    yield from (Candidate(name, estimate.about) for name, estimate in (ESTIMATES | ON_DEVICE).items())


def _limits() -> Iterator[Candidate]:
    for figure in _figures():
        yield figure._replace(value=f"{figure.value}=")


def _columns() -> Iterator[Candidate]:
    from cnncost.render.parts.columns import names

    return plain(names())


def _tasks() -> Iterator[Candidate]:
    from cnncost.language.library import files as specs

    return plain(dict.fromkeys(path.parent.name for path in specs()))


def _accuracies() -> Iterator[Candidate]:
    from cnncost.published.catalogue import shipped

    found = (claim.metric for entry in shipped().entries for claim in entry.published if claim.accuracy)
    return plain(dict.fromkeys(metric for metric in found if metric is not None))


def _schemas() -> Iterator[Candidate]:
    from cnncost.cli.commands.catalogue.schema import COMMANDS, SPEC

    return plain((SPEC, *COMMANDS))


KINDS: dict[str, Callable[[Typed], Iterator[Candidate]]] = {
    "SPEC": networks.specs,
    "SPEC...": networks.specs,
    "MODEL": networks.specs,
    "LAYER": networks.layers,
    "BLOCK": networks.blocks,
    "NAME=VALUE": networks.settings,
    "NAME=VALUES": networks.axes,
    "VARIABLE": networks.variables,
    "FILE": lambda typed: files(typed.begun),
    "FILE.svg": lambda typed: files(typed.begun, (".svg",)),
}
"""What is offered for a kind of word, by what else stands on the line."""

NAMES: dict[str, Callable[[], Iterator[Candidate]]] = {
    "ARCHITECTURE": networks.shipped,
    "PATTERN": networks.shipped,
    "TYPE": networks.layer_types,
    "CONVENTION": _conventions,
    "CARD": _cards,
    "FIGURE": _figures,
    "FIGURE=AMOUNT": _limits,
    "COLUMN": _columns,
    "TASK": _tasks,
    "METRIC": _accuracies,
    "SCHEMA": _schemas,
}
"""What is offered for a kind of word that is the same on every line."""

FREE = frozenset(
    (
        *("N", "COUNT", "BYTES", "AMOUNT", "PERCENT", "SECONDS", "TIME", "YEAR"),
        *("[NAME=]SHAPE", "ARGUMENT=VALUE", "EXPRESSION", "[NAME=]EXPRESSION", "ADDRESS", "REVISION"),
    )
)
"""Kinds of which there are too many: their help has an example."""
