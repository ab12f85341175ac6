"""From the name that a user gives to its explanation: a layer, a block, or the whole network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.explanation.layer import OF_A_LAYER, explain_layer
from cnncost.explanation.places import place_called
from cnncost.explanation.selection import only
from cnncost.explanation.sums import USUAL, blocks_of, explain_sum
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS

if TYPE_CHECKING:
    from cnncost.explanation.figure import LayerExplanation, SumExplanation
    from cnncost.metrics.analysis import Analysis


def explain_named(
    analysis: Analysis, name: str | None = None, total: str | None = None
) -> LayerExplanation | SumExplanation:
    """The figures of the layer `name`, or what those of the block `name`, or of the network, add up from.

    Args:
        analysis: of the whole network.
        name: of a layer or a block; it may be written as the path of a PyTorch module, or as a pattern that only one
            layer or block is like. A residual connection has the name of the block that it closes: that is the layer,
            and with a `total` the block, where the figure adds up.
        total: the one figure to explain or to break down.

    Raises:
        SpecError: there is no such layer, block or figure.
    """
    if name is None:
        return _added_up(analysis, None, total)
    layers = {node.name: node for node in analysis.graph.layers}
    blocks = blocks_of(layers)
    place = place_called(name, analysis.graph.name, layers, blocks)
    if place not in layers or total in ESTIMATES or (place in blocks and total in METRICS):
        return _added_up(analysis, place, total)
    explanation = explain_layer(analysis, layers[place])
    return explanation if total is None else only(explanation, total)


def _added_up(analysis: Analysis, place: str | None, total: str | None) -> SumExplanation:
    if total in OF_A_LAYER:
        hint = f"name one, as in `cnncost explain SPEC LAYER --total {total}`"
        raise SpecError(f"`{total}` does not add up: it is of a layer", hint=hint)
    return explain_sum(analysis, place, USUAL if total is None else (total,))
