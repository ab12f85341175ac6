"""The operators of ATen, a module for each family; importing this registers them all."""

from cnncost.importers.pytorch.operators import (
    normalisation,
    pooling,
    regularisation,
    resampling,
    sampling,
    sequences,
)
from cnncost.importers.pytorch.operators.elements import activations, arithmetic, comparisons, constants, reductions
from cnncost.importers.pytorch.operators.matrices import contractions, products
from cnncost.importers.pytorch.operators.places import indexing, joins, shapes, turns, writes

__all__ = [
    "activations",
    "arithmetic",
    "comparisons",
    "constants",
    "contractions",
    "indexing",
    "joins",
    "normalisation",
    "pooling",
    "products",
    "reductions",
    "regularisation",
    "resampling",
    "sampling",
    "sequences",
    "shapes",
    "turns",
    "writes",
]
