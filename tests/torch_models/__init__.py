"""PyTorch definitions of every shipped architecture: what our figures are held to.

torchvision's, timm's and others' own models where they have them; the rest is typed here from the papers and the course
notes, in plain PyTorch and without a line of cnncost. They stand in folders as the specs do, by task;
each module has its own `REFERENCES`, and those here are all of them, by the shipped name.

>>> count("lenet5")
Counts(params=61706, buffers=0, macs=416520)
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.torch_models.reference import Reference, Shape, torchvision

__all__ = ["REFERENCES", "Counts", "Reference", "Shape", "count", "torchvision"]

REFERENCES: dict[str, Reference] = {}
for path in sorted(Path(__file__).parent.glob("*/*.py")):
    family = import_module(f"{__name__}.{path.parent.name}.{path.stem}")
    assert not REFERENCES.keys() & family.REFERENCES.keys()
    REFERENCES.update(family.REFERENCES)


class Counts(NamedTuple):
    """Elements of all parameters and buffers, and multiply-accumulates of one sample in evaluation mode."""

    params: int
    buffers: int
    macs: int


def count(name: str) -> Counts:
    """What PyTorch counts for a shipped architecture: on meta tensors, so that nothing is computed.

    On them attention is made of matrix products, which torch counts. On a CPU its fused kernels would count nothing.
    """
    reference = REFERENCES[name]
    with torch.device("meta"):
        model, samples = reference.factory().eval(), [torch.empty(1, *shape) for shape in reference.shapes]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(*samples)
    return Counts(
        params=sum(parameter.numel() for parameter in model.parameters()),
        buffers=sum(buffer.numel() for buffer in model.buffers()),
        macs=counter.get_total_flops() // 2,
    )
