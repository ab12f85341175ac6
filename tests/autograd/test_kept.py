"""What every layer type keeps for backward, against what autograd keeps of its counterpart: to the byte.

Storage by storage, in every number format, on the CPU and on tensors that look as if they lay on a GPU.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cnncost.layers import REGISTRY, Layer
from cnncost.layers.normalisation.batchnorm import BatchNormalisation
from cnncost.layers.recurrent import Recurrent
from tests.autograd.measured import CONDITIONS, Conditions, kept_by_counterpart, kept_by_tape, recorded
from tests.layers.strategies import PATIENT, Placement, fitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECURRENT = [name for name, kind in REGISTRY.items() if issubclass(kind, Recurrent)]
FITTING_AT_LEAST = 5
FEW = settings(PATIENT, max_examples=6, phases=[Phase.generate])


def runs(layer: Layer, conditions: Conditions) -> bool:
    """Whether PyTorch trains the layer, and does it on fake tensors as it does on a GPU."""
    if isinstance(layer, BatchNormalisation):
        return layer.eps > 0 or (layer.keyword == "batchnorm" and vars(layer)["fixed"])
    if layer.keyword in ("attention", "scaled_dot_product_attention"):
        return conditions.device == "cpu"  # builds for CPUs have none of the kernels, and multiply it out
    if layer.keyword == "affine_grid":
        return conditions.device == "cpu"  # it makes a real tensor
    return layer.keyword != "rrelu" or conditions != Conditions("cpu", "float16", "float16")  # it has no kernel


@contextmanager
def without_onednn() -> Iterator[None]:
    """What `torch.backends.mkldnn.flags` does, which warns of other processors besides."""
    enabled = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    try:
        yield
    finally:
        torch._C._set_mkldnn_enabled(enabled)


@pytest.mark.filterwarnings("ignore:Mismatch dtype between input and weight")  # of RMS norm in float16
@pytest.mark.parametrize("keyword", sorted({*REGISTRY}.difference(RECURRENT)))
def test_kept_storages_are_pytorchs(keyword: str) -> None:
    seen: list[Placement] = []

    @settings(PATIENT, max_examples=24, phases=[Phase.generate])
    @given(fitting(REGISTRY[keyword], largest=6), st.sampled_from(CONDITIONS))
    def compare(placement: Placement, conditions: Conditions) -> None:
        layer, xs = placement
        if min(layer.output(*xs).dims) < 1 or not runs(layer, conditions):
            return
        assert kept_by_tape(layer, xs, conditions) == kept_by_counterpart(layer, xs, conditions)
        seen.append(placement)

    compare()
    assert len(seen) >= FITTING_AT_LEAST


@pytest.mark.parametrize("keyword", RECURRENT)
@pytest.mark.parametrize("conditions", [Conditions("cpu"), Conditions("cpu", "bfloat16", "bfloat16")], ids=str)
def test_recurrent_layers_keep_as_much_as_their_equations_written_out(keyword: str, conditions: Conditions) -> None:
    """oneDNN's kernel puts the same into a space of its own, whose size depends on the processor."""

    @FEW
    @given(fitting(REGISTRY[keyword], largest=6))
    def compare(placement: Placement) -> None:
        with without_onednn():
            sizes, dtype = kept_by_counterpart(*placement, conditions)
        ours, ours_dtype = kept_by_tape(*placement, conditions)
        assert (sum(ours), ours_dtype) == (sum(sizes), dtype)

    compare()


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_parameters_and_buffers_are_those_of_the_module(keyword: str) -> None:
    @FEW
    @given(fitting(REGISTRY[keyword], largest=6))
    def compare(placement: Placement) -> None:
        layer, xs = placement
        if min(layer.output(*xs).dims) < 1:
            return
        tape, _ = recorded(layer, xs, Conditions("cpu"))
        ours = Counter((weight.trained, weight.elements) for weight in tape.weights.values() if weight.elements)
        with torch.device("meta"):
            module = layer.counterpart(torch.nn, *xs)
        if isinstance(module, torch.nn.Module):
            assert ours == _sizes(module.parameters(), trained=True) + _sizes(module.buffers(), trained=False)
        else:
            assert not ours

    compare()


def _sizes(tensors: Iterable[torch.Tensor], *, trained: bool) -> Counter[tuple[bool, int]]:
    return Counter((trained, tensor.numel()) for tensor in tensors if tensor.numel())
