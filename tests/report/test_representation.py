"""What an interactive Python shows of results: one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cnncost
from cnncost import analyze, compare, compare_published, explain, load, reconcile, zoo
from cnncost.metrics.figures import Figures
from cnncost.report.comparison import StageComparison
from tests.render.sample import deep_report

if TYPE_CHECKING:
    from collections.abc import Callable

# Figures of LeNet-5 by hand: 156 + 2,416 + 48,120 + 10,164 + 850 parameters; 117,600 + 240,000 + 48,000 + 10,080 + 840
# multiply-accumulates.
SHOWN: dict[str, tuple[Callable[[], Any], str]] = {
    "report": (
        lambda: analyze("lenet5", batch=2),
        "<Report of 'lenet5': 12 rows, batch 2, infer, params=61_706, macs=833_040, flops=1_691_704, ",
    ),
    "row": (
        lambda: analyze("lenet5").rows[0],
        "<Row 'conv': conv, output 1x6x28x28, params=156, macs=117_600, flops=235_200>",
    ),
    "rows": (lambda: analyze("lenet5").by_type().rows[0], "<Row 'conv': conv, 2 layers, params=2_572, macs=357_600, "),
    "totals": (lambda: analyze("lenet5").totals, "<Figures params=61_706, macs=416_520, flops=845_852, "),
    "gap": (lambda: Figures({"params": None}), "<Figures params=None>"),
    "comparison": (
        lambda: compare(["lenet5", "alexnet"], baseline="alexnet"),
        "<Comparison of 'lenet5', 'alexnet', baseline 'alexnet'>",
    ),
    "stages": (
        lambda: StageComparison.of(compare(["resnet18", "resnet34"])),
        "<StageComparison of 'resnet18' and 'resnet34': 10 stages>",
    ),
    "graph": (lambda: load("lenet5"), "<Graph 'lenet5': 12 layers, 1x32x32 to 10>"),
    "node": (lambda: load("lenet5").nodes[1], "<Node 1 'conv': conv(out=6, kernel=(5, 5), "),
    "input": (lambda: load("lenet5").nodes[0], "<Node 0 'input': input(), output 1x32x32>"),
    "layer": (lambda: explain("lenet5", "conv"), "<LayerExplanation of 'conv' in 'lenet5': "),
    "sum": (lambda: explain("lenet5", total="params"), "<SumExplanation of 'lenet5': 12 layers, params=61706>"),
    "block": (
        lambda: explain("resnet50", "stage[0]", total="params"),
        "<SumExplanation of 'stage[0]' in 'resnet50': 32 layers, params=215808>",
    ),
    "breakdown": (
        lambda: explain("lenet5", total="params").breakdowns[0],  # type: ignore[union-attr]
        "<Breakdown params=61706: 2 parts by type, 5 by block>",
    ),
    "zoo": (lambda: zoo("lenet5"), "<Zoo of 3 architectures>"),
    "entry": (lambda: zoo("lenet5").entries[0], "<Entry 'lenet5', 1998, params=61_706, macs=416_520, accuracy="),
    "published": (lambda: compare_published(["lenet5", "alexnet"]), "<PublishedComparison of 2 networks: "),
    "claim": (
        lambda: compare_published(["alexnet"]).claims[0],
        "<Claim on 'alexnet' by '",
    ),
    "convention": (lambda: analyze("lenet5").settings.convention, "<Convention 'textbook' of FLOPs>"),
    "checks": (lambda: cnncost.check("lenet5", max_params=5), "<Checks: 3, 1 failed>"),
    "memory": (
        lambda: cnncost.memory("lenet5", mode="infer", device="cpu"),
        "<MemoryReport of 'lenet5': batch 1, infer, peak_bytes=",
    ),
    "moment": (
        lambda: cnncost.memory("lenet5", mode="infer", device="cpu").timeline[0],
        "<Moment forward of 'conv': peak_bytes=",
    ),
    "fit": (
        lambda: cnncost.fit("lenet5", memory="1GiB", device="cpu"),
        "<FitReport of 'lenet5' in 1GiB: largest batch ",
    ),
    "change": (lambda: cnncost.fit("lenet5", memory="1GiB", device="cpu").changes[0], "<Change '"),
    "algorithm": (
        lambda: explain("lenet5", "conv").algorithms[0],  # type: ignore[union-attr]
        "<AlgorithmExplanation of 'direct': ",
    ),
    "reconciliation": (lambda: reconcile("lenet5", "61706")[0], "<Reconciliation of '61706' for 'lenet5': "),
}


@pytest.mark.parametrize("name", SHOWN)
def test_one_line(name: str) -> None:
    make, start = SHOWN[name]
    shown = repr(make())
    assert shown.startswith(start)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) < 200


def test_the_line_does_not_grow_with_the_network() -> None:
    small, large = (repr(deep_report(blocks, layers=10)) for blocks in (2, 200))
    assert len(large) < len(small) + 20
    assert len(repr(compare(["lenet5"] * 40))) < 120


def test_a_name_cannot_break_the_line() -> None:
    assert repr(analyze("lenet5")._replace(name="evil\n\x1b[2J")).isprintable()


def test_a_verification() -> None:
    verification = cnncost.verify("lenet5", device="meta")
    assert repr(verification).startswith("<Verification of 'lenet5': ")
    assert str(verification).endswith("passed>")
