"""What settings there are, and the text that refuses the others."""

from __future__ import annotations

from typing import Any

import pytest

from cnncost.conventions import find
from cnncost.errors import SpecError
from cnncost.settings import Settings


def test_the_defaults() -> None:
    assert Settings.checked() == Settings(1, "float32", "adam", "infer", find("textbook"))


def test_a_convention_is_found_by_its_name() -> None:
    assert Settings.checked(convention="macs").convention is find("macs")


@pytest.mark.parametrize(
    "values",
    [
        {"batch": 10**9},
        {"dtype": "bfloat16", "mode": "train"},
        {"dtype": "int8"},
        {"optimizer": "lion"},
        {"convention": find("macs")},
    ],
)
def test_known_values_are_taken(values: dict[str, Any]) -> None:
    assert Settings.checked(**values) == Settings(**values)


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"batch": 0}, "the batch must be a whole number from 1 to 1,000,000,000, not `0`", None),
        ({"batch": -4}, "the batch must be a whole number from 1 to 1,000,000,000, not `-4`", None),
        ({"batch": True}, "the batch must be a whole number from 1 to 1,000,000,000, not `True`", None),
        ({"batch": 1.5}, "the batch must be a whole number from 1 to 1,000,000,000, not `1.5`", None),
        ({"batch": "8"}, "the batch must be a whole number from 1 to 1,000,000,000, not the text `'8'`", None),
        ({"batch": 10**9 + 1}, "the batch must be a whole number from 1 to 1,000,000,000, not `1000000001`", None),
        (
            {"batch": 10**5000},
            "the batch must be a whole number from 1 to 1,000,000,000, not a number of more digits",
            None,
        ),
        (
            {"dtype": "flaot32"},
            "unknown dtype `flaot32`; did you mean `float32`?",
            "known are `float32`, `float16`, `bfloat16`, `int8`",
        ),
        (
            {"optimizer": "Adam"},
            "unknown optimizer `Adam`; did you mean `adam`?",
            "known are `sgd`, `momentum`, `adam`, `adamw`, `rmsprop`, `adagrad`, `lion`",
        ),
        ({"mode": "training"}, "unknown mode `training`; did you mean `train`?", "known are `infer`, `train`"),
        ({"convention": "texbook"}, "unknown convention `texbook`; did you mean `textbook`?", None),
        (
            {"batchsize": 1},
            "unknown setting `batchsize`; did you mean `batch`?",
            "known are `batch`, `dtype`, `optimizer`, `mode`, `convention`, `amp`, `device`, `channels_last`",
        ),
        (
            {"dtype": "int8", "mode": "train"},
            "int8 is an inference type",
            "train in `float32`, `float16` or `bfloat16`",
        ),
        ({"dtype": ["float32"]}, "unknown dtype `['float32']`; did you mean `float32`?", None),
    ],
)
def test_others_are_refused(values: dict[str, Any], message: str, hint: str | None) -> None:
    with pytest.raises(SpecError) as refused:
        Settings.checked(**values)
    assert refused.value.message == message
    if hint is not None:
        assert refused.value.hint == hint
