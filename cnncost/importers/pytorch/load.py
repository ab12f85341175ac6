"""A model in PyTorch as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cnncost.importers.pytorch.operators  # noqa: F401 - registers them
from cnncost.errors import SpecError
from cnncost.importers.pytorch.model.construct import construct
from cnncost.importers.pytorch.model.export import export
from cnncost.importers.pytorch.model.factories import find_factory
from cnncost.importers.pytorch.model.inputs import input_shapes
from cnncost.importers.pytorch.translation.auxiliary import in_doubt, with_auxiliary
from cnncost.importers.pytorch.translation.translate import Translation
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph
    from cnncost.importers.pytorch.model.export import Exported
    from cnncost.importers.pytorch.model.factories import Factory
    from cnncost.importers.pytorch.model.inputs import InputShape
    from cnncost.importers.sources import ModelRequest


class ImportedModel(NamedTuple):
    """A model, and what it was imported as."""

    model: Any
    """The module, in evaluation mode and without numbers."""
    shapes: Sequence[InputShape]
    """What it reads."""
    graph: Graph
    """Its layers."""


def import_model(request: ModelRequest) -> Graph:
    """The graph of a model: its Python code is run, without weights, and its operators are recorded.

    Raises:
        SpecError: PyTorch or the library is missing, the model fails, or it holds what cannot be imported; with the
            line of its code.
    """
    return import_from(find_factory(request.source), request).graph


def import_from(factory: Factory, request: ModelRequest) -> ImportedModel:
    """The same, of a factory that was found already, with the module.

    Raises:
        SpecError: as :func:`import_model`.
    """
    source = request.source
    model = construct(source, factory, request.arguments)
    shapes = input_shapes(source, factory, model, request.inputs)

    def translated(exported: Exported) -> Graph:
        limits = request.most_nodes
        return Translation(source.name, model, exported, shapes, limits, allows_gaps=request.partial).graph()

    exported = with_auxiliary(source, model, shapes, export(source, model, shapes))
    try:
        graph = translated(exported)
    except SpecError as error:
        if not exported.auxiliary:
            raise
        # Of evaluation everything may be known: translating changes the operators, so they are recorded again.
        graph = translated(in_doubt(export(source, model, shapes), error.message))
    return ImportedModel(model, shapes, graph)
