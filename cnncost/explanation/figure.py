"""What an explanation is made of: frozen data, without any formatting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.settings import Settings

SCHEMA_VERSION = 1
"""Version of the JSON form."""

Number = int | float | tuple[int | float, ...]


class Figure(NamedTuple):
    """One figure and where it comes from."""

    name: str
    """As in the report, or a letter that other formulas use."""
    value: Number | None
    """What the report says; a tuple has a number per dimension. ``None`` where there is no answer."""
    unit: str = ""
    """What is counted."""
    formula: str | None = None
    """In symbols; ``None`` where only words can say it."""
    substituted: str | None = None
    """The formula with the numbers for the symbols."""
    source: str = ""
    """Who published the formula."""
    note: str = ""
    """In words, what the formula does not say."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return self._asdict() | {"value": value}


class Meaning(NamedTuple):
    """A letter of the formulas, its number here, and what it stands for."""

    symbol: str
    """The letter, with its index."""
    number: int | float
    """Its number."""
    meaning: str
    """What it stands for."""


class AlgorithmExplanation(NamedTuple):
    """What a convolution costs by one algorithm."""

    name: str
    """As in the report."""
    title: str
    """For people."""
    refusal: str | None
    """Why it cannot compute this convolution; then there are no figures."""
    figures: tuple[Figure, ...] = ()
    """The sizes that its formulas have letters for, its multiplications and its extra memory."""

    def __repr__(self) -> str:
        what = f"{len(self.figures)} figures" if self.refusal is None else "refused"
        return f"<AlgorithmExplanation of {self.name!r}: {what}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return self._asdict() | {"figures": [figure.to_dict() for figure in self.figures]}


@displayed
class LayerExplanation(NamedTuple):
    """Where every figure of one layer comes from."""

    network: str
    """The network's name."""
    layer: str
    """The layer's name."""
    type: str
    """The layer's type."""
    about: str
    """What such a layer is, in one line."""
    settings: Settings
    """How it runs."""
    symbols: tuple[Meaning, ...]
    """What the letters of the formulas stand for."""
    figures: tuple[Figure, ...]
    """Those of the report, and the sizes that their formulas have letters for."""
    algorithms: tuple[AlgorithmExplanation, ...] = ()
    """How a convolution can be computed; nothing for other layers."""
    cheapest: str | None = None
    """Which of the algorithms has the fewest multiplications."""
    warnings: tuple[str, ...] = ()
    """What the loader found odd."""

    def __repr__(self) -> str:
        return f"<LayerExplanation of {self.layer!r} in {self.network!r}: {len(self.figures)} figures>"

    def figure(self, name: str) -> Figure:
        """The figure of that name.

        Raises:
            KeyError: there is none.
        """
        return {figure.name: figure for figure in self.figures}[name]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "schema": SCHEMA_VERSION,
            "network": self.network,
            "layer": self.layer,
            "type": self.type,
            "about": self.about,
            **self.settings.to_dict(),
            "symbols": [symbol._asdict() for symbol in self.symbols],
            "figures": [figure.to_dict() for figure in self.figures],
            "algorithms": [algorithm.to_dict() for algorithm in self.algorithms],
            "cheapest_algorithm": self.cheapest,
            "warnings": list(self.warnings),
        }


class Part(NamedTuple):
    """A part of a sum."""

    name: str
    """Of the layer type, the block or the figure."""
    count: int  # type: ignore[assignment]  # not the method of tuples
    """Layers in it that are not zero."""
    value: int
    """What it adds."""
    share: float | None
    """The part of the whole, from 0 to 1."""
    formula: str | None = None
    """That of its layers, where it is one for all of them."""
    substituted: str | None = None
    """What its value adds up from."""


class Breakdown(NamedTuple):
    """Where the total of one figure comes from, each way of cutting it adding up to all of it."""

    figure: Figure
    """The total."""
    how: str
    """``sum``, or ``max`` where one buffer serves all layers."""
    by_type: tuple[Part, ...]
    """By layer type and formula, or, of a sum of other figures, by these."""
    by_block: tuple[Part, ...]
    """By the blocks of the next level."""
    of_figures: bool = False
    """Whether it adds up from other figures."""

    def __repr__(self) -> str:
        cut = f"{len(self.by_type)} parts by type, {len(self.by_block)} by block"
        return f"<Breakdown {self.figure.name}={self.figure.value!r}: {cut}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            **self.figure.to_dict(),
            "total": self.how,
            "by_type": [part._asdict() for part in self.by_type],
            "by_block": [part._asdict() for part in self.by_block],
        }


@displayed
class SumExplanation(NamedTuple):
    """Where the figures of a network, or of one block of it, come from."""

    network: str
    """The network's name."""
    block: str | None
    """The block's name; ``None`` for the whole network."""
    layers: int
    """How many there are in it."""
    settings: Settings
    """How it runs."""
    breakdowns: tuple[Breakdown, ...]
    """One for each figure that was asked for."""
    warnings: tuple[str, ...] = ()
    """What the loader found odd."""

    def __repr__(self) -> str:
        where = repr(self.network) if self.block is None else f"{self.block!r} in {self.network!r}"
        totals = ", ".join(f"{each.figure.name}={each.figure.value!r}" for each in self.breakdowns)
        return f"<SumExplanation of {where}: {self.layers} layers, {totals}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "schema": SCHEMA_VERSION,
            "network": self.network,
            "block": self.block,
            "layers": self.layers,
            **self.settings.to_dict(),
            "totals": [breakdown.to_dict() for breakdown in self.breakdowns],
            "warnings": list(self.warnings),
        }
