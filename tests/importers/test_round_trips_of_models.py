"""A sample of `benchmarks/round_trips.py`: out as PyTorch code and back, in from torchvision and out as a module."""

from __future__ import annotations

import pytest

from benchmarks.round_trips import differences, outputs, round_trip
from cnncost import analyze, load

COMPUTED = "equal where something is computed"

SPECS = {
    "lenet5": "equal",
    "zfnet": "equal",
    "fcn32s": COMPUTED,  # a crop is two slices
    "p4cnn": COMPUTED,  # reshaped around the normalisation of groups
    "small_resnet": "equal",
    "mobilenet_v1_025": "equal",
    "shufflenet_g3_wd4": "equal",
    "googlenet_paper": "equal",  # auxiliary heads
    "unet": "equal",
    "wavenet_10": None,  # nine additions for one of ten inputs
}
"""What is said of their activations; ``None`` where they differ."""


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_comes_back_with_its_figures_in_their_order(name: str) -> None:
    verdict, activations = round_trip(name)
    assert verdict == "equal"
    assert SPECS[name] in (None, activations)


@pytest.mark.parametrize("name", ["squeezenet1_1", "resnet18", "shufflenet_v2_x0_5", "mobilenet_v3_small"])
def test_a_model_gives_the_same_as_the_module_of_its_spec(name: str) -> None:
    assert outputs(name)[0] == "equal"


def test_differences_are_found() -> None:
    first, second = load("lenet5"), load("lenet5", set={"classes": 11})
    found = list(differences(first, analyze(first), second, analyze(second)))
    assert found[0] == "params: 61706 became 61791"  # 84 weights and a bias
    assert found[-1].startswith("no layer or run of layers for ")
