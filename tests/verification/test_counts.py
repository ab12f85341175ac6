"""Counts held against PyTorch: they agree where a report is right, and name layer and figure where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from cnncost.language.load import load
from cnncost.metrics import METRICS
from cnncost.metrics.figures import Figures
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.counts import count_checks
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME, Check
from cnncost.verification.state import State
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncost.graph.graph import Graph
    from cnncost.report.report import Report

PER_LAYER = (*State._fields, "macs", "weight_gradient_flops", "input_gradient_flops", "activation_bytes")


def checks_of(graph: Graph, **settings: Any) -> list[Check]:
    return count_checks(graph, analyze_graph(graph, Settings.checked(**settings)))


def found(checks: Iterable[Check], layer: str, figure: str) -> Check:
    """The one check of a figure of a layer."""
    (check,) = [check for check in checks if (check.layer, check.figure) == (layer, figure)]
    return check


def differing(checks: Iterable[Check]) -> list[tuple[str, str]]:
    return [(check.layer, check.figure) for check in checks if check.verdict == DIFFERENT]


def everything() -> Graph:
    """Grouped, transposed, frozen, shared and auxiliary layers, a gate, and a step whose size alone is taken."""
    net = Builder()
    image = net.input(4, 8, 8)
    stem = net.chain([("conv", {"out": 8, "kernel": 3, "padding": 1}), "batchnorm", "relu"], image)
    frozen = net.add(("conv", {"out": 8, "kernel": 1}), image, trainable=False)
    grouped = net.add(("conv", {"out": 8, "kernel": 3, "stride": 2, "padding": [[0, 1], [1, 1]], "groups": 4}), stem)
    grown = net.add(("conv_transpose", {"out": 4, "kernel": 2, "stride": 2, "groups": 2}), grouped)
    again = net.add(("conv", {"out": 8, "kernel": 3, "padding": 1}), grown)
    cut = net.add(("slice", {"start": 2, "stop": 6}), frozen)
    shared = net.add(("conv", {"out": 8, "kernel": 3, "padding": 1}), cut, share=again)
    like = net.add(("upsample", {"like": "image"}), grouped, image)
    gate = net.chain(["global_avgpool", "sigmoid"], like)
    joined = net.add("add", net.add("multiply", stem, gate), frozen, again, shared)
    tokens = net.chain(["patch_tokens", "class_token", ("attention", {"heads": 2}), "layernorm"], joined)
    output = net.chain([("select_token", {"i": 0}), ("linear", {"out": 5})], tokens)
    head = net.chain(["global_avgpool", "flatten", ("dropout", {"p": 0.5}), "prelu"], stem)
    return net.graph(output, auxiliary=[head])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch": 3, "mode": "train", "optimizer": "momentum"},
        {"batch": 2, "mode": "train", "dtype": "float16", "optimizer": "sgd", "convention": "macs"},
        {"dtype": "bfloat16", "optimizer": "adagrad"},
        {"optimizer": "rmsprop"},
        {"dtype": "int8", "batch": 2},
    ],
    ids=str,
)
def test_a_network_of_everything_agrees(settings: dict[str, Any]) -> None:
    checks = checks_of(everything(), **settings)
    assert differing(checks) == []
    assert len(checks) > 150


@pytest.mark.parametrize("name", ["lenet", "googlenet", "mobilenet_v2", "efficientnet_b0", "unet"])
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_shipped_networks_agree(name: str, mode: str) -> None:
    assert differing(checks_of(load(name), mode=mode, batch=2)) == []


def raised(report: Report, layer: str, figure: str) -> Report:
    """The report with a figure of a layer, or of the whole network, one too high."""

    def raise_one(figures: Figures) -> Figures:
        return Figures({**figures, figure: (figures[figure] or 0) + 1})

    if not layer:
        return report._replace(totals=raise_one(report.totals))
    rows = [row._replace(figures=raise_one(row.figures)) if row.name == layer else row for row in report.rows]
    return report._replace(rows=tuple(rows))


@pytest.mark.parametrize("figure", PER_LAYER)
def test_a_wrong_figure_of_a_layer_is_named(figure: str) -> None:
    graph = everything()
    for name in (graph.layers[0].name, graph.layers[-1].name):
        report = raised(analyze_graph(graph), name, figure)
        assert differing(count_checks(graph, report)) == [(name, figure)]


@pytest.mark.parametrize("figure", [*PER_LAYER, "backward_flops", "optimizer_bytes"])
def test_a_wrong_total_is_named(figure: str) -> None:
    graph = everything()
    assert differing(count_checks(graph, raised(analyze_graph(graph), "", figure))) == [("", figure)]


def test_what_is_not_compared_is_known() -> None:
    """FLOPs follow a convention, and memory adds up what is compared; of the others PyTorch holds no such tensor."""
    compared = {check.figure for check in checks_of(everything())} - {"output_shape"}
    assert METRICS.keys() - compared == {"flops", "im2col_bytes", "pool_index_bytes", "traffic_bytes", "textbook_bytes"}


def test_a_wrong_output_is_found_where_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnncost.layers.contractions.conv import Conv

    steps = [("conv", {"out": 4, "kernel": 3, "padding": 1, "stride": stride}) for stride in (2, 1, 2)]
    right = Conv.output

    def stride_lost(self: Conv, x: Any) -> Any:
        y = right(self, x)
        return y._replace(spatial=x.spatial) if x.channels == 3 else y

    monkeypatch.setattr(Conv, "output", stride_lost)
    graph = chain(steps, (3, 8, 8))
    wrong = differing(count_checks(graph, analyze_graph(graph)))
    assert ("conv_1", "output_shape") in wrong
    assert ("conv_1", "macs") in wrong
    assert {layer for layer, _ in wrong} <= {"conv_1", ""}  # the second conv does read what the graph says it does
    assert ("", "output_shape") in wrong


def test_a_grouped_weight_gradient_is_right_where_torch_is_not() -> None:
    """Depthwise, 8 channels at 6 x 6 positions and 9 weights each: 2592 multiply-accumulates, 5184 FLOPs."""
    graph = chain(["prelu", ("conv", {"out": 8, "kernel": 3, "padding": 1, "groups": 8})], (8, 6, 6))
    check = found(checks_of(graph), "conv_2", "weight_gradient_flops")
    assert check.measured == 5184
    assert check.note == "torch counts 8 times as much: it forgets the groups of a weight gradient"
    assert found(checks_of(graph), "conv_2", "input_gradient_flops").note == ""
    conv = torch.nn.Conv2d(8, 8, 3, padding=1, groups=8)
    with torch.utils.flop_counter.FlopCounterMode(display=False) as counter:
        conv(torch.ones(1, 8, 6, 6)).sum().backward()
    assert counter.get_total_flops() == 5184 + 8 * 5184  # forward, and the error


def test_attention_is_counted_on_every_device() -> None:
    """Of 9 tokens, 12 channels: 4 projections of 9 x 12 x 12, and twice 9 x 9 x 12."""
    net = Builder()
    net.input(12, 9, layout="tokens")
    net.add(("attention", {"heads": 3}))
    report = analyze_graph(net.graph())
    for device in ("meta", "cpu"):
        checks = count_checks(net.graph(), report, device)
        assert found(checks, "attention_1", "macs").measured == 4 * 9 * 144 + 2 * 81 * 12
        assert differing(checks) == []


def test_parameters_are_counted_where_they_are_owned() -> None:
    net = Builder()
    conv = ("conv", {"out": 4, "kernel": 3, "padding": 1})
    first = net.add(conv, net.input(4, 5, 5))
    net.add(conv, first, share=first)
    checks = checks_of(net.graph())
    assert [found(checks, name, "params").measured for name in ("conv_1", "conv_2", "")] == [148, 0, 148]


def test_auxiliary_layers_cost_nothing_in_inference() -> None:
    graph = everything()
    (head,) = graph.auxiliary
    name = graph.nodes[head].name
    check = found(checks_of(graph), name, "output_shape")
    assert (check.verdict, check.note) == (NOT_MEASURED, "runs in training only")
    assert found(checks_of(graph), name, "activation_bytes").measured == 0
    assert found(checks_of(graph, mode="train", batch=2), name, "activation_bytes").measured == 2 * 8 * 4
    assert found(checks_of(graph), name, "params").measured == 1


def test_what_pytorch_refuses_is_a_difference_and_not_a_crash() -> None:
    graph = chain(["global_avgpool", "batchnorm"], (3, 4, 4))
    checks = checks_of(graph, mode="train", batch=1)
    assert differing(checks) == [("batchnorm_2", "output_shape"), ("", "output_shape")]
    assert found(checks, "", "activation_bytes").verdict == NOT_MEASURED
    assert "Expected more than 1 value per channel" in found(checks, "batchnorm_2", "output_shape").note
    assert differing(checks_of(graph, mode="train", batch=2)) == []


def test_what_torch_has_not_is_a_gap() -> None:
    graph = chain(["flatten", ("linear", {"out": 3})], (3, 4, 4))
    assert found(checks_of(graph, optimizer="lion"), "", "optimizer_bytes").note == "torch.optim has no lion"
    for figure in ("param_bytes", "activation_bytes"):
        assert found(checks_of(graph, dtype="int8"), "linear_2", figure).verdict == NOT_MEASURED


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_counts_do_not_depend_on_the_callers_gradients(context: Callable[[], Any]) -> None:
    graph = load("lenet5")
    with context():
        checks = count_checks(graph, analyze_graph(graph, Settings(mode="train")))
    assert {check.verdict for check in checks} == {SAME}


def test_counts_do_not_depend_on_the_callers_defaults() -> None:
    graph = load("lenet5")
    torch.set_default_dtype(torch.float64)
    try:
        checks = count_checks(graph, analyze_graph(graph, Settings(mode="train")))
    finally:
        torch.set_default_dtype(torch.float32)
    assert {check.verdict for check in checks} == {SAME}
