"""Convolutions by weights that other layers compute: a product with the windows, each sample by its own weights."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.values import Activation, Weight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.importers.pytorch.translation.call import Call


def convolved(call: Call, x: Activation, weight: Activation, fields: Mapping[str, Any]) -> Activation:
    """The windows as columns, and the product of the weights with them (CondConv, Yang et al. 2019, section 3).

    PyTorch convolves a batch by weights of its own for each sample as one sample, whose groups are the samples.

    Args:
        call: of the convolution.
        x: what is convolved, [1, B C, ...], or [B, C, ...] where the weights are those of all samples.
        weight: [B O, C / g, ...], or [O, C / g, ...].
        fields: of the convolution: the lists `kernel`, `stride`, `padding` and `dilation`.

    Raises:
        SpecError: the samples of the batch are convolved with each other.
    """
    folded = _folds_batch(call, x, weight)
    samples = call.batch.size if folded else 1
    channels, out, groups = (size // samples for size in (x.shape[1], weight.shape[0], call["groups"]))
    kernel, positions = fields["kernel"], prod(call.shape[2:])
    column = channels // groups * prod(kernel)
    columns = call.reshaped(x, [channels, *x.shape[2:]])
    if any(fields[name] != [one] * len(kernel) for name, one in (("kernel", 1), ("stride", 1), ("padding", 0))):
        window = {name: fields[name] for name in ("kernel", "stride", "padding", "dilation")}
        unfolded = (call.batch.size, channels * prod(kernel), positions)
        columns = call.layer("unfold", window, columns, name=False, shape=unfolded)
    alone = [groups] if groups > 1 else []
    rows = call.reshaped(weight, [*alone, out // groups, column])
    columns = call.reshaped(columns, [*alone, column, positions])
    shape = (call.batch.size, *alone, out // groups, positions)
    product = call.layer("matmul", {}, rows, columns, shape=shape)
    return _biased(call, call.reshaped(product, call.dims)._replace(shape=call.shape), out)


def _folds_batch(call: Call, x: Activation, weight: Activation) -> bool:
    """Whether the samples are groups of the convolution, instead of samples."""
    axes = call.batch.axis(x.shape), call.batch.axis(weight.shape)
    if call.batch.size == 1 or axes == (0, None):
        return False
    if axes == (1, 0) and x.shape[0] == 1 and call["groups"] % call.batch.size == 0:
        return True
    raise call.unsupported("its weights depend on the input, and it mixes the samples")


def _biased(call: Call, y: Activation, out: int) -> Activation:
    bias = call["bias"]
    if bias is None:
        return y
    ones = [1] * (len(call.shape) - 2)
    if isinstance(bias, Weight):
        return call.joined("add", y, bias._replace(shape=(*bias.shape, *ones)))
    beside = call.reshaped(bias, [*[1] * (len(call.dims) - 1 - len(ones)), out, *ones])
    return call.layer("add", {}, y, beside)
