"""One analysis of many design points gives what one analysis of each gives, exactly, beyond 64 bits too."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings

from cnncost import analyze, load
from cnncost.errors import SpecError
from cnncost.graph.graph import Node
from cnncost.graph.stacking import stack
from cnncost.layers import REGISTRY
from cnncost.layers.base.window import Reads
from cnncost.metrics import METRICS, Analysis
from cnncost.metrics.convolution_algorithms import ALGORITHM_METRICS
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.settings import Settings
from cnncost.symbolic.arrays import ExactArray
from cnncost.symbolic.domain import ARRAYS
from tests.graphs import chain
from tests.layers.strategies import PATIENT, Placement, fitting

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

DESIGNS: dict[str, tuple[dict[str, list[Any]], list[list[int]]]] = {
    "mobilenet_v2": ({"alpha": [0.5, 1.0, 1.4]}, [[3, 96, 96], [3, 224, 160]]),
    "resnet50": ({"classes": [10, 1000]}, [[3, 64, 64], [3, 225, 224]]),
    "efficientnet_b0": ({"width": [1.0, 1.4]}, [[3, 224, 224], [3, 300, 300]]),
    "densenet121": ({"growth": [12, 32]}, [[3, 64, 96], [3, 224, 224]]),
    "unet": ({"base": [16, 64]}, [[3, 256, 256], [3, 160, 208]]),
    "vit_b_16": ({"width": [192, 768]}, [[3, 64, 64], [3, 224, 224]]),
    "inception_v3": ({"classes": [10, 1000]}, [[3, 299, 299], [3, 331, 331]]),
    "deeplabv3_resnet50_os16": ({}, [[3, 224, 224], [3, 256, 320]]),
}
"""Networks with values of their variables, and shapes of their input."""


def at(values: Any, point: int) -> Any:
    """What an analysis has for one of the points."""
    return values.numbers[point] if isinstance(values, ExactArray) else values


def points_of(name: str) -> list[tuple[Graph, int]]:
    """Every combination of values and shapes, each with a batch of its own."""
    variables, shapes = DESIGNS[name]
    chosen = [dict(zip(variables, values, strict=True)) for values in product(*variables.values())]
    graphs = [load(name, set=values, input=shape) for values in chosen for shape in shapes]
    return [(graph, 1 + 7 * place) for place, graph in enumerate(graphs)]


def together(points: list[tuple[Graph, int]], **chosen: Any) -> Analysis:
    """One analysis of all of them."""
    batch: Any = ExactArray([batch for _, batch in points])
    return Analysis(stack([graph for graph, _ in points]), Settings(**chosen)._replace(batch=batch), ARRAYS)


@pytest.mark.parametrize("mode", ["infer", "train"])
@pytest.mark.parametrize("name", DESIGNS)
def test_every_metric_is_that_of_each_point_by_itself(name: str, mode: str) -> None:
    points = points_of(name)
    analysis = together(points, mode=mode)
    columns = {name: analysis.column(name) for name in (*METRICS, *ALGORITHM_METRICS)}
    totals = {name: analysis.total(name) for name in columns}
    for place, (graph, batch) in enumerate(points):
        report = analyze(graph, batch=batch, mode=mode, algorithms=True)
        known = {metric: at(value, place) for metric, value in totals.items()}
        assert known == {metric: report.totals[metric] for metric in columns}
        for row, node in zip(report.rows, graph.layers, strict=True):
            found = {metric: at(column[node.id], place) for metric, column in columns.items()}
            assert found == {metric: row.figures[metric] for metric in columns}, row.name


def test_a_step_is_run_at_one_point_at_a_time() -> None:
    analysis = together(points_of("mobilenet_v2"), mode="train")
    for estimate in ESTIMATES.values():
        with pytest.raises(SpecError, match="the memory of a step"):
            estimate.compute(analysis)


def test_nothing_overflows() -> None:
    """A width and resolution of 8192 and a batch of 10^6, by hand: 9 w² r² B multiply-accumulates are 4 · 10^22."""
    fields = {"kernel": 3, "padding": 1, "bias": False}
    sizes = [(16, 32, 4), (8192, 8192, 10**6)]
    graphs = [chain([("conv", fields | {"out": w}), ("conv", fields | {"out": w})], (w, r, r)) for w, r, _ in sizes]
    analysis = together([(graph, batch) for graph, (_, _, batch) in zip(graphs, sizes, strict=True)])
    macs = [9 * w * w * r * r * batch for w, r, batch in sizes]
    assert max(macs) > 2**63
    assert analysis.column("macs")[1].numbers == macs  # type: ignore[union-attr]
    assert analysis.total("macs").numbers == [2 * each for each in macs]  # type: ignore[union-attr]
    assert analysis.total("flops").numbers == [4 * each for each in macs]  # type: ignore[union-attr]
    assert analysis.total("backward_flops").numbers == [6 * each for each in macs]  # type: ignore[union-attr]
    columns = [4 * 9 * w * r * r * batch for w, r, batch in sizes]
    assert analysis.total("im2col_bytes").numbers == columns  # type: ignore[union-attr]


def test_what_only_numbers_can_say_is_refused() -> None:
    analysis = together(points_of("mobilenet_v2"))
    with pytest.raises(SpecError, match="receptive fields can't be computed on arrays"):
        receptive_fields(analysis)
    by_rules = together(points_of("mobilenet_v2"), convention=Settings.checked(convention="fvcore").convention)
    with pytest.raises(SpecError, match="what `fvcore` counts can't be computed on arrays"):
        by_rules.column("flops")


def test_points_of_which_some_have_no_parameters_are_refused() -> None:
    source, conv = chain([("conv", {"out": 8, "kernel": 3})], (3, 6, 6)).nodes
    nodes = (source, conv._replace(layer=type(conv.layer)(**vars(conv.layer) | {"out": ExactArray([0, 8])})))
    graph = chain(["relu"], (3, 6, 6))._replace(nodes=nodes)
    with pytest.raises(SpecError, match="unlike structure"):
        Analysis(graph, domain=ARRAYS).column("weight_gradient_flops")


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_what_a_node_reads_is_what_its_layer_says(keyword: str) -> None:
    """By structure alone, and so for symbols and arrays too."""

    @settings(PATIENT, max_examples=20)
    @given(fitting(REGISTRY[keyword]))
    def same(placement: Placement) -> None:
        layer, xs = placement
        assume(min(layer.output(*xs).dims) > 0)
        node = Node(0, "layer", layer, tuple(range(len(xs))), xs, layer.output(*xs))
        assert node.reads == tuple(reach is not Reads.NOTHING for reach in node.reach())

    same()
