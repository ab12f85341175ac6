"""What attention keeps, by the kernel that runs it, and in which order its heads lie: PyTorch's own figures."""

from __future__ import annotations

import pytest

from cnncost.layers import REGISTRY, Tensor
from tests.autograd.measured import CONDITIONS, Conditions, kept_by_counterpart, kept_by_tape

ATTENTION = REGISTRY["scaled_dot_product_attention"]
HEADS = Tensor(4, (5, 8))

PLACEMENTS = {
    "heads": (HEADS, HEADS, HEADS),
    "a mask for all heads": (HEADS, HEADS, HEADS, Tensor(5, (5,))),
    "a mask for each head": (HEADS, HEADS, HEADS, Tensor(4, (5, 5))),
    "a mask that is aligned": (HEADS, *[Tensor(4, (16, 8))] * 2, Tensor(4, (5, 16))),
    "grouped heads": (HEADS, Tensor(2, (5, 8)), Tensor(2, (5, 8))),
    "longer values": (HEADS, HEADS, Tensor(4, (5, 16))),
    "heads of odd length": (Tensor(4, (5, 7)),) * 3,
    "many queries": (Tensor(2, (70, 8)), Tensor(2, (3, 8)), Tensor(2, (3, 8))),
    "one head without an axis": (Tensor(5, (8,)), Tensor(7, (8,)), Tensor(7, (8,))),
    "more axes": (Tensor(3, (4, 5, 8)),) * 3,
}


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
@pytest.mark.parametrize("name", PLACEMENTS)
def test_kept_storages_are_those_of_the_kernel(name: str, conditions: Conditions) -> None:
    xs = PLACEMENTS[name]
    assert kept_by_tape(ATTENTION(), xs, conditions) == kept_by_counterpart(ATTENTION(), xs, conditions)


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
@pytest.mark.parametrize("width", [32, 12])
def test_multi_head_attention_keeps_what_its_products_read(width: int, conditions: Conditions) -> None:
    layer, x = REGISTRY["attention"](heads=2), Tensor(width, (9,), "tokens")
    assert kept_by_tape(layer, [x], conditions) == kept_by_counterpart(layer, [x], conditions)


@pytest.mark.parametrize("conditions", [c for c in CONDITIONS if c.device == "cuda"], ids=str)
def test_a_grid_is_made_in_lower_precision_where_it_is_a_product(conditions: Conditions) -> None:
    layer, x = REGISTRY["affine_grid"].make({"size": [5, 4]}, rank=0), Tensor(6, (), "flat")
    assert kept_by_tape(layer, [x], conditions) == ([], conditions.autocast or "float32")
