"""How a step runs: what may be said together, and what excludes each other."""

from __future__ import annotations

from typing import Any

import pytest

from cnncost import SpecError
from cnncost.footprint.settings import StepSettings


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"mode": "infer", "optimizer": "sgd"},
        {"mode": "infer", "dtype": "int8"},
        {"mode": "infer", "amp": "bf16", "channels_last": True, "inplace": True},
        {"amp": "fp16", "scaler": True},
        {"dtype": "float16", "scaler": True},
        {"optimizer": "rmsprop", "implementation": "foreach"},
        {"accumulate": 4, "checkpoint": ["stage[0]", "basic"], "loss": "mse", "set_to_none": False},
    ],
)
def test_what_goes_together(given: dict[str, Any]) -> None:
    settings = StepSettings.checked(**given)
    again = StepSettings.checked(**settings._asdict())
    assert again == settings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dtype": "int8"}, "int8 is an inference type"),
        ({"optimizer": "rmsprop", "implementation": "fused"}, "PyTorch has no fused RMSprop"),
        ({"scaler": True}, "`scaler` is for gradients in float16, and there are none"),
        ({"scaler": True, "amp": "bf16"}, "`scaler` is for gradients in float16, and there are none"),
        ({"mode": "infer", "scaler": True, "amp": "fp16"}, "`scaler` is of training, and this is inference"),
        ({"mode": "infer", "accumulate": 2}, "`accumulate` is of training, and this is inference"),
        ({"mode": "infer", "checkpoint": "basic"}, "`checkpoint` is of training, and this is inference"),
        ({"mode": "infer", "weight_decay": True}, "`weight_decay` is of training, and this is inference"),
        ({"mode": "infer", "implementation": "fused"}, "`implementation` is of training, and this is inference"),
        ({"mode": "infer", "set_to_none": False}, "`set_to_none` is of training, and this is inference"),
        ({"mode": "infer", "loss": "mse"}, "`loss` is of training, and this is inference"),
        ({"accumulate": 0}, "`accumulate` must be at least 1, not `0`"),
        ({"accumulate": "2"}, "`accumulate` must be a whole number from 1, not the text `'2'`"),
        ({"checkpoint": 3}, "`checkpoint` must be a list of names, not `3`"),
        ({"checkpoint": [3]}, "`checkpoint` must be a list of names, not `3`"),
        ({"weight_decay": "no"}, "`weight_decay` must be a number, not the text `'no'`"),
        ({"weight_decay": -0.1}, "`weight_decay` must not be negative, and `-0.1` is"),
        ({"weight_decay": []}, "`weight_decay` must be a number, not a `list`"),
        ({"adds_in_place": "no"}, "`adds_in_place` must be `True` or `False`, not the text `'no'`"),
    ],
)
def test_what_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        StepSettings.checked(**given)
    assert caught.value.message == message
    assert caught.value.hint or "must" in message


def test_one_block_may_be_named_alone() -> None:
    assert StepSettings.checked(checkpoint="basic").checkpoint == ("basic",)


@pytest.mark.parametrize(("given", "decays"), [(True, True), (False, False), (0.01, True), (1, True), (0.0, False)])
def test_weights_decay_by_an_amount_as_well(given: float, decays: bool) -> None:
    assert StepSettings.checked(weight_decay=given).weight_decay is decays
