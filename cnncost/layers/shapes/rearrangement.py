"""What layers that only move elements have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer

if TYPE_CHECKING:
    from cnncost.layers.base.tensor import Tensor


class Rearrangement(Layer):
    """Layers that move elements and compute nothing: no parameters, no operations."""

    family = "shape"
    source = "by definition: elements are moved, none is computed"
    is_view = True

    def parameters(self, *xs: Tensor) -> int:
        return 0

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """None: a view or a copy."""
        return Operations()


def check_same_rank(layer: Layer, x: Tensor, like: Tensor) -> None:
    """Refuse a `like` whose size cannot be taken: another layout, or other axes."""
    if like.layout != "map" or len(like.spatial) != len(x.spatial):
        raise LayerError(
            f"`{layer.keyword}` takes the size of {like.layout} {like}, and its input is {x}", field="like"
        )
