"""What a network is compared with: a model in PyTorch, another spec, or a file of another program."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import Graph
from cnncost.graph.indices import holds_indices
from cnncost.importers.names import SEQUENCE
from cnncost.importers.sources import ModelRequest, ModelSource, load, model_request, model_source
from cnncost.language.load import limits_given
from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.graph.graph import Node
    from cnncost.importers.pytorch.load import ImportedModel
    from cnncost.importers.pytorch.model.factories import Factory
    from cnncost.language.limits import Limits


class Reference(NamedTuple):
    """The other network."""

    name: str
    """What it was asked for by."""
    graph: Graph | None = None
    """Its layers, where they are known: those of a spec or a file."""
    make: Callable[[tuple[object, ...]], ImportedModel] | None = None
    """Imports a model in PyTorch, which reads inputs of these shapes, in order."""

    @classmethod
    def found(cls, given: Any, *, input: object = None, limits: Limits | None = None) -> Reference:  # noqa: A002
        """The network that a text names, a graph, or a model in PyTorch or a function that returns one.

        Args:
            given: the text, the graph, the model or the function.
            input: other input shapes of a spec or a file; a model reads what the network does.
            limits: how large it may be.

        Raises:
            SpecError: there is no such thing; a spec or a file that does not hold.
        """
        if isinstance(given, Graph):
            return cls(given.name, given)
        if callable(given):
            return _of_function(given, limits)
        source = model_source(given)
        if source is None:
            return cls(given, load(given, input=input, limits=limits))
        from cnncost.importers.pytorch.model.factories import find_factory

        factory, most_nodes = find_factory(source), limits_given(limits).nodes
        request = model_request(given, source, {}, None, most_nodes)
        return cls(given, make=_importing(factory, request))


class Other(NamedTuple):
    """The other network as it is compared."""

    graph: Graph
    """Its layers."""
    imported: ImportedModel | None
    """The module, where there is one."""

    @classmethod
    def of(cls, reference: Reference, ours: Graph) -> Other:
        """The network of a reference, which reads what ours reads.

        Raises:
            SpecError: a model that fails, or that cannot be imported; with the line of its code.
        """
        if reference.graph is not None:
            return cls(reference.graph, None)
        assert reference.make is not None
        imported = reference.make(tuple([_shape(ours, number) for number in ours.inputs]))
        return cls(imported.graph, imported)

    def name_of(self, node: Node) -> str:
        """What a layer is called: the path of its module in a model."""
        return node.name if self.imported is None else node.module_name.removeprefix(f"{SEQUENCE}.")


def _of_function(given: Any, limits: Limits | None) -> Reference:
    """A model of the caller's own, which is copied, or a function that returns one."""
    from cnncost.importers.pytorch.model.factories import Factory

    is_model = isinstance(given, import_torch().nn.Module)
    named = type(given) if is_model else given
    source = ModelSource(getattr(named, "__module__", "python"), getattr(named, "__qualname__", type(given).__name__))

    def make() -> Any:
        return copy.deepcopy(given if is_model else given())

    request = ModelRequest(source, {}, None, limits_given(limits).nodes)
    return Reference(str(source), make=_importing(Factory(make, lambda _: None), request))


def _importing(factory: Factory, request: ModelRequest) -> Callable[[tuple[object, ...]], ImportedModel]:
    def imported(shapes: Sequence[object]) -> ImportedModel:
        from cnncost.importers.pytorch.load import import_from

        return import_from(factory, request._replace(inputs=tuple(shapes)))

    return imported


def _shape(graph: Graph, number: int) -> object:
    """The shape of an input as an importer takes it, with its type where it holds indices."""
    dims = graph.nodes[number].y.dims
    return f"{'x'.join(map(str, dims))}:int64" if holds_indices(graph, number) else list(dims)
