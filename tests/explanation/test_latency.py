"""How a layer's time comes about: the numbers that stand in a formula come to the time that is said."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from cnncost import explain, latency
from cnncost.errors import SpecError
from cnncost.explanation.figure import LayerExplanation

UNITS = {
    "s": 1,
    "ms": 1e-3,
    "µs": 1e-6,
    "ns": 1e-9,
    **{f"{unit}{letter}": 1000**power for letter in ("", "B") for power, unit in enumerate(("", "K", "M", "G", "T"))},
}


def computed(text: str) -> float:
    """What a formula with numbers comes to: `max(3.70 G/82.6 T, 103 MB/1.01 TB)`."""
    plain = re.sub(
        r"([\d.]+(?:e-?\d+)?) ([µmnKMGT]?[sB]?)(?![\wµ])",
        lambda match: f"({match[1]}*{UNITS[match[2]]!r})",
        text,
    )
    plain = re.sub(r"⌈(\d+)/(\d+)⌉", r"-(-\1//\2)", plain)
    assert re.fullmatch(r"[-\d.e+*/(), ·max]+", plain), plain
    return float(eval(plain.replace("·", "*"), {"__builtins__": {}, "max": max}))


def times(network: str, layer: str, **settings: Any) -> list[Any]:
    explanation = explain(network, layer, **settings)
    assert isinstance(explanation, LayerExplanation)
    return [figure for figure in explanation.figures if figure.name.startswith("latency.")]


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        ("resnet50", "conv_bn.conv"),
        ("resnet50", "stage[0].bottleneck[0].residual.conv_bn_2.conv"),
        ("resnet50", "conv_bn.batchnorm"),
        ("resnet50", "relu"),
        ("resnet50", "linear"),
        ("resnext50_32x4d", "stage[0].bottleneck[0].residual.conv_bn_2.conv"),
        ("mobilenet_v2", "stage[0].inverted_residual[0].residual.conv_bn.conv"),
    ],
)
@pytest.mark.parametrize("device", ["h200", "rtx4090"])
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_numbers_come_to_the_time(network: str, layer: str, device: str, mode: str) -> None:
    found = times(network, layer, device=device, batch=64, mode=mode)
    assert found
    for figure in found:
        assert computed(figure.substituted) == pytest.approx(figure.value, rel=0.015)
    report = latency(network, device, batch=64, mode=mode)
    (row,) = [each for each in report.layers if each.name == layer]
    assert sum([figure.value for figure in found]) == pytest.approx(row.seconds)


def test_without_a_device_there_are_no_times() -> None:
    assert times("resnet50", "conv_bn.conv") == []
    assert times("lenet5", "flatten", device="h200") == []


def test_a_card_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SpecError, match="no card is known as `rtx4091`"):
        explain("lenet5", "conv", device="rtx4091")


def test_json_has_the_device() -> None:
    explanation = explain("lenet5", "conv", device="h200")
    assert isinstance(explanation, LayerExplanation)
    data = json.loads(json.dumps(explanation.to_dict()))
    assert data["device"] == "h200"
    from cnncost.documents import LayerExplanationDocument

    assert json.loads(LayerExplanationDocument.of(data).model_dump_json()) == data
    bare = explain("lenet5", "conv")
    assert isinstance(bare, LayerExplanation)
    assert "device" not in json.loads(LayerExplanationDocument.of(bare.to_dict()).model_dump_json())
