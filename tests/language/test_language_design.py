"""The specs of the language's design load as they stand and have the parameters of the architectures they describe."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncost.language.load import load
from tests.language.small import params

DESIGN = Path(__file__).parent.parent / "data" / "design"

PARAMS = {
    "resnet50": 25_557_032,
    "resnet50@resnet101": 44_549_160,
    "resnet50@resnet152": 60_192_808,
    "densenet121": 7_978_856,
    "densenet121@densenet169": 14_149_480,
    "densenet121@densenet201": 20_013_928,
    "efficientnet_b0": 5_288_548,
    "efficientnet_b0@efficientnet_b1": 7_794_184,
    "efficientnet_b0@efficientnet_b2": 9_109_994,
    "efficientnet_b0@efficientnet_b3": 12_233_232,
    "efficientnet_b0@efficientnet_b4": 19_341_616,
    "efficientnet_b0@efficientnet_b5": 30_389_784,
    "efficientnet_b0@efficientnet_b6": 43_040_704,
    "efficientnet_b0@efficientnet_b7": 66_347_960,
    "googlenet": 13_004_888,  # with both heads
    "googlenet@heads=false": 6_624_904,
    "unet": 31_037_698,
}
"""As PyTorch counts them on the definitions of torchvision, and of the common U-Net."""


@pytest.mark.parametrize("name", PARAMS)
def test_parameters(name: str) -> None:
    spec, at, rest = name.partition("@")
    graph = load(f"{DESIGN / spec}.yaml{at}{rest}")
    assert params(graph) == PARAMS[name]
    assert graph.warnings == ()


def test_every_spec_of_the_design_is_here() -> None:
    assert {path.stem for path in DESIGN.glob("*.yaml")} == {name.partition("@")[0] for name in PARAMS}
