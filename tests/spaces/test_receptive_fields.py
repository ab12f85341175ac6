"""The receptive field of design points: by hand, and the largest that the report of each network has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cnncost
from cnncost.spaces.evaluation.evaluator import Evaluator
from cnncost.spaces.points import Points

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
input: [3, 64, 64]
vars: {kernel: 3, depth: 2, stride: 1, width: 8}
network:
  - {conv: {out: width, kernel, stride, padding: kernel // 2}, repeat: depth}
  - maxpool: 2
  - {conv: {out: 2 * width, kernel: [1, kernel]}}
  - global_avgpool
"""


def test_receptive_fields_of_points_that_differ_in_windows_and_in_sizes(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC)
    rows = {"kernel": [3, 5, 3, 1], "depth": [1, 3, 2, 2], "stride": [1, 1, 2, 1], "width": [8, 4, 2, 1]}
    found = Evaluator(path, ["params", "receptive_field"]).evaluate(Points({**rows, "batch": [1, 2, 3, 4]}))
    # depth convolutions: 1 + (k - 1)(1 + s + ...); the pool adds one jump, and a row of k at twice the jump follows
    assert found.columns["receptive_field"].tolist() == [
        1 + 2 + 1 + 2 * 2,
        1 + 3 * 4 + 1 + 4 * 2,
        1 + 2 + 2 * 2 + 4 + 2 * 8,
        1 + 0 + 1 + 0,
    ]


def test_the_largest_of_the_report_is_meant() -> None:
    inputs = [(3, 96, 96), (3, 224, 256), (3, 96, 96)]
    found = Evaluator("mobilenet_v2", ["receptive_field"]).evaluate(Points({"input": inputs, "alpha": [1.0, 0.5, 1.4]}))
    for place, shape in enumerate(inputs):
        layers = cnncost.analyze("mobilenet_v2", input=shape).rows
        fields = [layer.receptive_field for layer in layers if layer.receptive_field is not None]
        largest = max(size for field in fields if not field.is_everything for size in field.size)
        assert found.row(place) == {"receptive_field": largest}
