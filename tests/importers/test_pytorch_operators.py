"""Operators that are no layers of PyTorch: parameters of the module, multiply-accumulates of PyTorch's counter."""

from __future__ import annotations

import csv
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnncost import analyze, build, load, verify
from cnncost.errors import SpecError
from cnncost.importers.pytorch.translation.registry import OPERATORS, base_name
from tests.importers import operator_models

MODELS = "tests.importers.operator_models"

# Operators of the 135 convolutional networks of torchvision 0.28 and timm 1.0 that PyTorch 2.13 was seen to export, and
# in how many each is; a third of all, chosen at random, is not among them.
with (Path(__file__).parent.parent / "data" / "imported_operators.csv").open(newline="") as _table:
    IN_NETWORKS = [row["operator"] for row in csv.DictReader(_table)]

WITHOUT_INPUT = {"getitem", "_assert_tensor_metadata", "meshgrid", "linspace", "eye"}
"""Operators that no input goes through: they pick one of several results, check a type, or make a constant."""


def test_operators_of_networks_are_known() -> None:
    """Whatever their overload, and in place too: a name stands for all of them."""
    import_module("cnncost.importers.pytorch.operators")  # registers them
    names = [SimpleNamespace(_schema=SimpleNamespace(name=f"aten::{name}")) for name in IN_NETWORKS]
    missing = {base_name(name)[0] for name in names} - OPERATORS.keys() - WITHOUT_INPUT
    assert len(names) > 80
    assert not missing


COUNTED = (
    "Sampled Products Masked Repeated Marked Queried Computed Indexed Turned Biased Boxes Written Cells States Typed"
)


@pytest.mark.parametrize("name", COUNTED.split())
def test_figures_are_those_of_pytorch(name: str) -> None:
    graph = load(f"{MODELS}:{name}", input=[3, 8, 8])
    totals = analyze(graph).totals
    with torch.device("meta"):
        model, x = getattr(operator_models, name)().eval().requires_grad_(False), torch.empty(1, 3, 8, 8)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        y = model(x)
    assert totals.params == sum(parameter.numel() for parameter in model.parameters())
    assert totals.buffers == sum(buffer.numel() for buffer in model.buffers())
    assert totals.macs == counter.get_total_flops() / 2 > 0
    assert graph.nodes[-1].y.elements == y.numel()
    assert verify(graph, device="meta").passed


@pytest.mark.parametrize("name", ["Boxes", "Turned", "Computed"])
def test_the_layers_compute_what_the_model_does(name: str) -> None:
    """With the same numbers in tensors of as many elements, of which no two are alike."""
    torch.manual_seed(0)
    model = getattr(operator_models, name)().eval()
    built = build(load(f"{MODELS}:{name}", input=[3, 8, 8])).eval()
    for stored, own in ((model.parameters(), built.parameters()), (model.buffers(), built.buffers())):
        numbers = {tensor.numel(): tensor.data.copy_(torch.rand(tensor.shape)) for tensor in stored}
        for tensor in own:
            number = numbers[tensor.numel()]
            turned = number.dim() > 1 and tuple(tensor.shape) == tuple(number.shape)[::-1]  # x @ matrix
            tensor.data.copy_((number.T if turned else number).reshape(tensor.shape))
    x = torch.rand(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.allclose(model(x), built(x), rtol=1e-4)


def test_a_view_that_is_read_when_its_numbers_are_others_is_refused() -> None:
    says = "`copy_` overwrites what is read later through another view of it, which cannot be imported"
    with pytest.raises(SpecError) as refused:
        load(f"{MODELS}:Stale", input=[3, 8, 8])
    assert refused.value.message == says
    assert "y[:, 0] = y[:, 1]" in str(refused.value)


def test_complex_numbers_are_refused() -> None:
    says = "`fft_rfft2` cannot be imported: it works on complex numbers, and layers are real"
    with pytest.raises(SpecError) as refused:
        load(f"{MODELS}:Spectral", input=[3, 8, 8])
    assert refused.value.message == says
    assert "torch.fft.rfft2(self.conv(x))" in str(refused.value)


def test_a_first_state_that_is_computed_is_refused() -> None:
    with pytest.raises(SpecError, match="`gru` cannot be imported: its first state is what another layer gives"):
        load(f"{MODELS}:Seeded", input=[3, 8, 8])


def test_a_bilinear_form_is_a_product_with_its_weights() -> None:
    """PyTorch's counter does not look into it: a matrix of 5 x 8 rows and 3 columns for each of the 64 tokens."""
    totals = analyze(f"{MODELS}:Mixed", input=[3, 8, 8]).totals
    assert totals.params == 5 * 3 * 8 + 5
    assert totals.macs == 64 * 5 * 3 * 8


def test_deformable_convolutions() -> None:
    """As many multiply-accumulates as the convolutions whose elements stay where they are."""
    totals = analyze("tests.importers.deformed_models:Deformed", input=[4, 8, 8]).totals
    first, second = 6 * 2 * 9, 5 * 6 * 4
    around = 36 * 4 * 9 + 18 * 4 * 9
    assert totals.params == around + 36 + 18 + first + 6 + 8 * 6 + 8 + second
    assert totals.macs == 64 * (around + first) + 16 * (8 * 6 + second)


def test_a_convolution_by_computed_weights_has_none_of_its_own() -> None:
    """A product with the windows; a kernel of one element needs none."""
    graph = load(f"{MODELS}:Computed", input=[3, 8, 8])
    types = [node.type for node in graph.layers]
    assert (types.count("unfold"), types.count("matmul")) == (1, 2)
    with pytest.raises(SpecError, match="its weights depend on the input, and it mixes the samples"):
        load(f"{MODELS}:Correlated", input=[3, 8, 8])


def test_what_is_chosen_takes_operations() -> None:
    """A number in place of another is a product with what is left, and a sum with what comes there."""
    types = [node.type for node in load(f"{MODELS}:Masked", input=[3, 8, 8]).layers]
    assert types[:4] == ["conv", "parameter", "add", "softmax"]
    assert types[4:8] == ["neg", "shift", "sign", "relu"]  # not: 0.5 is greater


def test_places_of_a_grid_are_channels() -> None:
    layers = load(f"{MODELS}:Sampled", input=[3, 8, 8]).layers
    assert [node.y.dims for node in layers if node.type == "grid_sample"] == [(4, 8, 8), (4, 6, 5)]
    assert [node.y.dims for node in layers if node.type == "permute"] == [(8, 8, 2), (2, 8, 8), (2, 6, 5)]


def test_layers_that_make_weights_are_told() -> None:
    graph = load(f"{MODELS}:Generated", input=[3, 8, 8])
    assert analyze(graph).totals.macs == 64 * 4 * 3 * 9
    assert analyze(graph).totals.params == 5 + 5 * 108 + 108
    says = f"layers that read no input take {5 * 108} multiply-accumulates, once for all samples: they are not counted"
    assert graph.warnings == (says,)


def test_layers_that_read_no_input_are_layers() -> None:
    """PyTorch runs them at every pass, and once for a batch: two linear layers for 15 places, a convolution of 64."""
    graph = load(f"{MODELS}:Biased", input=[3, 8, 8])
    once = 15 * (2 * 16 + 16 * 2) + 2 * 8 * 8 * 15 + 64 * 2 * 8
    says = f"layers that read no input take {once:,} multiply-accumulates"
    assert graph.warnings == (f"{says}: counted for each sample, and PyTorch computes them once for a batch",)
    names = [node.name for node in graph.layers if node.type in {"linear", "einsum", "conv"}]
    assert names == ["mlp[0]", "mlp[2]", "einsum", "encode", "conv"]


def test_an_operator_that_is_not_known_is_refused() -> None:
    with pytest.raises(SpecError, match="the operator `erfinv` is not known"):
        load(f"{MODELS}:Unheard", input=[3, 8, 8])
