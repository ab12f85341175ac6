"""ONNX files whose numbers are put on grids of integers around layers that compute with real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import helper

from cnncost import SpecError, analyze, load
from tests.importers.test_onnx import write

if TYPE_CHECKING:
    from pathlib import Path

TENSORS: dict[str, Any] = {
    "s": np.array(0.25, np.float32),
    "zero": np.array(0, np.uint8),
    "three": np.array(3, np.int8),
    "w8": np.ones((4, 3, 3, 3), np.int8),
    "sw": np.full(4, 0.1, np.float32),
    "zw": np.zeros(4, np.int8),
    "b32": np.zeros(4, np.int32),
    "w": np.random.default_rng(0).standard_normal((4, 3, 3, 3)).astype(np.float32),
}


def node(kind: str, reads: str, gives: str, **attributes: Any) -> Any:
    return helper.make_node(kind, reads.split(), [gives], **attributes)


def test_weights_that_are_stored_as_integers_are_those_of_their_layer(tmp_path: Path) -> None:
    nodes = [
        node("QuantizeLinear", "x s zero", "q"),
        node("DequantizeLinear", "q s zero", "d"),
        node("DequantizeLinear", "w8 sw zw", "v", axis=0),
        node("DequantizeLinear", "b32 sw", "b", axis=0),
        node("Conv", "d v b", "y"),
    ]
    report = analyze(write(tmp_path / "net.onnx", nodes, {"x": [1, 3, 8, 8]}, TENSORS))
    assert [row.type for row in report.rows] == ["scale", "round", "hardtanh", "scale", "conv"]
    assert report.totals.params == 4 * 27 + 4
    assert report.totals.macs == 4 * 27 * 36
    assert not any("the weights of no layer" in warning and "`sw`" in warning for warning in report.warnings)


def test_weights_that_are_put_on_a_grid_in_the_file(tmp_path: Path) -> None:
    nodes = [
        node("QuantizeLinear", "w sw zw", "q", axis=0),
        node("DequantizeLinear", "q sw zw", "v", axis=0),
        node("Conv", "x v", "y"),
    ]
    graph = load(write(tmp_path / "net.onnx", nodes, {"x": [1, 3, 8, 8]}, TENSORS))
    assert [(each.type, each.parameters()) for each in graph.layers] == [("conv", 4 * 27)]


def test_a_zero_point_is_added_and_taken_away(tmp_path: Path) -> None:
    """`saturate(round(x / 0.25) + 3)` for 8 bits with a sign, and `(x - 3) * 0.25`."""
    nodes = [node("QuantizeLinear", "x s three", "q"), node("DequantizeLinear", "q s three", "y")]
    layers: list[Any] = [
        each.layer for each in load(write(tmp_path / "net.onnx", nodes, {"x": [1, 3, 8, 8]}, TENSORS)).layers
    ]
    assert [layer.keyword for layer in layers] == ["scale", "round", "shift", "hardtanh", "shift", "scale"]
    assert (layers[0].factor, layers[2].offset, layers[4].offset, layers[5].factor) == (4.0, 3.0, -3.0, 0.25)
    assert (layers[3].low, layers[3].high) == (-128.0, 127.0)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([node("QuantizeLinear", "x sw zw", "y", axis=1)], "what it reads has several scales"),
        (
            [node("QuantizeLinear", "x s zero", "q"), node("QLinearConv", "q s zero w8 sw zw s zero", "y")],
            "the operator `QLinearConv` is not known",
        ),
    ],
)
def test_other_forms_are_refused(tmp_path: Path, nodes: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        load(write(tmp_path / "net.onnx", nodes, {"x": [1, 4, 8, 8]}, TENSORS))
