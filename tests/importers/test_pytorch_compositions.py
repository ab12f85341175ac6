"""Layers that PyTorch computes in several operators are one layer again, and what only looks like them is none."""

import pytest
import torch
from torch import nn

from cnncost import build, load
from cnncost.layers import REGISTRY
from tests.importers import composed_models

MODELS = "tests.importers.composed_models"


@pytest.mark.parametrize("size", [[8, 6, 6], [8, 6]])
def test_local_response_norm(size: list[int]) -> None:
    graph = load(f"{MODELS}:Normalised", input=size)
    assert [(node.name, node.layer) for node in graph.layers] == [
        ("norm", REGISTRY["local_response_norm"](size=5, alpha=0.01, beta=0.5, k=2.0)),
        ("local_response_norm", REGISTRY["local_response_norm"](size=3)),
    ]


def test_local_response_norm_by_hand() -> None:
    graph = load(f"{MODELS}:NormalisedByHand", input=[8, 6, 6])
    assert [node.layer for node in graph.layers] == [REGISTRY["local_response_norm"](size=3)]


def test_channel_shuffles() -> None:
    graph = load(f"{MODELS}:Shuffled", input=[8, 6, 6])
    assert [node.layer for node in graph.layers] == [
        REGISTRY["channel_shuffle"](groups=2),
        REGISTRY["channel_shuffle"](groups=4),
    ]


@pytest.mark.parametrize("model", ["OtherQuotient", "Turned"])
def test_what_only_looks_like_them(model: str) -> None:
    types = {node.type for node in load(f"{MODELS}:{model}", input=[8, 6, 6]).layers}
    assert not types & {"local_response_norm", "channel_shuffle"}


@pytest.mark.parametrize("model", ["Normalised", "NormalisedByHand", "Shuffled", "Turned"])
def test_outputs_are_those_of_the_model(model: str) -> None:
    x = torch.randn(2, 8, 6, 6, generator=torch.Generator().manual_seed(0))
    theirs: nn.Module = getattr(composed_models, model)()
    ours = build(load(f"{MODELS}:{model}", input=[8, 6, 6]))
    torch.testing.assert_close(ours(x), theirs(x))
