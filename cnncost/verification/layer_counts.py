"""One layer in PyTorch, by itself: the shape it writes, and what torch counts forward and backward."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from math import lcm
from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FLOPS_PER_MAC = 2
"""FlopCounterMode counts a multiply-accumulate as two."""


class LayerCounts(NamedTuple):
    """What PyTorch says of one layer."""

    shape: tuple[int, ...]
    """Of the output, with the batch."""
    bytes: int
    """Of the output."""
    macs: int
    """Multiply-accumulates of the forward pass."""
    weight_macs: int
    """Multiply-accumulates of the gradients of its weights."""
    input_macs: int
    """Multiply-accumulates of the gradients of its inputs, as far as training needs them."""
    depends: bool
    """Whether the output depends on anything that is trained."""
    groups: int = 1
    """The factor by which torch counted the weight gradient too high; 1 where it is right."""


def count_layer(module: Any, inputs: Sequence[Any], trained: Sequence[bool], samples: int) -> LayerCounts:
    """Run a layer forward and backward under FlopCounterMode.

    Its gradients are asked for one by one: those of its weights are what asking for them adds to asking for the inputs
    alone. All the rest belongs to the inputs, such as attention's way back to its own projections.

    Args:
        module: the layer.
        inputs: what it reads, as leaves that require gradients.
        trained: which of the inputs depend on something trained, and so need a gradient.
        samples: how many there are, which is all that a layer is told that reads nothing.

    Raises:
        RuntimeError, ValueError: PyTorch refuses the inputs.
    """
    with flop_counter() as counter:
        y = module(*[x.clone() for x in inputs] or [samples])  # PyTorch lets nothing overwrite a leaf
    weights = [weight for weight in module.parameters() if weight.requires_grad]
    needed = [x for x, depends in zip(inputs, trained, strict=True) if depends]
    both, reached = _backward(y, [*needed, *weights])
    weight_gradient = _backward(y, [*inputs, *weights])[0] - _backward(y, inputs)[0] if weights else 0
    groups = _counted_too_high(module) if weight_gradient else 1
    return LayerCounts(
        tuple(y.shape),
        y.nbytes,
        counter.get_total_flops() // FLOPS_PER_MAC,
        weight_gradient // groups // FLOPS_PER_MAC,
        (both - weight_gradient) // FLOPS_PER_MAC,
        reached,
        groups,
    )


def flop_counter() -> Any:
    """A FlopCounterMode that prints nothing."""
    from torch.utils.flop_counter import FlopCounterMode

    return FlopCounterMode(display=False)


@contextmanager
def countable_kernels() -> Iterator[None]:
    """A context in which attention and LSTMs are made of matrix products, which torch counts on every device.

    Their fused kernels are counted on some devices only: those of a CPU count nothing.
    """
    from torch.nn.attention import SDPBackend, sdpa_kernel

    onednn = import_torch().backends.mkldnn
    before = onednn.enabled
    onednn.enabled = False
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        onednn.enabled = before


def _backward(y: Any, wanted: Sequence[Any]) -> tuple[int, bool]:
    """What torch counts for the gradients of `y` with respect to what is wanted, and whether there are any."""
    torch = import_torch()
    if not wanted or not y.requires_grad:
        return 0, False
    with flop_counter() as counter:
        gradients = torch.autograd.grad(y, wanted, torch.ones_like(y), retain_graph=True, allow_unused=True)
    return counter.get_total_flops(), any(gradient is not None for gradient in gradients)


def _counted_too_high(module: Any) -> int:
    """The factor by which torch counts the weight gradient of a layer too high: its groups, which it forgets."""
    if not _torch_forgets_groups():
        return 1
    convolutions = [part for part in module.modules() if isinstance(part, import_torch().nn.modules.conv._ConvNd)]
    return lcm(*[convolution.groups for convolution in convolutions])


@cache
def _torch_forgets_groups() -> bool:
    """Whether this torch counts a grouped weight gradient as if there were one group.

    Two channels, two groups, one position: two multiply-accumulates, one for each weight.
    """
    torch = import_torch()
    with torch.device("meta"):
        convolution = torch.nn.Conv1d(2, 2, 1, groups=2, bias=False)
        counted, _ = _backward(convolution(torch.empty(1, 2, 1)), list(convolution.parameters()))
    return bool(counted != 2 * FLOPS_PER_MAC)
