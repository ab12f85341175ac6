"""Presets against the tools themselves, which run anew: totals and layers, to the unit.

Skipped where the tools are not installed, unless CNNCOST_REQUIRE_PEERS is set; `pip install -e '.[dev,peers]'` does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost.metrics.counting import counts_by_convention
from cnncost.settings import Settings
from tests.peers.measure import counted, read
from tests.peers.networks import INEXACT, Network, networks
from tests.peers.tools import REQUIRED, TOOLS, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.graph.graph import Graph

if missing() and not REQUIRED:
    pytest.skip(f"not installed: {', '.join(missing())}", allow_module_level=True)

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore"),  # they leave files open, and threads
]

BATCH = 2  # tells what a tool counts per sample from what it counts once


def by_layer(graph: Graph, modules: Mapping[str, int]) -> tuple[int, ...]:
    """A tool's figures by layer: those of a layer's module and of the modules inside that are no layers."""
    figures = {node.module_name: 0 for node in graph.layers}
    for name, count in modules.items():
        layer = name
        while layer and layer not in figures:
            layer = layer.rpartition(".")[0]
        if layer:
            figures[layer] += count
        else:
            assert count == 0, f"{name} is in no layer"
    return tuple(figures.values())


@pytest.mark.parametrize("network", [network for network in networks() if not network.training], ids=str)
def test_presets_give_what_the_tools_print(network: Network) -> None:
    graph = network.graph()
    presets = [
        metric.preset for tool in TOOLS for metric in tool.metrics if (metric.preset, network.name) not in INEXACT
    ]
    ours = counts_by_convention(graph, Settings(batch=BATCH), presets)
    for tool in TOOLS:
        for metric, theirs in zip(tool.metrics, counted(tool, graph, BATCH), strict=True):
            if metric.preset in ours:
                assert (metric.preset, ours[metric.preset].total) == (metric.preset, theirs.total)
            if metric.preset in ours and theirs.layers is not None:
                assert (metric.preset, ours[metric.preset].layers) == (metric.preset, by_layer(graph, theirs.layers))


def test_the_table_was_written_by_these_versions() -> None:
    versions = {(row["tool"], row["version"]) for row in read()}
    assert versions == {(tool.distribution, tool.version) for tool in TOOLS}
