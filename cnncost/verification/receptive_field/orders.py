"""Whether one channel still shows what the units of a layer see, once they are not in the order of the pixels.

On a line of pixels, a map has its units in their order, and its windows find them there. Tokens, flattened maps and
permuted axes have them elsewhere, and more of them than one channel has: what each of them sees is still to be seen,
but no window may look at several, and no two orders may meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.base.window import Reads, Unfolded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node
    from cnncost.layers.base.one_channel import Line


class Orders:
    """The orders in which nodes have their units."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._mover: dict[int, int] = {}
        """Of nodes whose units are not in the order of the pixels: which node moved them last."""

    def follow(self, node: Node, xs: Sequence[Any], y: Any) -> bool:
        """Whether `y`, made of `xs`, shows what the units of a node see; ``None`` is an input that is dark.

        Where all units respond alike it does, wherever they are: because they did before, or because the layer computes
        something of all of them. Any other layer must have every unit that it read.
        """
        given = [(self._mover.get(i), x) for i, x in zip(node.inputs, xs, strict=True) if x is not None]
        movers = {mover for mover, x in given if not _is_uniform(x)}
        if movers <= {None} and self._is_in_line(node, y):
            return True
        if len(movers) > 1:
            return False
        before, x = next(((mover, x) for mover, x in given if not _is_uniform(x)), given[0])
        if y is x and movers and _mixes_all(node):
            return False
        like_before = y is x or (len(given) > 1 and y.shape == x.shape)  # a join of one order, and of what has none
        self._mover[node.id] = before if like_before and before is not None else node.id
        if movers <= {None} and all(isinstance(reach, Unfolded) for reach in node.reach()):
            return True  # a window sees all of its elements, wherever its row is
        everything = not movers or _reads_everything(node)
        return like_before or (everything and _is_uniform(y)) or _are_the_same(x, y)

    def _is_in_line(self, node: Node, y: Any) -> bool:
        thin = self._line.thin(node.y)
        return node.y.layout == "map" and len(node.y.spatial) == self._line.axes and tuple(y.shape[1:]) == thin.dims


def _mixes_all(node: Node) -> bool:
    """Whether it reads all channels of one position, among which all units of a map may be."""
    return node.xs[0].positions == 1 and any(getattr(reach, "reads", reach) is Reads.MIXTURE for reach in node.reach())


def _reads_everything(node: Node) -> bool:
    """Whether all units are read together; of a flat tensor, by all that computes anything."""
    flat = all(x.positions == 1 for x in node.xs) and any(node.operations())
    return flat or all(getattr(reach, "reads", reach) is Reads.WHOLE for reach in node.reach())


def _is_uniform(x: Any) -> bool:
    """Whether all units respond alike."""
    lit = x.flatten(1) != 0
    return bool((lit == lit[:, :1]).all())


def _are_the_same(x: Any, y: Any) -> bool:
    """Whether `y` has the units of `x`, each at least once, and none that sees anything else."""
    before, after = (_responses(each) for each in (x, y))
    return before <= after and all(not any(extra) for extra in after - before)


def _responses(x: Any) -> set[tuple[bool, ...]]:
    """To which rows of pixels units respond."""
    return set(map(tuple, (x.flatten(1) != 0).T.tolist()))
