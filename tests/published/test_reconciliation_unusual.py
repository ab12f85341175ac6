"""Unusual ways in which people count: twice THOP's, units of 1024, trainable parameters only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnncost import reconcile
from cnncost.published.figures import PrintedFigure
from cnncost.published.reconciliation.counts import Count
from cnncost.published.reconciliation.ways import Way

if TYPE_CHECKING:
    from cnncost.published.reconciliation.search import Reconciliation

NETWORKS = Path(__file__).parent / "networks"


@cache
def found(network: str, figure: str) -> Reconciliation:
    path = NETWORKS / f"{network}.yaml"
    return reconcile(str(path) if path.exists() else network, figure)[0]


UNUSUAL = [
    # network, the figure, who prints it, what gives it: a way of counting, the number, what a K is
    ("yolov8n", "8.9G", "Ultralytics 8", ("twice thop", 8_857_548_800, 1000)),
    ("yolov8n", "3157184", "Ultralytics 8, as gradients", ("trainable parameters", 3_157_184, 1000)),
    ("yolov8n", "3157200", "Ultralytics 8", ("all parameters", 3_157_200, 1000)),
    # 23,508,032 of the backbone, 225,344 of them frozen, 7,997,440 of the pyramid and 6,463,220 of the heads
    ("retinanet", "37.74M", "mmdetection 3", ("trainable parameters", 37_743_348, 1000)),
    ("retinanet", "37.97M", "papers that count what is frozen", ("all parameters", 37_968_692, 1000)),
    ("resnet50", "24.37M", "Wang et al. 2020, Table 2", ("all parameters", 25_557_032, 1024)),
    ("eca_resnet50", "24.37M", "Wang et al. 2020, Table 2", ("all parameters", 25_557_080, 1024)),
    ("eca_resnet50", "3.86G", "Wang et al. 2020, Table 2", ("ptflops", 4_143_521_000, 1024)),
]


@pytest.mark.parametrize(("network", "figure", "source", "given_by"), UNUSUAL)
def test_a_figure_that_is_counted_unusually_is_found(
    network: str, figure: str, source: str, given_by: tuple[str, int, int]
) -> None:
    best = found(network, figure).matches[0]
    assert (best.countings[0], best.value, best.thousand) == given_by, source
    assert best.changes == ()


def test_trained_weights_are_counted_once() -> None:
    """The convolution of YOLOv8's boxes is frozen, and used at three places: 16 weights."""
    assert found("yolov8n", "3157200").matches[0].value - found("yolov8n", "3157184").matches[0].value == 16


def printed(value: int, text: str) -> Way:
    return Way.of(Count("net", (), False, "flops", ("macs",), value), PrintedFigure.read(text))


@pytest.mark.parametrize(
    ("value", "text", "agreement", "thousand"),
    [
        (4_283_537_072, "3.99G", "rounded", 1024),  # HRNet-W18, whose authors divide by 1024 ** 3
        (4_283_537_072, "3.98G", "truncated", 1024),
        (4_283_537_072, "4.28G", "rounded", 1000),  # no other units where these agree
        (4_283_537_072, "4.0G", "rounded", 1024),
        (4_283_537_072, "3990M", None, 1000),  # 4,085 Mi
        (4_283_537_072, "4085M", "rounded", 1024),
        (25_557_032, "24958K", "rounded", 1024),
        (1024**3, "1.00G", "exact", 1024),
        (1024**3, "1G", "rounded", 1000),
        (1_100_000_000_000, "1.000T", "rounded", 1024),
        (1_025_000, "1001K", "rounded", 1024),
        (1025, "1001", None, 1000),  # no K
        (4_283_537_072, "3.99B", None, 1000),  # billions
        (4_283_537_072, "3.99e9", None, 1000),
    ],
)
def test_units_of_1024(value: int, text: str, agreement: str | None, thousand: int) -> None:
    way = printed(value, text)
    assert (way.agreement, way.thousand) == (agreement, thousand)


def test_the_difference_is_in_the_units_of_the_figure() -> None:
    assert printed(4_283_537_072, "3.99G").difference == pytest.approx(4_283_537_072 / (3.99 * 1024**3) - 1)
    assert printed(4_283_537_072, "5G").difference == pytest.approx(4_283_537_072 / 5e9 - 1)


def test_ultralytics_counts_at_32_pixels_and_scales_to_the_image(tmp_path: Path) -> None:
    """Where there is a head that does not scale, that is another number.

    THOP counts 24 for each of 32 x 32 positions, 1024 additions and a division for each of 8 means, and 80 for the
    head: 24,576 + 8,200 + 80 = 32,856. Twice that, 49 times over, for an image of 7 x 7 as many positions.
    """
    path = tmp_path / "classifier.yaml"
    path.write_text(
        "input: [3, 224, 224]\n"
        "network: [{conv: {out: 8, bias: false}}, global_avgpool, flatten, {linear: {out: 10, bias: false}}]\n",
        encoding="utf-8",
    )
    (best, *_) = reconcile(str(path), "3,219,888")[0].matches
    assert (best.countings, best.agreement) == (("twice thop",), "exact")
    assert best.changes == ("counted at 32 × 32 pixels and scaled to the image",)


def test_a_convention_that_refuses_a_layer_is_left_out(tmp_path: Path) -> None:
    """Calflops counts less than nothing for this one: 12 weights for each of 3 x 96 inputs and 2 outputs of a group."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: [3, 1, 8, 12]\nnetwork:\n"
        "  - conv_transpose: {out: 6, kernel: [3, 1, 4], stride: 1, padding: [1, [1, 0], 1], groups: 3}\n",
        encoding="utf-8",
    )
    (result,) = reconcile(str(path), "6912")
    assert "macs" in result.matches[0].countings
    assert not any("calflops" in way.countings for way in result.matches if not way.changes)
