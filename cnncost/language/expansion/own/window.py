"""What a unit of a layer of the spec's own reads, as its definition says it under `window`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError, SpecError
from cnncost.language.yaml.forms import is_empty
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar
from cnncost.layers.base.fields import Count, Field, Padding, Sizes
from cnncost.layers.base.sliding import sliding_windows
from cnncost.layers.base.window import Grouped, Reach, Reads

if TYPE_CHECKING:
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.layers import Tensor
    from cnncost.layers.base.window import Window

_WORDS = {"point": Reads.POINT, "position": Reads.MIXTURE, "all": Reads.WHOLE}
_FIELDS: dict[str, Field] = {
    "kernel": Sizes("extent per axis"),
    "stride": Sizes("step per axis", default=1),
    "padding": Padding("padding per axis", default=0),
    "dilation": Sizes("spacing of the kernel's elements", default=1),
    "groups": Count("groups of channels that are read apart", default=1),
}
for _name, _field in _FIELDS.items():
    _field.name = _name


def read_window(node: Node, environment: Environment, x: Tensor, y: Tensor) -> Reach:
    """What a unit of `y` reads of `x`.

    Raises:
        SpecError: it does not fit the two, or a number of it is none that it may be.
    """
    if not isinstance(node, MappingNode):
        return _word(node, x, y)
    values = {name: _value(node, name, environment, x) for name in _FIELDS}
    if len(x.spatial) != len(y.spatial):
        message = f"a `window` goes along the axes of the output, and {y} has not as many as the input {x}"
        raise SpecError(message, node.span, hint="`window: all` reads everything")
    windows = sliding_windows(SimpleNamespace(**values), x)
    _refuse_outside(windows, node, x, y)
    groups = values["groups"]
    if x.channels % groups or y.channels % groups:
        message = f"{groups} `groups` do not divide {x.channels} channels of the input and {y.channels} of the output"
        raise SpecError(message, node.span)
    return Grouped(windows, groups) if groups > 1 else windows


def _word(node: Node, x: Tensor, y: Tensor) -> Reads:
    word = getattr(node, "text", "")
    reads = _WORDS[word]
    moves = reads is not Reads.WHOLE and (x.spatial, x.layout) != (y.spatial, y.layout)
    if moves or (reads is Reads.POINT and x.channels != y.channels):
        other = "positions" if moves else "channels"
        message = (
            f"`window: {word}` reads the unit's own place, and the output {y} has other {other} than the input {x}"
        )
        raise SpecError(message, node.span, hint="`{kernel: ...}` says how far a unit reads, `all` that it reads all")
    return reads


def _value(node: MappingNode, name: str, environment: Environment, x: Tensor) -> Any:
    """A number of the window, one for each axis where there may be several."""
    field, part = _FIELDS[name], node.get(name)
    if part is None:
        return field.read(field.default, len(x.spatial))
    value: Any
    if is_empty(part):  # as everywhere, a name alone takes the value of that name
        part = node.key(name)
        value = environment.evaluate_text(name, part.span)
    elif isinstance(part, Scalar) and part.text in field.literals:
        value = part.text
    else:
        value = environment.evaluate(part)
    try:
        return field.read(value, len(x.spatial))
    except LayerError as error:
        raise SpecError(error.message, part.span, hint=error.hint) from None


def _refuse_outside(windows: tuple[Window, ...], node: MappingNode, x: Tensor, y: Tensor) -> None:
    """Raise a SpecError for a window of which the first or the last unit of an axis reads nothing of the input."""
    for window, size, units in zip(windows, x.spatial, y.spatial, strict=True):
        last = (units - 1) * window.stride + window.start
        if window.start + window.size <= 0 or last >= size:
            where = "first" if window.start + window.size <= 0 else "last"
            message = f"the {where} of {units} units would read nothing: its window lies outside of the input of {size}"
            raise SpecError(message, node.span, hint=f"the input is {x}, the output {y}")
