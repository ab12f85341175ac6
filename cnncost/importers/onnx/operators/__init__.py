"""ONNX's operators by families; importing this registers them all."""

from __future__ import annotations

from cnncost.importers.onnx.operators import (
    activations,
    arithmetic,
    contractions,
    normalisation,
    pooling,
    quantisation,
    rearrangements,
    reductions,
    selections,
)

__all__ = [
    "activations",
    "arithmetic",
    "contractions",
    "normalisation",
    "pooling",
    "quantisation",
    "rearrangements",
    "reductions",
    "selections",
]
