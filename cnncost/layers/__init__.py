"""The layer types of the language: one class each, a file for each family.

>>> REGISTRY["avgpool"].signature()
'avgpool(kernel, stride=kernel, padding=0, ceil=false, count_include_pad=true)'
"""

from __future__ import annotations

from cnncost.layers import (
    activation,
    arithmetic,
    embedding,
    group,
    parameter,
    recurrent,
    reductions,
    regularisation,
    running,
    softmax,
    token,
)
from cnncost.layers.base.costs import Buffers, Operations
from cnncost.layers.base.layer import REGISTRY, Layer
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import (
    Beside,
    Contracted,
    Dealt,
    Folded,
    Grouped,
    Picked,
    Reach,
    Reads,
    Relabelling,
    Shifted,
    Unfolded,
    Window,
)
from cnncost.layers.contractions import conv, linear
from cnncost.layers.joins import attention, concat, join, product
from cnncost.layers.normalisation import batchnorm, norm, norm_length
from cnncost.layers.pooling import pool, pool_adaptive, unpool
from cnncost.layers.sampling import deform, gather, grid, unfold
from cnncost.layers.shapes import along, extent, order, resize
from cnncost.layers.shapes.split import SPLITS, STEP_TYPES, SplitStep

__all__ = [
    "REGISTRY",
    "SPLITS",
    "STEP_TYPES",
    "Beside",
    "Buffers",
    "Contracted",
    "Dealt",
    "Folded",
    "Grouped",
    "Layer",
    "Operations",
    "Picked",
    "Reach",
    "Reads",
    "Relabelling",
    "Shifted",
    "SplitStep",
    "Tensor",
    "Unfolded",
    "Window",
    "activation",
    "along",
    "arithmetic",
    "attention",
    "batchnorm",
    "concat",
    "conv",
    "deform",
    "embedding",
    "extent",
    "gather",
    "grid",
    "group",
    "join",
    "linear",
    "norm",
    "norm_length",
    "order",
    "parameter",
    "pool",
    "pool_adaptive",
    "product",
    "recurrent",
    "reductions",
    "regularisation",
    "resize",
    "running",
    "softmax",
    "token",
    "unfold",
    "unpool",
]
