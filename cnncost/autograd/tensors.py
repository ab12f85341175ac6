"""Tensors without numbers: storages that are allocated and freed, and the values that lie in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncost.autograd.operation import Gradient, Operation
    from cnncost.autograd.strides import Strides
    from cnncost.layers.base.tensor import Tensor

ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "bool": 1, "uint8": 1, "int8": 1}
"""Bytes of one number, by dtype."""

FLOATS = frozenset(("float32", "float16", "bfloat16"))
"""The formats that gradients have."""


def wider(one: str, other: str) -> str:
    """The number format of what is computed from two: the wider of them."""
    return one if ITEM_BYTES[one] >= ITEM_BYTES[other] else other


class Storage:
    """A block of memory, which several tensors may lie in; it is freed when nobody holds it any more."""

    __slots__ = ("holders", "kind", "layer", "number", "requested", "size")

    def __init__(self, number: int, requested: int, size: int, kind: str, layer: int) -> None:
        self.number = number
        """Counted in the order of allocation."""
        self.requested = requested
        """Bytes that were asked for."""
        self.size = size
        """The same, rounded up as the device does."""
        self.kind = kind
        """What lies in it."""
        self.layer = layer
        """The node of the graph that it is of: that which was running; -1 outside the network."""
        self.holders = 1
        """How many values, saved tensors and gradients lie in it."""


class Weight:
    """A parameter or a buffer: there before the step, and after it."""

    __slots__ = ("awaited", "dtype", "elements", "gradient", "partial", "storage", "trained")

    def __init__(self, storage: Storage, elements: int, dtype: str, trained: bool) -> None:
        self.storage = storage
        self.elements = elements
        self.dtype = dtype
        self.trained = trained
        """Whether it gets a gradient."""
        self.gradient: Storage | None = None
        """Of the step, or of those before where gradients are added up."""
        self.awaited = 0
        """Gradients that backward has still to bring."""
        self.partial: Gradient | None = None
        """What it has brought so far."""


class Value:
    """A tensor as the layers hand it on: where it lies, how large it is, and what made it."""

    __slots__ = ("dtype", "elements", "maker", "shape", "slot", "storage", "strides", "weight")

    def __init__(
        self,
        storage: Storage,
        elements: int,
        dtype: str,
        *,
        shape: Tensor | None = None,
        maker: Operation | None = None,
        weight: Weight | None = None,
        slot: int = 0,
        strides: Strides | None = None,
    ) -> None:
        self.storage = storage
        self.elements = elements
        """Numbers in the whole batch."""
        self.dtype = dtype
        self.shape = shape
        """Of one sample; ``None`` inside a layer, where only the size matters."""
        self.maker = maker
        """The operation whose backward waits for its gradient; ``None`` where it needs none."""
        self.weight = weight
        """What it is the value of, where it is a parameter or a buffer."""
        self.slot = slot
        """Which of its maker's outputs it is."""
        self.strides = strides
        """How it lies in memory; ``None`` where that is as tensors of its shape do in this network."""

    @property
    def needs_gradient(self) -> bool:
        """Whether backward brings it a gradient."""
        return self.maker is not None or (self.weight is not None and self.weight.trained)

    @property
    def size(self) -> int:
        """Bytes of its numbers."""
        return self.elements * ITEM_BYTES[self.dtype]
