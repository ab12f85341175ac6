"""What a layer calls biases is what PyTorch calls so."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings

from cnncost.layers import REGISTRY
from tests.layers.strategies import PATIENT, Placement, fitting


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_biases_are_pytorchs(keyword: str) -> None:
    @settings(PATIENT, max_examples=15)
    @given(fitting(REGISTRY[keyword]))
    def compare(placement: Placement) -> None:
        with torch.device("meta"):
            model = placement.layer.counterpart(torch.nn, *placement.xs)
        named = model.named_parameters() if isinstance(model, torch.nn.Module) else ()
        biases = [parameter.numel() for name, parameter in named if "bias" in name.rpartition(".")[2]]
        assert placement.layer.biases(*placement.xs) == sum(biases)

    compare()
