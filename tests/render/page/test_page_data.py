"""What a page holds is what the commands print, in columns."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncost import analyze, load
from cnncost.language.load import loads
from cnncost.metrics import Analysis
from cnncost.render.page.blocks import block_tree
from cnncost.render.page.data import PageNetwork, network_data, page_json
from cnncost.render.page.packing import packed
from cnncost.report.analyze import analyze_graph, report_of
from tests.render.page.packed_columns import unpacked

VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.tuples(st.integers(0, 3), st.integers(0, 3)))


def as_script_reads(value: Any) -> Any:
    """A value as the data has it: tuples are lists, and numbers that a script would round are texts."""
    if isinstance(value, tuple):
        return [as_script_reads(each) for each in value]
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


@given(st.lists(VALUES, max_size=12))
def test_a_packed_column_has_the_same_values(values: list[Any]) -> None:
    assert unpacked(json.loads(json.dumps(packed(values)))) == [as_script_reads(value) for value in values]


@given(st.lists(st.integers(-3, 3), min_size=64, max_size=200))
def test_numbers_by_steps_are_the_same(steps: list[int]) -> None:
    values = list(accumulate(steps))
    assert unpacked(packed(values)) == values


@pytest.mark.parametrize("name", ["resnet18", "inception_v3", "slowfast_r50"])
def test_every_figure_is_that_of_analyze(name: str) -> None:
    document = analyze(name, mode="train", batch=2).to_dict()
    data = network_data(PageNetwork(name, analyze(name, mode="train", batch=2)))
    assert data["totals"] == document["totals"]
    columns = data["columns"]
    for key in ("name", "type", "output_shape", "kernel", "stride", *analyze(name).metrics):
        assert unpacked(columns[key]) == [layer[key] for layer in document["layers"]], key
    fields = [layer["receptive_field"] for layer in document["layers"]]
    assert unpacked(columns["receptive_field"]["size"]) == [field and field["size"] for field in fields]
    assert unpacked(columns["receptive_field"]["is_global"]) == [field and field["global"] for field in fields]


def test_edges_lead_to_what_a_layer_reads() -> None:
    report = analyze("slowfast_r50")
    data = network_data(PageNetwork("slowfast", report))
    names = {-1 - place: name for place, name in enumerate(report.inputs)} | dict(
        enumerate(unpacked(data["columns"]["name"]))
    )
    read: dict[str, list[str]] = {}
    for end, steps in enumerate(unpacked(data["reads"])):
        read[names[end]] = [names[end - step] for step in steps]
    assert read == {row.name: list(row.inputs) for row in report.rows}


def test_a_layer_that_is_called_as_a_block_lies_in_it() -> None:
    report = analyze_graph(
        loads("input: [4, 8, 8]\nblocks: {unit(): [{residual: [{conv: [4, 3, 1, 1]}]}]}\nnetwork: [unit: []]")
    )
    assert [row.name for row in report.rows] == ["unit.residual.conv", "unit.residual"]
    (unit,) = block_tree(report.rows)["children"]
    assert unit["children"] == [{"label": "residual", "kind": "residual", "children": [0, 1]}]


def test_all_layers_lie_in_the_tree_once() -> None:
    rows = analyze("googlenet").rows

    def layers(block: Any) -> list[int]:
        return [block] if isinstance(block, int) else [layer for child in block["children"] for layer in layers(child)]

    assert sorted(layers(block_tree(rows))) == list(range(len(rows)))


def test_what_is_known_at_least_stands_beside_a_gap() -> None:
    graph = loads("input: [3, 8, 8]\nlayers: {mystery: {output: input, parameters: 2 * channels}}\nnetwork: [mystery]")
    data = network_data(PageNetwork("gap", report_of(Analysis(graph))))
    assert data["totals"]["macs"] is None
    assert data["at_least"]["textbook_bytes"] >= 2 * 3 * 4 + 3 * 8 * 8 * 4
    assert unpacked(data["columns"]["macs"]) == [None]


def test_large_numbers_are_texts() -> None:
    data = network_data(PageNetwork("large", analyze("vgg16", batch=10**8)))
    assert data["totals"]["macs"] == str(10**8 * analyze("vgg16").totals.macs)


def test_nothing_in_the_data_ends_its_element() -> None:
    text = page_json({"name": "</script><!--<script>"})
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><!--<script>"}


def test_a_network_without_explanations_has_none() -> None:
    assert network_data(PageNetwork("lenet5", analyze_graph(load("lenet5"))))["formulas"] is None
