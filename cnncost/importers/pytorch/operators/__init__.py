"""The operators of ATen, a module for each family; importing this registers them all."""

from cnncost.importers.pytorch.operators import (
    activations,
    contractions,
    joins,
    normalisation,
    pooling,
    regularisation,
    shapes,
)

__all__ = ["activations", "contractions", "joins", "normalisation", "pooling", "regularisation", "shapes"]
