"""Every layer type against its counterpart in PyTorch: shape, parameters, buffers, multiply-accumulates, refusals."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from cnncost.errors import LayerError
from cnncost.layers import REGISTRY, Layer, Tensor
from tests.layers.strategies import PATIENT, Placement, fitting, placements

BATCH = 2
FITTING_AT_LEAST = 5

# What we refuse and PyTorch would run, by the start of the message: no layer of the language, or a likely mistake.
_FORM = "the weights of"  # one form is enough for any network that there is
OUR_RULES = {
    **dict.fromkeys(("conv", "conv_transpose"), (_FORM,)),
    "linear": (_FORM, "`linear` takes a flat"),
    "avgpool": ("`avgpool` pads both sides alike",),
    "maxpool": ("padding of",),  # PyTorch has the rule for equal sides, we for each side
    "groupnorm": ("`groupnorm` needs more than one element",),  # PyTorch in a batch of 1 only
    "group_conv": ("kernel [", "the 4 elements", "the 8 elements"),  # the counterpart is ours alone
    "deform_conv": ("offsets", "masks"),  # likewise
    "affine_grid": ("an affine map of 1",),  # the numbers may lie in any shape
    "max_unpool": ("maxima of a pool", "`max_unpool` reads"),  # likewise
    "upsample": ("`upsample` needs one of",),
    "parameter": ("`parameter` of tokens", "`parameter` has 1 to 8", "what `parameter` is computed from"),
    "slice": ("`slice` from", "`slice` stops"),  # PyTorch makes an empty tensor, and cuts off what is beyond
    "select": ("`select` of",),  # one number of a sample
    "variance": ("`variance` of",),  # not a number in PyTorch
    "vector_norm": ("`vector_norm` has an `order`",),  # PyTorch counts what is not 0
    "scaled_dot_product_attention": tuple(
        f"`scaled_dot_product_attention` {verb}" for verb in ("reads", "takes")
    ),  # PyTorch takes the batch for an axis
    "prelu": ("`prelu` has no slope per channel on tokens",),  # PyTorch takes the tokens for channels
    "crop": ("`crop` to",),
    "clamp": ("`high` of",),  # PyTorch gives `high` everywhere
    "scale": ("`scale` needs one of", "`scale` is by"),
    "shift": ("`shift` needs one of", "`shift` is by"),
    "batchnorm": ("`batchnorm` without a gain",),
    "matmul": ("`matmul` multiplies two outputs", "`matmul` multiplies matrices"),  # a flat batch would be one matrix
    "einsum": tuple(f"`{letter}` of" for letter in "cdefghCDEFGH"),  # PyTorch repeats an axis of size 1
}


def our_rules(keyword: str) -> tuple[str, ...]:
    """Starts of messages: of a layer's own rules, and of those about axes.

    A word for an axis that is not there, or not the only one; axes that are named twice; and that none is left.
    """
    about_axes = (f"`{keyword}` along", f"`{keyword}` has no axis", "`axes` of", f"`{keyword}` over all axes")
    return (*OUR_RULES.get(keyword, ()), *about_axes)


def batch(x: Tensor, device: str) -> torch.Tensor:
    return torch.ones(BATCH, *x.dims, device=device)


def run(placement: Placement, device: str = "meta") -> tuple[Any, torch.Tensor]:
    """The counterpart in evaluation mode, and what it makes of a batch."""
    with torch.device(device):
        model = placement.layer.counterpart(torch.nn, *placement.xs)
        if isinstance(model, torch.nn.Module):
            model.eval()
        return model, model(*[batch(x, device) for x in placement.xs] or [BATCH])


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_shape_parameters_buffers_and_macs_are_pytorchs(keyword: str) -> None:
    seen = []

    @settings(PATIENT, max_examples=20)
    @given(fitting(REGISTRY[keyword]))
    def compare(placement: Placement) -> None:
        layer, xs = placement
        y = layer.output(*xs)
        if min(y.dims) < 1:  # the graph refuses an axis that reaches zero, as PyTorch does or writes nothing
            with suppress(RuntimeError):
                assert run(placement)[1].numel() == 0
            return
        with FlopCounterMode(display=False) as counter:
            model, output = run(placement)
        assert tuple(output.shape) == (BATCH, *y.dims)
        state = model if isinstance(model, torch.nn.Module) else torch.nn.Identity()
        assert layer.parameters(*xs) == sum(parameter.numel() for parameter in state.parameters())
        assert sum(layer.buffers(*xs)) == sum(buffer.numel() for buffer in state.buffers())
        assert 2 * BATCH * layer.operations(*xs, y=y).mac == counter.get_total_flops()
        seen.append(placement)

    compare()
    assert len(seen) >= FITTING_AT_LEAST


@pytest.mark.parametrize(
    "keyword", [name for name, kind in REGISTRY.items() if kind.weight_shape is not Layer.weight_shape]
)
def test_the_sizes_of_weights_are_pytorchs(keyword: str) -> None:
    @settings(PATIENT, max_examples=20)
    @given(fitting(REGISTRY[keyword]))
    def compare(placement: Placement) -> None:
        sizes = placement.layer.weight_shape(*placement.xs)
        with torch.device("meta"):
            model = placement.layer.counterpart(torch.nn, *placement.xs)
        tensors = [(*part._parameters.items(), *part._buffers.items()) for part in model.modules()]
        weights = [tuple(tensor.shape) for each in tensors for name, tensor in each if name == "weight"]
        assert weights == ([] if sizes is None else [sizes])

    compare()


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_what_a_layer_refuses_pytorch_refuses(keyword: str) -> None:
    @settings(PATIENT, max_examples=20)
    @given(placements(REGISTRY[keyword], largest=6))
    def compare(placement: Placement) -> None:
        try:
            placement.layer.check(*placement.xs)
        except LayerError as error:
            if error.message.startswith(our_rules(keyword)):
                return
            with pytest.raises((RuntimeError, ValueError, AssertionError, IndexError, NotImplementedError)):
                run(placement, "cpu")

    compare()


@pytest.mark.parametrize("keyword", ["conv", "group_conv"])
def test_columns_are_those_of_unfold(keyword: str) -> None:
    layer = REGISTRY[keyword].make({"out": 4, "kernel": 3, "stride": 2, "padding": 2, "dilation": 2}, rank=2)
    x = Tensor(8, (17, 12))
    columns = torch.nn.functional.unfold(batch(x, "meta"), 3, dilation=2, padding=2, stride=2)
    assert BATCH * layer.column_elements(x, y=layer.output(x)) == columns.numel()


def test_columns_of_a_transposed_convolution_fold_into_its_output() -> None:
    layer, x = REGISTRY["conv_transpose"].make({"out": 5, "kernel": 3, "stride": 2}, rank=2), Tensor(8, (7, 6))
    y = layer.output(x)
    columns = torch.nn.functional.unfold(batch(y, "meta"), 3, stride=2)  # the fold runs backwards, from x to y
    assert BATCH * layer.column_elements(x, y=y) == columns.numel()


@pytest.mark.parametrize("keyword", ["maxpool", "adaptive_maxpool", "global_maxpool"])
def test_indices_are_those_that_pytorch_returns(keyword: str) -> None:
    field = {"maxpool": {"kernel": 3, "stride": 2}, "adaptive_maxpool": {"size": [3, 2]}, "global_maxpool": {}}
    layer, x = REGISTRY[keyword].make(field[keyword], rank=2), Tensor(8, (7, 6))
    pool = layer.counterpart(torch.nn, x)
    pool.return_indices = True
    _, indices = pool(batch(x, "meta"))
    assert BATCH * layer.index_elements(x, y=layer.output(x)) == indices.numel()
