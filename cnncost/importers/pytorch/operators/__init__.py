"""The operators of ATen, a module for each family; importing this registers them all."""

from cnncost.importers.pytorch.operators import (
    activations,
    arithmetic,
    comparisons,
    constants,
    contractions,
    joins,
    normalisation,
    pooling,
    products,
    reductions,
    regularisation,
    resampling,
    sampling,
    sequences,
    shapes,
)

__all__ = [
    "activations",
    "arithmetic",
    "comparisons",
    "constants",
    "contractions",
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
]
