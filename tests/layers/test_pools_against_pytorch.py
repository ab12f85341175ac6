"""Pools whose windows are larger than the map, hang over its end or lie in the padding: refused where PyTorch does."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch

from cnncost.errors import LayerError
from cnncost.graph.inference import infer_output
from cnncost.layers import REGISTRY, Tensor

MODULES = {
    "maxpool": (torch.nn.MaxPool1d, torch.nn.MaxPool2d, torch.nn.MaxPool3d),
    "avgpool": (torch.nn.AvgPool1d, torch.nn.AvgPool2d, torch.nn.AvgPool3d),
}
SWEEP = 400


def drawn(random: Random, keyword: str, rank: int) -> tuple[dict[str, Any], list[int]]:
    """Fields of a pool, and the sizes of a map that is often too small for it."""

    def numbers(low: int, high: int) -> list[int]:
        return [random.randint(low, high) for _ in range(rank)]

    fields: dict[str, Any] = {"kernel": numbers(1, 5), "stride": numbers(1, 6), "ceil": random.random() < 0.5}
    fields["padding"] = numbers(0, 3) if random.random() < 0.6 else [0] * rank
    if keyword == "maxpool":
        fields["dilation"] = numbers(1, 3) if random.random() < 0.5 else [1] * rank
    else:
        fields["count_include_pad"] = random.random() < 0.5
    return fields, numbers(1, 6)


def ours(keyword: str, fields: dict[str, Any], sizes: list[int]) -> tuple[int, ...] | None:
    try:
        return infer_output(REGISTRY[keyword].make(fields, len(sizes)), (Tensor(2, tuple(sizes)),)).dims
    except LayerError:
        return None


def pytorchs(keyword: str, fields: dict[str, Any], sizes: list[int], device: str) -> tuple[int, ...] | None:
    named = {
        "ceil_mode" if name == "ceil" else "kernel_size" if name == "kernel" else name: fields[name] for name in fields
    }
    pool = MODULES[keyword][len(sizes) - 1](**named)
    try:
        return tuple(pool(torch.zeros(1, 2, *sizes, device=device)).shape[1:])
    except RuntimeError:
        return None


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("keyword", MODULES)
def test_pools_are_refused_exactly_where_pytorch_refuses_them(keyword: str, rank: int) -> None:
    """In inference: with dilated windows that see nothing but padding, PyTorch's backward writes where it must not."""
    random, refused = Random(rank), 0
    for _ in range(SWEEP):
        fields, sizes = drawn(random, keyword, rank)
        found = ours(keyword, fields, sizes)
        for device in ("cpu", "meta"):
            assert found == pytorchs(keyword, fields, sizes, device), (fields, sizes, device)
        refused += found is None
    assert SWEEP / 20 < refused < SWEEP * 19 / 20
