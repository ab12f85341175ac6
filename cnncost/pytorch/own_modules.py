"""The modules of layers that a spec defines itself, made by code that the user allowed to run."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.model.factories import find_factory
from cnncost.importers.pytorch.model.faults import is_interruption, said
from cnncost.importers.sources import ModelSource
from cnncost.layers.gap import Gap
from cnncost.layers.own import OwnLayer
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph, Node

_FORM = "`module` says `package.module:Class`: a class that is called with the layer's arguments by name"


def with_own_modules(graph: Graph, *, allow_code: bool) -> Graph:
    """The graph with what makes the modules of the layers that the spec defines itself.

    Args:
        graph: any network; one without such layers stays as it is.
        allow_code: whether the user allows the code that the spec names to be imported and run.

    Raises:
        SpecError: a layer without a `module`, code that is not allowed or does not do what it should.
    """
    own = [node for node in graph.layers if node.layer.is_own]
    if not own:
        return graph
    for node in own:
        _refuse_unnamed(node)
    if not allow_code:
        raise _not_allowed(own[0])
    makers: dict[str, Callable[[OwnLayer], Any]] = {}
    layers: dict[OwnLayer, OwnLayer] = {}
    for node in own:
        layer = node.layer
        assert isinstance(layer, OwnLayer)
        if layer not in layers:
            reference = str(layer.call.module)
            try:
                if reference not in makers:
                    makers[reference] = _maker(reference)
                makers[reference](layer)
            except SpecError as error:
                error.origin = error.origin or node.origin
                raise
            layers[layer] = OwnLayer(layer.call, makers[reference])
    nodes = [n._replace(layer=layers[n.layer]) if isinstance(n.layer, OwnLayer) else n for n in graph.nodes]
    return graph._replace(nodes=tuple(nodes))


def _refuse_unnamed(node: Node) -> None:
    """Raise a SpecError for a layer of which it is not said where its module is."""
    if isinstance(node.layer, Gap):
        raise node.layer.no_module(node.name, node.origin)
    if isinstance(node.layer, OwnLayer) and node.layer.call.module is None:
        hint = "its definition may say where one is, `module: package.module:Class`, and `--allow-code` lets it run"
        raise SpecError(f"`{node.type}` is a layer of the spec's own, without a PyTorch module", node.origin, hint=hint)


def _not_allowed(node: Node) -> SpecError:
    module = node.layer.call.module if isinstance(node.layer, OwnLayer) else None
    hint = "`--allow-code` imports what the spec names and runs it, as you: use it for code that you trust"
    return SpecError(f"`{node.type}` needs the code of `{module}`, which is not allowed to run", node.origin, hint=hint)


def _maker(reference: str) -> Callable[[OwnLayer], Any]:
    """What makes the module of a layer by calling what `reference` names."""
    place, _, name = reference.rpartition(":")
    make = find_factory(ModelSource(place, name)).make
    taken = _names_taken(make)

    def of(layer: OwnLayer) -> Any:
        sizes = {name: value for name, value in _sizes(layer).items() if name in taken}
        try:
            made = make(**{**sizes, **layer.arguments})
        except BaseException as error:  # whatever the user's class does, leaving included
            if is_interruption(error):
                raise
            raise SpecError(f"`{reference}` fails: {said(error)}", hint=_FORM) from error
        if not isinstance(made, import_torch().nn.Module):
            raise SpecError(f"`{reference}` makes no module, but a {type(made).__name__}", hint=_FORM)
        return made

    return of


def _names_taken(make: Callable[..., Any]) -> set[str]:
    """The parameters that have a name."""
    try:
        parameters = signature(make).parameters.values()
    except (TypeError, ValueError):  # some built-in classes do not say
        return set()
    return {each.name for each in parameters if each.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)}


def _sizes(layer: OwnLayer) -> dict[str, Any]:
    """What the expressions of its definition know of its input and output, which its class may ask for by name."""
    x, y = layer.call.x, layer.call.said.y
    return {
        "channels": x.channels,
        "spatial": x.spatial,
        "positions": x.positions,
        "output_channels": y.channels,
        "output_spatial": y.spatial,
        "output_positions": y.positions,
    }
