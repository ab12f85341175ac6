"""How long a step takes on a device: the kernels that it runs, and the time that each of them needs."""

from __future__ import annotations

from cnncost.roofline.kernels import Kernel
from cnncost.roofline.prediction import KernelTime, LayerTime, Prediction, batch_without_launches, predict, predict_on
from cnncost.roofline.recording import kernels_of

__all__ = [
    "Kernel",
    "KernelTime",
    "LayerTime",
    "Prediction",
    "batch_without_launches",
    "kernels_of",
    "predict",
    "predict_on",
]
