"""What a layer of a spec's own leaves unsaid: a gap in its figures, and totals that say that they are no less."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from cnncost import analyze, compare, explain
from cnncost.api import check
from cnncost.conventions import CONVENTIONS
from cnncost.language.load import loads
from cnncost.metrics.metric import AtLeast
from cnncost.render import render
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.render.views.costs.compare import comparison_document
from cnncost.report.report import Report

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

# A convolution of 3·4 weights and 4 biases makes 4 maps of 8 x 8 of 3; what follows says what a test says.
CONV_PARAMS = 16
CONV_MACS = 12 * 64


def network(said: str = "", steps: str = "{conv: 4}, own, relu") -> Graph:
    return loads(f"input: [3, 8, 8]\nlayers: {{own: {{output: input{said}}}}}\nnetwork: [{steps}]", "net.yaml")


def figures(said: str = "", **settings: Any) -> tuple[Any, Any, Any]:
    """Of the layer, of the whole network, and what the latter is at least."""
    report = analyze(network(said), **settings)
    return report.rows[1].figures, report.totals, report.totals.at_least


def test_nothing_is_said() -> None:
    own, totals, least = figures()
    for name in ("params", "trainable_params", "buffers", "macs", "flops", "backward_flops", "traffic_bytes"):
        assert own[name] is None
        assert totals[name] is None
    assert own.activation_bytes == 4 * 4 * 64  # its output is said
    assert (least["params"], least["macs"], least["param_bytes"]) == (CONV_PARAMS, CONV_MACS, 4 * CONV_PARAMS)
    assert least["textbook_bytes"] == 4 * CONV_PARAMS + 3 * 4 * 4 * 64  # all three outputs


def test_all_is_said() -> None:
    own, totals, least = figures(", parameters: 5, buffers: 2, operations: {exp: positions}, window: point")
    assert (own.params, own.buffers, own.macs, own.flops) == (5, 2, 0, 64)
    assert (totals.params, totals.buffers, totals.macs) == (CONV_PARAMS + 5, 2, CONV_MACS)
    assert not least


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (", parameters: 5", {"params", "param_bytes", "gradient_bytes", "optimizer_bytes"}),
        (", buffers: 5", {"buffers", "buffer_bytes"}),
        (", operations: {mac: 3}", {"macs", "flops"}),
        (", operations: {exp: 3}", {"macs", "flops", "backward_flops", "weight_gradient_flops"}),
        (", gradient_macs: {weights: 3}", {"weight_gradient_flops", "input_gradient_flops", "backward_flops"}),
        (", parameters: 5, buffers: 5", {"params", "buffers", "textbook_bytes", "traffic_bytes"}),
    ],
)
def test_a_figure_is_known_where_all_is_said_that_it_is_made_of(said: str, known: set[str]) -> None:
    nothing, own = figures()[0], figures(said)[0]
    assert known <= {name for name in own if nothing[name] is None and own[name] is not None}


def test_what_is_zero_whatever_is_said_is_no_gap() -> None:
    report = analyze(network(steps="{conv: 4}, {own, name: a}, {own, share: a}, {own, trainable: false}"))
    shared, frozen = report.rows[2].figures, report.rows[3].figures
    assert (shared.params, shared.buffer_bytes) == (0, 0)
    assert shared["macs"] is None
    assert (frozen.trainable_params, frozen.gradient_bytes, frozen.weight_gradient_flops) == (0, 0, 0)
    assert frozen["params"] is None


def test_gradients_are_not_known_where_it_depends_on_what_is_not_said() -> None:
    report = analyze(network(steps="own, {conv: 4}, {conv: 4}"))
    first, second = report.rows[1].figures, report.rows[2].figures
    assert first["input_gradient_flops"] is None  # of a layer that is the first, unless what is before it is trained
    assert first.weight_gradient_flops == 2 * CONV_MACS
    assert second.input_gradient_flops == 2 * 16 * 64
    assert report.totals.at_least["input_gradient_flops"] == 2 * 16 * 64
    note = explain(network(steps="own, {conv: 4}"), "conv").figure("input_gradient_flops").note
    assert note.startswith("it is not known whether anything upstream is trained")
    said = analyze(network(", parameters: 0, operations: {}", steps="own, {conv: 4}")).rows[1].figures
    assert said.input_gradient_flops == 0


def test_an_auxiliary_layer_costs_nothing_in_inference() -> None:
    graph = loads(
        "input: [3, 8, 8]\nlayers: {own: {output: input}}\n"
        "network: [{conv: 4, name: out}, {own, name: aux}]\noutputs: [out]\nauxiliary: [aux]"
    )
    assert analyze(graph).rows[1].figures.macs == 0
    assert analyze(graph, mode="train").rows[1].figures["macs"] is None


def test_inference_types_have_no_bounds_of_gradients() -> None:
    assert "gradient_bytes" not in figures(dtype="int8")[2]


def test_blocks_and_types_add_up_what_is_known() -> None:
    graph = loads(
        "input: [3, 8, 8]\nlayers: {own: {output: input, parameters: 5}}\nblocks: {unit: [{conv: 4}, own]}\n"
        "network: [{unit, repeat: 2}]"
    )
    report = analyze(graph)
    first = report.grouped(1).rows[0].figures
    assert (first.params, first["macs"], first.at_least["macs"]) == (CONV_PARAMS + 5, None, CONV_MACS)
    assert report.grouped(1).rows[0].operations is None
    by_type = {row.type: row.figures for row in report.by_type().rows}
    assert (by_type["own"].params, by_type["own"].at_least["macs"]) == (10, 0)
    assert report.grouped(1).totals == report.totals


def test_json_has_gaps_as_null_and_what_is_known_beside_them() -> None:
    report = analyze(network())
    data = json.loads(report.to_json())
    assert data["totals"]["params"] is None
    assert data["at_least"]["params"] == CONV_PARAMS
    assert (data["layers"][1]["params"], data["layers"][1]["ops"]) == (None, None)
    assert data["layers"][1]["receptive_field"]["bound"] is True
    assert "at_least" not in data["layers"][0]
    assert Report.from_json(report.to_json()) == report
    assert "at_least" not in json.loads(analyze(network(", parameters: 5, buffers: 0, operations: {}")).to_json())


def test_tables_mark_bounds_and_show_no_share_of_what_is_not_known() -> None:
    text = render(report_document(analyze(network())), "table")
    lines = {line.split()[0]: line for line in text.splitlines() if line.strip()}
    assert ">=16" in lines["total"]
    assert ">=768" in lines["total"]
    assert lines["own"].split()[5:8] == ["4", "×", "8"] or "–" in lines["own"]
    assert "%" not in lines["conv"]  # of FLOPs that are not known
    assert "–: what a layer of the spec's own or a gap leaves unsaid is not known, and not zero; >=: no less" in text


def test_programs_get_nothing_in_place_of_a_bound() -> None:
    graph = loads("input: [3, 8, 8]\nlayers: {own: {output: input}}\nblocks: {unit: [{conv: 4}, own]}\nnetwork: [unit]")
    text = render(
        report_document(analyze(graph), View(depth=1, columns=("layer", "params", "activation_bytes"))), "csv"
    )
    assert text.splitlines()[1] == "unit,,2048"


def test_comparisons_have_no_ratio_to_what_is_not_known() -> None:
    comparison = compare([network(), network(", parameters: 5")])
    assert comparison.ratio("params", 1) is None
    assert comparison.to_dict()["networks"][0]["at_least"]["params"] == CONV_PARAMS
    text = render(comparison_document(comparison), "table")
    params = next(line for line in text.splitlines() if line.startswith("params"))
    assert params.split() == ["params", ">=16", "21", "–"]
    assert ">=: no less" in text


def test_an_explanation_says_what_is_missing() -> None:
    whole = explain(network(), total="params").breakdowns[0].figure
    assert whole.value is None
    assert whole.note == ">=16: the definition of `own` does not say its `parameters`"
    layer = explain(network(", parameters: channels ** 2, kept: 3 * channels"), "own", batch=2)
    params, kept = layer.figure("params"), layer.figure("kept")
    assert (params.value, params.formula, params.substituted) == (16, "channels ** 2", "4 ** 2")
    assert (kept.value, kept.formula, kept.substituted) == (24, "B·(3 * channels)", "2·(3 * 4)")
    assert layer.figure("macs").note == "the definition of `own` does not say its `operations`"


def test_a_graph_with_such_layers_can_be_copied() -> None:
    graph = network(", parameters: 5")
    assert pickle.loads(pickle.dumps(graph)) == graph
    assert json.loads(json.dumps(graph.to_dict()))["layers"][1]["type"] == "own"


def test_a_budget_is_not_kept_by_what_is_not_known() -> None:
    assert not check(network(), max_params="1M").ok


def test_conventions_of_tools_do_not_know_the_layer() -> None:
    said = ", parameters: 0, buffers: 0, operations: {mac: 10, exp: 3}"
    report = analyze(network(said), convention=list(CONVENTIONS))
    own = report.rows[1].counts
    assert (own["textbook"], own["macs"]) == (23, 10)
    assert {name for name, count in own.items() if count is not None} == {"textbook", "macs"}
    assert report.counts["macs"].total == CONV_MACS + 10
    assert (report.counts["fvcore"].total, report.counts["fvcore"].at_least) == (None, CONV_MACS)
    assert Report.from_json(report.to_json()) == report
    assert ">=768" in render(report_document(report), "table")


def test_fields_behind_an_unknown_window_are_bounds() -> None:
    graph = loads("input: [3, 8, 8]\nlayers: {own: {output: input}}\nnetwork: [{conv: [4, 3]}, own, {conv: [4, 3]}]")
    fields = [row.receptive_field for row in analyze(graph).rows]
    assert [field.is_bound for field in fields if field] == [False, True, True]
    assert [field.size for field in fields if field] == [(3, 3), (8, 8), (8, 8)]
    text = render(report_document(analyze(graph)), "table")
    assert "<=8" in text
    assert "all units see the same place" not in text


def test_shares_with_a_known_total_stay() -> None:
    report = analyze(network(", operations: {exp: positions}"))
    assert report.share(report.rows[1], "flops") == 64 / (2 * CONV_MACS + 64 + 4 * 64)
    assert report.rows[1].figures.shown("params") is None
    assert report.totals.shown("params") == AtLeast(CONV_PARAMS)
    assert report.flops_per_byte is None
