"""A model in PyTorch as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cnncost.importers.pytorch.operators  # noqa: F401 - registers them
from cnncost.importers.pytorch.model.construct import construct
from cnncost.importers.pytorch.model.export import export
from cnncost.importers.pytorch.model.factories import find_factory
from cnncost.importers.pytorch.model.inputs import input_shapes
from cnncost.importers.pytorch.translation.translate import Translation

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.importers.sources import ModelRequest


def import_model(request: ModelRequest) -> Graph:
    """The graph of a model: its Python code is run, without weights, and its operators are recorded.

    Raises:
        SpecError: PyTorch or the library is missing, the model fails, or it holds what cannot be imported; with the
            line of its code.
    """
    source = request.source
    factory = find_factory(source)
    model = construct(source, factory, request.arguments)
    shapes = input_shapes(source, factory, model, request.inputs)
    exported = export(source, model, shapes)
    return Translation(source.name, model, exported, shapes, request.most_nodes, allows_gaps=request.partial).graph()
