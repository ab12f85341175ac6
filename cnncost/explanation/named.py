"""From the name that a user gives to its explanation: a layer, a block, or the whole network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.explanation.layer import explain_layer
from cnncost.explanation.sums import USUAL, blocks_of, explain_sum

if TYPE_CHECKING:
    from cnncost.explanation.figure import LayerExplanation, SumExplanation
    from cnncost.metrics.analysis import Analysis


def explain_named(
    analysis: Analysis, name: str | None = None, total: str | None = None
) -> LayerExplanation | SumExplanation:
    """The figures of the layer `name`, or what those of the block `name`, or of the network, add up from.

    Args:
        analysis: of the whole network.
        name: of a layer or a block; a layer may be called as its PyTorch module is. A residual connection has the name
            of the block that it closes: that is the layer, and with a `total` the block.
        total: the one figure to break down.

    Raises:
        SpecError: there is no such layer or figure, or a single layer's total is asked for.
    """
    names = USUAL if total is None else (total,)
    if name is None:
        return explain_sum(analysis, None, names)
    layers = {node.name: node for node in analysis.graph.layers}
    by_module = {node.module_name: node for node in analysis.graph.layers}
    blocks = blocks_of(layers)
    node = layers.get(name) or by_module.get(name)
    if node is not None and (total is None or name not in blocks):
        if total is not None:
            raise SpecError(f"`{node.name}` is a layer: it has every figure, and no totals", hint="leave `--total` out")
        return explain_layer(analysis, node)
    if name not in blocks:
        close = did_you_mean(name, [*layers, *blocks])
        hint = "`cnncost analyze` with `--depth all` shows them all"
        raise SpecError(f"`{analysis.graph.name}` has no layer and no block `{name[:80]}`{close}", hint=hint)
    return explain_sum(analysis, name, names)
