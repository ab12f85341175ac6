"""What an explanation is made of: frozen data, without any formatting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cnncost.settings import Settings

SCHEMA_VERSION = 1
"""Version of the JSON form."""

Number = int | float | tuple[int | float, ...]


class Figure(NamedTuple):
    """One figure and where it comes from.

    Attributes:
        name: as in the report, or a letter that other formulas use.
        value: what the report says; a tuple has a number per dimension. ``None`` where there is no answer.
        unit: what is counted.
        formula: in symbols; ``None`` where only words can say it. substituted: with the numbers for the symbols.
        source: who published the formula.
        note: in words, what the formula does not say.
    """

    name: str
    value: Number | None
    unit: str = ""
    formula: str | None = None
    substituted: str | None = None
    source: str = ""
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return self._asdict() | {"value": value}


class Meaning(NamedTuple):
    """A letter of the formulas, its number here, and what it stands for."""

    symbol: str
    number: int | float
    meaning: str


class AlgorithmExplanation(NamedTuple):
    """What a convolution costs by one algorithm.

    Attributes:
        name: as in the report. title: for people.
        refusal: why it cannot compute this convolution; then there are no figures.
        figures: the sizes that its formulas have letters for, its multiplications and its extra memory.
    """

    name: str
    title: str
    refusal: str | None
    figures: tuple[Figure, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return self._asdict() | {"figures": [figure.to_dict() for figure in self.figures]}


class LayerExplanation(NamedTuple):
    """Where every figure of one layer comes from.

    Attributes:
        network, layer: names. type: of the layer. about: what such a layer is, in one line.
        settings: how it runs.
        symbols: what the letters of the formulas stand for.
        figures: those of the report, and the sizes that their formulas have letters for.
        algorithms: how a convolution can be computed. cheapest: which of them has the fewest multiplications.
        warnings: what the loader found odd.
    """

    network: str
    layer: str
    type: str
    about: str
    settings: Settings
    symbols: tuple[Meaning, ...]
    figures: tuple[Figure, ...]
    algorithms: tuple[AlgorithmExplanation, ...] = ()
    cheapest: str | None = None
    warnings: tuple[str, ...] = ()

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
    """A part of a sum.

    Attributes:
        name: of the layer type, the block or the figure. count: layers in it that are not zero.
        value: what it adds. share: the part of the whole, from 0 to 1.
        formula: of its layers, where that is one for all of them. substituted: what its value adds up from.
    """

    name: str
    count: int  # type: ignore[assignment]  # not the method of tuples
    value: int
    share: float | None
    formula: str | None = None
    substituted: str | None = None


class Breakdown(NamedTuple):
    """Where the total of one figure comes from, each way of cutting it adding up to all of it.

    Attributes:
        figure: the total.
        how: ``sum``, or ``max`` where one buffer serves all layers.
        by_type: by layer type and formula, or, of memory, by what it holds. by_block: by the blocks of the next level.
    """

    figure: Figure
    how: str
    by_type: tuple[Part, ...]
    by_block: tuple[Part, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            **self.figure.to_dict(),
            "total": self.how,
            "by_type": [part._asdict() for part in self.by_type],
            "by_block": [part._asdict() for part in self.by_block],
        }


class SumExplanation(NamedTuple):
    """Where the figures of a network, or of one block of it, come from.

    Attributes:
        network: its name. block: the name of the block, ``None`` for the whole network. layers: how many there are.
        settings: how it runs.
        breakdowns: one for each figure that was asked for.
        warnings: what the loader found odd.
    """

    network: str
    block: str | None
    layers: int
    settings: Settings
    breakdowns: tuple[Breakdown, ...]
    warnings: tuple[str, ...] = ()

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
