"""The shape of what a layer gives for the inputs it reads, and every rule that they must keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import LayerError, SpecError

if TYPE_CHECKING:
    from cnncost.errors import Origin
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

MOST_ELEMENTS = 10**30
"""Elements that a tensor may have: no network is near it, and arithmetic on what is larger takes long."""

_LAYOUTS = {"map": "a map", "tokens": "tokens", "flat": "a flat tensor"}


def infer_output(layer: Layer, xs: tuple[Tensor, ...]) -> Tensor:
    """The shape of one sample of a layer's output.

    Args:
        layer: the layer.
        xs: the shapes of one sample of what it reads, in its order.

    Raises:
        LayerError: too many inputs or too few, inputs that the layer refuses, or an output of no size or too large.

    >>> from cnncost.layers import REGISTRY, Tensor
    >>> infer_output(REGISTRY["conv"].make({"out": 64, "kernel": 7, "stride": 2}, 2), (Tensor(3, (224, 224)),)).dims
    (64, 109, 109)
    """
    _refuse_wrong_number(layer, len(xs))
    if xs and xs[0].layout not in layer.accepts:
        raise wrong_layout(type(layer), xs[0])
    layer.check(*xs)
    y = layer.output(*xs)
    if any(size < 1 for size in y.dims):
        message = f"a dimension reaches zero: the output of `{layer.keyword}` would be {y}"
        raise LayerError(message, hint=f"its input is {xs[0]}")
    if y.elements > MOST_ELEMENTS:
        raise LayerError(f"the output of `{layer.keyword}` has more than 10**30 elements")
    return y


def wrong_layout(kind: type[Layer], x: Tensor) -> LayerError:
    """The error for a first input of a layout that the layer type does not take."""
    wanted = " or ".join(_LAYOUTS[layout] for layout in kind.accepts)
    hint = None
    if x.layout == "map":
        hint = "put a `flatten` before it" if "flat" in kind.accepts else "put a `patch_tokens` before it"
    return LayerError(f"`{kind.keyword}` takes {wanted}, not {_LAYOUTS[x.layout]} of {x}", hint=hint)


def refuse_too_large(name: str, tensor: Tensor, origin: Origin | None) -> None:
    """Raise a SpecError for an input with more elements than :data:`MOST_ELEMENTS`."""
    if tensor.elements > MOST_ELEMENTS:
        raise SpecError(f"`{name}` has more than 10**30 elements", origin)


def _refuse_wrong_number(layer: Layer, number: int) -> None:
    """Raise a LayerError unless a source has no input, a join any number, others one and one more for each followed."""
    if layer.is_source:
        if number:
            raise LayerError(f"`{layer.keyword}` reads nothing, not {number} output{'s' * (number > 1)}")
        return
    if not number:
        raise LayerError(f"`{layer.keyword}` has nothing to read")
    if layer.joins:
        return
    wanted = 1 + sum([bool(getattr(layer, name)) for name in layer.references])
    if number != wanted:
        outputs = "one output" if wanted == 1 else f"{wanted} outputs"
        raise LayerError(f"`{layer.keyword}` reads {outputs}, not {number}")
