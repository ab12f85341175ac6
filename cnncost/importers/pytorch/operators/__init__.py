"""The operators of ATen, a module for each family; importing this registers them all."""

from cnncost.importers.pytorch.operators import (
    activations,
    arithmetic,
    constants,
    contractions,
    joins,
    normalisation,
    pooling,
    products,
    reductions,
    regularisation,
    resampling,
    sequences,
    shapes,
)

__all__ = [
    "activations",
    "arithmetic",
    "constants",
    "contractions",
    "joins",
    "normalisation",
    "pooling",
    "products",
    "reductions",
    "regularisation",
    "resampling",
    "sequences",
    "shapes",
]
