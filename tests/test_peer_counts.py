"""Presets against the tools that they stand for, whose numbers are kept in a table: equal to the unit.

The numbers are the tools' own, written by `python -m tests.peers.measure`; tests/peers runs the tools anew.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from cnncost.conventions import CONVENTIONS
from cnncost.layers import REGISTRY
from cnncost.passes.analysis import Settings
from cnncost.passes.counting import counts_by_convention
from tests.peers.measure import Row, read
from tests.peers.networks import INEXACT, Network, networks, probes, shipped

OURS = {"macs", "textbook"}  # no tool's
FEWEST_SHIPPED = 16


@cache
def table() -> dict[tuple[str, str, str], list[Row]]:
    """The rows of every network."""
    rows = defaultdict(list)
    for row in read():
        rows[row["spec"], row["settings"], row["mode"]].append(row)
    return dict(rows)


@pytest.mark.parametrize("network", networks(), ids=str)
def test_presets_give_the_tools_numbers(network: Network) -> None:
    graph = network.graph()
    rows = table()[network.name, network.settings, network.mode]
    by_batch = {
        str(batch): counts_by_convention(graph, Settings(batch=batch, mode=network.mode), {row["preset"] for row in rows})
        for batch in network.batches
    }
    for row in rows:
        total = by_batch[row["batch"]][row["preset"]].total
        equal = str(total) == row["value"]
        inexact = (row["preset"], network.name) in INEXACT
        assert equal != inexact, (row["preset"], row["batch"], total, row["value"] or row["error"])


def test_every_preset_has_been_held_to_its_tool() -> None:
    presets = {(row["preset"], row["unit"], row["version"]) for rows in table().values() for row in rows}
    assert {name for name, _, _ in presets} == set(CONVENTIONS.ours) - OURS
    for name, unit, version in presets:
        assert CONVENTIONS[name].unit == unit
        assert version in CONVENTIONS[name].source


def test_every_layer_type_has_been_counted() -> None:
    counted = {node.type for name in probes() for node in Network(name).graph().layers}
    assert counted == set(REGISTRY)


def test_architectures_of_every_kind_have_been_counted() -> None:
    graphs = [network.graph() for network in shipped()]
    assert len(graphs) >= FEWEST_SHIPPED
    ranks = {len(graph.nodes[graph.inputs[0]].y.spatial) for graph in graphs}
    assert ranks == {1, 2, 3}
    types = {node.type for graph in graphs for node in graph.layers}
    assert types >= {"conv_transpose", "group_conv", "attention", "multiply", "local_response_norm", "upsample"}
    assert any(1 < getattr(node.layer, "groups", 1) < node.xs[0].channels for graph in graphs for node in graph.layers)
