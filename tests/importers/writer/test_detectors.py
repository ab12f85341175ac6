"""Networks of Darknet and Ultralytics as specs: what is written gives the network again, and is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost.importers.darknet.load import load_darknet
from cnncost.importers.ultralytics.load import load_ultralytics
from cnncost.importers.writer.write import SPELLINGS, spelt
from cnncost.language.limits import Limits
from cnncost.language.load import loads
from tests.importers.darknet_files import yolov3, yolov3_tiny, yolov4
from tests.importers.ultralytics_files import yolo11, yolov5, yolov8

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

DARKNET = {"yolov3": (yolov3(416), 160), "yolov3-tiny": (yolov3_tiny(416), 45), "yolov4": (yolov4(608), 240)}
"""The text, and lines that are enough: the files of Darknet have five times as many."""

DETECT = "Detect, [nc]"
FAMILIES = {
    "yolov5": (yolov5(DETECT), 110),
    "yolov8": (yolov8(DETECT), 110),
    "yolo11": (yolo11(DETECT), 160),
}
OTHERS = {
    "yolov8n-seg": yolov8("Segment, [nc, 32, 256]"),
    "yolo11n-obb": yolo11("OBB, [nc, 1]"),
    "yolo11l-cls": yolo11("Classify, [nc]"),
    "yolov8s-ghost": yolov8(DETECT, block="C3Ghost", conv="GhostConv"),
}


def check(graph: Graph, most_lines: int) -> None:
    """Whether the first spelling, with blocks and loops, says the network."""
    text = spelt(graph, SPELLINGS[0])
    read = loads(text, graph.name)
    assert read.to_dict() == graph.to_dict()
    assert read.warnings == ()
    assert len(text.splitlines()) <= most_lines


@pytest.mark.parametrize("name", DARKNET)
def test_darknet(name: str) -> None:
    text, lines = DARKNET[name]
    check(load_darknet(text.encode(), f"{name}.cfg", None, Limits()), lines)


@pytest.mark.parametrize("size", "nsmlx")
@pytest.mark.parametrize("family", FAMILIES)
def test_ultralytics_in_every_size(family: str, size: str) -> None:
    text, lines = FAMILIES[family]
    check(load_ultralytics(text.encode(), f"{family}{size}.yaml", [3, 64, 64], Limits()), lines)


@pytest.mark.parametrize("name", OTHERS)
def test_other_heads_and_blocks(name: str) -> None:
    check(load_ultralytics(OTHERS[name].encode(), f"{name}.yaml", [3, 64, 64], Limits()), 200)
