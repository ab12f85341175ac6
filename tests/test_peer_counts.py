"""Presets against the tools that they stand for, whose numbers are kept in a table: equal to the unit.

The numbers are the tools' own, written by `python -m tests.peers.measure`; tests/peers runs the tools anew.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest

from cnncost import load
from cnncost.conventions import CONVENTIONS
from cnncost.layers import REGISTRY
from cnncost.metrics.counting import counts_by_convention
from cnncost.settings import Settings
from tests.peers.measure import Row, read
from tests.peers.networks import INEXACT, Network, networks, probes, shipped

REFERENCE = Path(__file__).parent / "data" / "reference" / "peer_counts.csv"
OURS = {"macs", "textbook"}  # no tool's
FEWEST_SHIPPED = 16

# What torchvision's definitions are made of, where it is not the modules of ours.
NAMES = {"lenet5": "lenet5_mnist", "alexnet": "alexnet_torchvision"}
NUMBERS = "kernels of pools are one number, which torchscan takes for the elements of the window"
FUNCTIONS = "activations and pools are called as functions, which hooks do not see and ptflops counts once, not twice"
SUBCLASSES = "convolutions, or layer norms, are a class of torchvision's, and so of no type that is known"
LINEAR = "convolutions of one are linear layers, whose biases, or positions, do not count"
UNLIKE = {
    **{
        (model, preset): NUMBERS
        for model in ("lenet5", "alexnet", "vgg16", "googlenet", "inception_v3", "resnet18", "resnet50", "densenet161")
        for preset in ("torchscan", "torchscan_macs")
    },
    **{("mobilenet_v2", preset): FUNCTIONS for preset in ("ptflops", "thop", "torchscan", "torchscan_macs")},
    **{(model, preset): FUNCTIONS for model in ("inception_v3", "densenet161") for preset in ("ptflops", "thop")},
    ("googlenet", "ptflops"): FUNCTIONS,
    **{("r3d_18", preset): SUBCLASSES for preset in ("ptflops", "thop")},
    **{("convnext_tiny", preset): SUBCLASSES for preset in ("ptflops", "thop")},
    **{("convnext_tiny", preset): LINEAR for preset in ("torchinfo", "calflops", "deepspeed")},
}
"""Where a tool says something else of torchvision's definition than of ours, and why."""


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
    rows = table().get((network.name, network.settings, network.mode), [])
    assert rows, f"python -m tests.peers.measure '{network.name}' counts it"
    by_batch = {
        str(batch): counts_by_convention(
            graph, Settings(batch=batch, mode=network.mode), {row["preset"] for row in rows}
        )
        for batch in network.batches
    }
    wrong = {
        row["preset"]: (row["batch"], by_batch[row["batch"]][row["preset"]].total, row["value"] or row["error"])
        for row in rows
        if str(by_batch[row["batch"]][row["preset"]].total) != row["value"]
    }
    assert wrong.keys() == {preset for preset, name in INEXACT if name == network.name}, wrong


def test_every_preset_has_been_held_to_its_tool() -> None:
    presets = {(row["preset"], row["unit"], row["version"]) for rows in table().values() for row in rows}
    assert {name for name, _, _ in presets} == set(CONVENTIONS) - OURS
    for name, unit, version in presets:
        assert CONVENTIONS[name].unit == unit
        assert version in CONVENTIONS[name].source


def test_every_layer_type_has_been_counted() -> None:
    counted = {node.type for name in probes() for node in Network(name).graph().layers}
    # Tools count the product of two outputs for the network, in no layer of it: tests/peers compare it at random.
    assert counted | {"matmul", "einsum"} == set(REGISTRY)


def test_architectures_of_every_kind_have_been_counted() -> None:
    graphs = [network.graph() for network in shipped()]
    assert len(graphs) >= FEWEST_SHIPPED
    ranks = {len(graph.nodes[graph.inputs[0]].y.spatial) for graph in graphs}
    assert ranks == {1, 2, 3}
    types = {node.type for graph in graphs for node in graph.layers}
    assert types >= {"conv_transpose", "group_conv", "attention", "multiply", "local_response_norm", "upsample"}
    assert any(1 < getattr(node.layer, "groups", 1) < node.xs[0].channels for graph in graphs for node in graph.layers)


def test_presets_give_the_tools_numbers_of_torchvisions_definitions() -> None:
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    unlike = set()
    for (model, shape), of_model in groupby(rows, key=itemgetter("model", "input")):
        graph = load(NAMES.get(model, model), input=[int(size) for size in shape.split("x")[1:]])
        counts = counts_by_convention(graph)
        unlike |= {(model, row["preset"]) for row in of_model if str(counts[row["preset"]].total) != row["value"]}
    assert unlike == UNLIKE.keys()
