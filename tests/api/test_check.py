"""`cnncost.check` does what the command does, and returns a record."""

from __future__ import annotations

from typing import Any

import pytest

import cnncost
from cnncost.errors import SpecError
from cnncost.language.load import loads

SPEC = "name: tiny\ninput: [3, 8, 8]\nnetwork: [{conv: {out: 4, kernel: 3}}]\nexpect: {params: 112}\n"
# 4 * 27 + 4 = 112 parameters, and 4 * 6 * 6 outputs. In blocks of 512 bytes: weights 1, bias 1, input 2, output 2.


def test_budgets_and_expectations() -> None:
    found = cnncost.check(loads(SPEC), max_params=112, max_memory="1KB", budget={"activation_bytes": "0.5625KiB"})
    assert [(each.network, each.figure, each.actual, each.limit, each.holds) for each in found.checks] == [
        ("tiny", "params", 112, 112, True),
        ("tiny", "params", 112, 112, True),
        ("tiny", "peak_bytes", 3072, 1000, False),
        ("tiny", "activation_bytes", 576, 576, True),
    ]
    assert not found.ok
    assert found.to_dict()["checks"][2]["holds"] is False
    assert cnncost.check(loads(SPEC), max_memory="3KiB").ok


def test_several_networks() -> None:
    found = cnncost.check([loads(SPEC), "lenet5"], max_params=1000)
    assert [(each.network, each.holds) for each in found.checks if each.source == "budget"] == [
        ("tiny", True),
        ("lenet5", False),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "there is nothing to check"),
        ({"max_params": "25.6"}, "the limit of params: `25.6` has decimals and no unit"),
        ({"max_params": 25.6}, "the limit of params must be a whole number from 0, not `25.6`"),
        ({"max_params": "25MB"}, "the limit of params: `25MB` is an amount of bytes, and parameters are counted"),
        ({"max_memory": "24G"}, "the limit of peak_bytes: unknown unit `G` in `24G`"),
        ({"budget": {"peak_byte": "24GB"}}, "unknown figure `peak_byte`; did you mean `peak_bytes`?"),
        ({"max_params": 1, "budget": {"params": 2}}, "`params` is limited twice"),
        ({"budget": [("params", 1)]}, "`budget` must be a mapping of figures to their limits, not a `list`"),
        ({"max_params": 1, "dtype": "float23"}, "unknown dtype `float23`"),
    ],
)
def test_bad_input_is_explained(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        cnncost.check("resnet18@classes=10", **options)
    assert raised.value.message.startswith(message)
