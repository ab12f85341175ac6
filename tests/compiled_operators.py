"""torchvision, which imports here although its compiled operators may not fit the installed torch."""

from __future__ import annotations

from typing import Any

import torch


def import_torchvision() -> Any:
    """torchvision. Its models need none of its operators, but its import registers shape rules for two of them.

    Raises:
        ImportError: it is not installed.
    """
    try:
        import torchvision
    except RuntimeError:
        for name in ("nms", "qnms"):
            torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
    return torchvision
