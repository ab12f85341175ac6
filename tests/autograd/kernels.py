"""What a GPU runs in one kernel, and fake tensors in pieces: the kernels that PyTorch takes there, by their operators.

Which kernel attention takes is asked of the device, and there is none: the choice is that of ``cuda/sdp_utils.cpp``.
What the kernels give back, and so what autograd keeps of them, is what PyTorch registers for their operators.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATEN = torch.ops.aten
_ATTENTION, _GRID = nn.functional.scaled_dot_product_attention, nn.functional.affine_grid


def attend(query: Any, key: Any, value: Any, *given: Any, is_causal: bool = False, **how: Any) -> Any:
    """Attention by the flash kernel, by the memory-efficient one, or in pieces where neither takes it.

    Given may be a mask, besides the dropout and whether it is causal, which `nn.MultiheadAttention` passes along.
    """
    mask = given[0] if given else None
    query, key, value, *masks = (_lower(x) for x in (query, key, value, mask) if x is not None)
    length, scale = query.shape[-1], how.get("scale") or query.shape[-1] ** -0.5
    half = query.dtype in (torch.bfloat16, torch.float16)
    if query.dim() == 4 and half and not masks and length == value.shape[-1] <= 256:
        padded = [nn.functional.pad(x, (0, -length % 8)) if length % 8 else x for x in (query, key, value)]
        flash = _ATEN._scaled_dot_product_flash_attention.default
        return flash(*padded, 0.0, is_causal, False, scale=scale)[0][..., :length]
    aligned = not any(x.shape[-1] * x.element_size() % 16 for x in (query, value))
    if query.dim() == 4 and aligned and query.shape[1] == key.shape[1]:
        bias = _aligned(masks[0]).expand(*query.shape[:3], key.shape[2]) if masks else None
        efficient = _ATEN._scaled_dot_product_efficient_attention.default
        return efficient(query, key, value, bias, True, 0.0, is_causal, scale=scale)[0]
    return _ATTENTION(query, key, value, *masks, is_causal=is_causal, **how)


def affine_grid(theta: Any, size: Any, align_corners: bool | None = None) -> Any:
    """The kernel multiplies by a product of matrices, which autocast runs in lower precision."""
    return _lower(_GRID(theta, size, align_corners))


def _lower(x: Any) -> Any:
    """What autocast makes of it."""
    return x.to(torch.get_autocast_dtype("cuda")) if torch.is_autocast_enabled("cuda") else x


def _aligned(mask: Any) -> Any:
    if not any(step % 8 for step in mask.stride()[:-1]):
        return mask
    keys = mask.shape[-1]
    return nn.functional.pad(mask, (0, 8 - keys % 8))[..., :keys]


@contextmanager
def kernels_of_a_gpu() -> Iterator[None]:
    """Where these run in place of PyTorch's functions."""
    with ExitStack() as stack:
        for name, kernel in (("scaled_dot_product_attention", attend), ("affine_grid", affine_grid)):
            stack.enter_context(patch.object(nn.functional, name, kernel))
        yield
