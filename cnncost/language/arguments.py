"""The arguments of one layer that are given from outside, by `--set` or from Python, rather than in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import DescribedOrigin, LayerError
from cnncost.language.expansion.arguments import Argument
from cnncost.language.expansion.fields import FieldArguments, field_values
from cnncost.language.expansion.scopes.environment import Environment, Globals
from cnncost.language.request import setting_node
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.errors import Origin, Span
    from cnncost.layers import Layer, Tensor


class LayerArguments(NamedTuple):
    """What a layer is made of."""

    values: dict[str, Any]
    """The values of its fields, as :meth:`~cnncost.layers.Layer.make` takes them."""
    followed: list[int]
    """The nodes whose shapes it follows, which it reads besides."""
    origins: dict[str, Span]
    """Where each value stands."""


def read_arguments(
    kind: type[Layer],
    arguments: Mapping[str, object],
    *,
    tensor: Tensor | None,
    find: Callable[[str, Span], int],
    origin: Origin,
) -> LayerArguments:
    """Read arguments as the steps of a spec are read: texts are expressions, or words that a field knows.

    Args:
        kind: the layer type.
        arguments: its parameters, by name.
        tensor: what `channels`, `spatial` and `positions` are of; ``None`` where the layer reads several.
        find: the node of a name, for a parameter that follows another step; raises SpecError.
        origin: what errors about the layer show.

    Raises:
        SpecError: a parameter that the layer type does not have, or an expression without a value.
    """
    try:
        kind.refuse_unknown(arguments)
    except LayerError as error:
        raise error.at(origin, {name: DescribedOrigin(f"--set {name}") for name in arguments}) from None
    nodes = {name: setting_node(name, value) for name, value in arguments.items()}
    read = FieldArguments(kind.fields, {name: Argument(name, node, node.span) for name, node in nodes.items()})
    environment = Environment(Globals({}, {}))
    environment.tensor = tensor
    values, followed = field_values(
        kind.fields, read, environment, lambda node: (find(getattr(node, "text", ""), node.span),)
    )
    return LayerArguments(values, followed, read.spans)
