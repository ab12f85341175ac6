"""Receptive fields held against what lights up: the probe sees what gradients show, and names what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from cnncost.language.load import load, loads
from cnncost.layers import Grouped, Reads
from cnncost.layers.contractions.conv import Conv
from cnncost.layers.pooling.pool import MaxPool
from cnncost.metrics import Analysis
from cnncost.metrics.receptive_field.channels import fields_in
from cnncost.metrics.receptive_field.track import Track
from cnncost.report.analyze import analyze_graph
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.receptive_field.response import Claims, measure_responses
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME, Check
from tests.graphs import Builder, Step, chain
from tests.metrics.test_receptive_field_by_gradients import BRANCHING, SINGLE_PATHS, branching, supports

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph


def checks_of(graph: Graph) -> list[Check]:
    return field_checks(graph, analyze_graph(graph))


def differing(checks: list[Check]) -> list[str]:
    return [check.layer for check in checks if check.verdict == DIFFERENT]


def seen_by_the_last(graph: Graph) -> list[tuple[int, int] | None]:
    """The first and last pixel that every unit of the last layer sees, by the probe."""
    claims = Claims([found and found.together for found in fields_in(Analysis(graph), 0)], {})
    found = measure_responses(graph, claims, 0, 0, "cpu").local[graph.nodes[-1].id]
    pairs = zip(found.first, found.last, strict=True)
    return [(first, last) if first <= last else None for first, last in pairs]


@pytest.mark.parametrize("name", SINGLE_PATHS)
def test_what_lights_up_is_what_has_a_gradient(name: str) -> None:
    pairs = SINGLE_PATHS[name]
    graph = chain([step for step, _ in pairs], (1, 240))
    assert seen_by_the_last(graph) == supports(nn.Sequential(*[layer for _, layer in pairs]), 240)
    checks = checks_of(graph)
    assert differing(checks) == []
    if "holes" not in name:  # units that see nothing hide where the field lies
        assert all(check.note == "" for check in checks)


@pytest.mark.parametrize("name", BRANCHING)
def test_branches_light_up_as_gradients_do(name: str) -> None:
    stem, branches, tail, _ = BRANCHING[name]
    graph, network = branching(stem, branches, tail, 192)
    assert seen_by_the_last(graph) == supports(network, 192)
    assert differing(checks_of(graph)) == []


def plane() -> Graph:
    """Every kind of reach on a map whose axes differ in size, padding, stride and dilation."""
    net = Builder()
    net.input(4, 40, 31)
    conv = {"out": 8, "kernel": [3, 5], "stride": [2, 1], "padding": [[0, 1], [3, 2]], "dilation": [1, 2], "groups": 2}
    stem = net.chain([("conv", conv), "batchnorm", "sigmoid", ("maxpool", {"kernel": 3, "stride": 2, "ceil": True})])
    gate = net.chain(["global_avgpool", ("conv", {"out": 8}), "sigmoid"], stem)
    gated = net.add("multiply", stem, gate)
    side = net.chain([("conv", {"out": 8, "kernel": 3, "padding": "same"}), ("groupnorm", {"groups": 2})], stem)
    cut = net.add(("slice", {"start": 0, "stop": 4}), stem)
    joined = net.add("concat", stem, cut)
    net.chain([("channel_shuffle", {"groups": 2}), ("space_to_depth", {"factor": 1}), "channel_maxpool"], joined)
    last = net.chain([("adaptive_maxpool", {"size": [3, 4]}), ("upsample", {"scale": 2, "mode": "bilinear"})], joined)
    net.add("flatten", last)
    net.chain([("conv", {"out": 4, "kernel": 3}), ("pixel_shuffle", {"factor": 2})], gated)
    net.chain([("linear", {"out": 5})], net.add("flatten", side))
    tokens = net.chain(["patch_tokens", "class_token", "position_embedding"], stem)
    net.chain([("attention", {"heads": 2}), ("select_token", {"i": 0})], tokens)
    return net.graph()


def test_every_kind_of_layer_is_measured() -> None:
    checks = checks_of(plane())
    assert [check for check in checks if check.verdict != SAME] == []
    assert len(checks) == len(plane().layers)


@pytest.mark.parametrize("name", ["lenet", "mobilenet_v1_025", "googlenet", "efficientnet_b0"])
def test_shipped_networks_agree(name: str) -> None:
    graph = load(name, input=[load(name).nodes[0].y.channels, 96, 80] if name != "lenet" else None)
    checks = checks_of(graph)
    assert [check for check in checks if check.verdict != SAME] == []
    assert sum(check.note == "" for check in checks) > len(checks) / 5


@pytest.mark.parametrize(
    ("figure", "change"),
    [
        ("size", lambda size: (size[0], size[1] + 1)),
        ("size", lambda size: (size[0] - 1, size[1])),
        ("jump", lambda jump: (jump[0], 2 * jump[1])),
        ("start_padding", lambda padding: (padding[0] + 1, padding[1])),
        ("is_global", lambda told: not told),
    ],
)
def test_a_wrong_figure_is_named(figure: str, change: Callable[[Any], Any]) -> None:
    graph = plane()
    report = analyze_graph(graph)
    row = report.rows[0]
    assert row.receptive_field is not None
    wrong = row.receptive_field._replace(**{figure: change(getattr(row.receptive_field, figure))})
    rows = (row._replace(receptive_field=wrong), *report.rows[1:])
    assert differing(field_checks(graph, report._replace(rows=rows))) == [row.name]


def wrong_windows(monkeypatch: pytest.MonkeyPatch, layer: type, **changes: Any) -> None:
    """Let the reach of the layers with a kernel of 3 say something else."""
    right = layer.reach  # type: ignore[attr-defined]

    def reach(self: Any, x: Any, y: Any) -> Any:
        ((windows, groups),) = right(self, x, y)
        wrong = {name: change for name, change in changes.items() if self.kernel[0] == 3}
        changed = [window._replace(**{n: f(getattr(window, n)) for n, f in wrong.items()}) for window in windows]
        return (Grouped(tuple(changed), groups),)

    monkeypatch.setattr(layer, "reach", reach)


FAULTS: dict[str, tuple[type, dict[str, Any]]] = {
    "padding forgotten": (Conv, {"start": lambda start: 0}),
    "kernel too large": (Conv, {"size": lambda size: size + 1}),
    "stride lost": (MaxPool, {"stride": lambda stride: 1}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_window_is_found_at_its_layer(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    steps: list[Step] = [
        ("conv", {"out": 2, "kernel": 5, "padding": 2}),
        "relu",
        ("conv", {"out": 2, "kernel": 3, "padding": 1}),
        ("maxpool", {"kernel": 3, "stride": 2}),
    ]
    graph = chain(steps, (1, 40, 40))
    layer, changes = FAULTS[fault]
    wrong_windows(monkeypatch, layer, **changes)
    named = differing(checks_of(graph))
    assert named[0] == ("conv_3" if layer is Conv else "maxpool_4")


def test_a_wrong_recurrence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jump forgotten: RF + (k - 1) in place of RF + (k - 1) j."""

    def through(self: Track, window: Any) -> Track:
        (first,), (last,) = self.firsts, self.lasts
        return Track(self.step * window.stride, (first + window.start,), (last + window.start + window.size - 1,))

    monkeypatch.setattr(Track, "through", through)
    conv = ("conv", {"out": 2, "kernel": 3, "padding": 1, "stride": 2})
    assert differing(checks_of(chain([conv, conv], (1, 40, 40)))) == ["conv_2"]


def test_a_layer_that_reads_everything_must_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnncost.layers.pooling.pool_adaptive import GlobalAvgPool

    monkeypatch.setattr(GlobalAvgPool, "reach", lambda self, x, y: (Reads.POINT,))
    assert differing(checks_of(chain([("conv", {"out": 2, "kernel": 3}), "global_avgpool"], (1, 9, 9))))


@pytest.mark.parametrize("told", [Reads.POINT, Reads.NOTHING])
def test_statistics_must_be_told(monkeypatch: pytest.MonkeyPatch, told: Reads) -> None:
    from cnncost.layers.normalisation.norm import GroupNorm

    monkeypatch.setattr(GroupNorm, "reach", lambda self, x, y: (told,))
    graph = chain([("conv", {"out": 2, "kernel": 3}), ("groupnorm", {"groups": 1})], (1, 9, 9))
    assert differing(checks_of(graph)) == ["groupnorm_2"]


def test_a_layer_that_reads_something_must_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    conv = ("conv", {"out": 2, "kernel": 3})
    monkeypatch.setattr(MaxPool, "reach", lambda self, x, y: (Reads.NOTHING,))
    assert differing(checks_of(chain([conv, ("maxpool", {"kernel": 2})], (1, 9, 9)))) == ["maxpool_2"]


def test_a_layer_must_not_say_that_it_reads_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain([("conv", {"out": 2, "kernel": 3}), ("maxpool", {"kernel": 2})], (1, 9, 9))
    monkeypatch.setattr(MaxPool, "reach", lambda self, x, y: (Reads.WHOLE,))
    assert differing(checks_of(graph)) == ["maxpool_2"]


def test_what_the_border_clips_is_said() -> None:
    """A field of 9 pixels on a map of 7: what is left of it is compared, and the figures are not."""
    graph = chain([("conv", {"out": 1, "kernel": 9, "padding": 4})], (1, 7, 7))
    (check,) = checks_of(graph)
    assert (check.verdict, check.note, check.measured.size) == (SAME, "clipped by the border", (7, 7))
    assert check.measured.start_padding is None


def test_the_edge_that_no_layer_reads_is_no_part_of_the_whole() -> None:
    """Windows of one pixel, two apart: of 10 pixels the last is never read."""
    graph = chain([("conv", {"out": 1, "stride": 2}), "global_avgpool"], (1, 10, 10))
    assert [(check.verdict, check.measured.size) for check in checks_of(graph)] == [(SAME, (1, 1)), (SAME, (9, 9))]


def test_every_input_has_its_fields() -> None:
    net = Builder()
    image, depth = net.input(3, 12, 12, name="image"), net.input(1, 24, 24, name="depth")
    small = net.add(("conv", {"out": 4, "kernel": 4, "stride": 2, "padding": 1}), depth)
    net.chain([("conv", {"out": 2, "kernel": 3})], net.add("concat", image, small))
    checks = checks_of(net.graph())
    assert {check.verdict for check in checks} == {SAME}
    sizes = {(check.layer, check.figure): check.measured.size[0] for check in checks}
    assert sizes["conv_4", "receptive_field in image"] == 3
    assert sizes["conv_4", "receptive_field in depth"] == 4 + 2 * 2
    assert ("conv_2", "receptive_field in image") not in sizes


def test_what_one_channel_cannot_show_is_a_gap() -> None:
    graph = chain([("reshape", {"size": [8, 9, 2]}), "relu"], (4, 6, 6))
    checks = checks_of(graph)
    assert [check.verdict for check in checks] == [NOT_MEASURED] * 2
    assert all("trade places" in check.note for check in checks)


def test_volumes_are_measured_along_all_axes() -> None:
    conv = {"out": 4, "kernel": [3, 1, 5], "padding": [[1, 0], 0, 2], "stride": [1, 2, 1]}
    steps: list[Step] = [
        ("conv", conv),
        ("avgpool", {"kernel": [1, 2, 2], "ceil": True}),
        ("conv", {"out": 2, "kernel": 3}),
    ]
    checks = checks_of(chain([*steps, ("upsample", {"scale": 2, "mode": "trilinear"})], (2, 9, 17, 20)))
    assert {check.verdict for check in checks} == {SAME}
    # Before the last convolution 3, 3 and 6 pixels, with jumps of 1, 4 and 2.
    assert checks[2].measured.size == (3 + 2, 3 + 2 * 4, 6 + 2 * 2)


def test_an_axis_that_is_too_long_is_a_gap() -> None:
    (check,) = checks_of(chain([("conv", {"out": 2, "kernel": 3})], (1, 20_000)))
    assert (check.verdict, check.note) == (NOT_MEASURED, "not measured on axes of more than 16384 pixels")


def test_nothing_is_seen_on_meta_tensors() -> None:
    graph = chain([("conv", {"out": 2, "kernel": 3}), "relu"], (1, 9, 9))
    checks = field_checks(graph, analyze_graph(graph), "meta")
    assert [(check.verdict, check.note) for check in checks] == [(NOT_MEASURED, "not measured on meta tensors")] * 2


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_sees_the_same() -> None:
    graph = plane()
    assert field_checks(graph, analyze_graph(graph), "cuda") == checks_of(graph)


# What one channel cannot show is not checked, and raises no alarm.

TRADING = {
    "an axis of one, transposed": ("[1, 6, 4]", "[{adaptive_avgpool: [1, 4]}, {permute: [0, 2, 1]}]", 2),
    "a token beyond one channel's": ("[2, 4, 5]", "[patch_tokens, {select_token: 12}]", 1),
    "a map out of channels": (
        "[4, 6, 6]",
        "[flatten, {reshape: [2, 72]}, {upsample: {size: 12, mode: linear}}]",
        1,
    ),
    "windows over a transposed map": (
        "[1, 16, 12]",
        "[{conv: {out: 1, kernel: [3, 1]}}, {permute: [0, 2, 1]}, {conv: {out: 1, kernel: [1, 5]}}]",
        2,
    ),
    "windows over a square transposed map": (
        "[2, 9, 9]",
        "[{maxpool: {kernel: [3, 1], stride: 1}}, {pad: [[1, 1], [0, 0]]}, {permute: [0, 2, 1]}, {avgpool: [1, 2]}]",
        3,
    ),
    "two orders that meet": ("[3, 5, 5]", "[{add: [[], {permute: [0, 2, 1]}]}, flatten]", 1),
    "channels in the place of positions": ("[4, 4]", "[{permute: [1, 0]}, {maxpool: {kernel: 2, stride: 1}}]", 0),
    "holes of a transposed convolution": (
        "[1, 9]",
        "[{conv_transpose: {out: 1, kernel: 3, stride: 2, dilation: 2}},"
        "{maxpool: {kernel: 2, stride: 1, dilation: 2}}]",
        2,
    ),
}


@pytest.mark.parametrize(("shape", "network", "seen"), TRADING.values(), ids=TRADING)
def test_units_that_trade_places_raise_no_alarm(shape: str, network: str, seen: int) -> None:
    checks = checks_of(loads(f"{{name: trading, input: {shape}, network: {network}}}"))
    assert [check for check in checks if check.verdict == DIFFERENT] == []
    assert sum(check.verdict == SAME for check in checks) >= seen


def test_what_no_light_reaches_hides_nothing() -> None:
    steps = (
        "{reshape: [6, 1, 1], from: style, name: factors}, {conv: {out: 6, kernel: 3}, from: image, name: map}, "
        "{multiply, from: [map, factors]}, {conv: {out: 2, kernel: 3}}"
    )
    graph = loads("{input: {image: [3, 9, 9], style: [2, 3]}, network: [" + steps + "]}")
    figure = "receptive_field in image"
    found = {check.layer: check.verdict for check in checks_of(graph) if check.figure == figure}
    assert found == dict.fromkeys(("map", "multiply", "conv"), SAME)
