"""Layers that run in training only are auxiliary, and evaluation is what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost import analyze, load, memory, verify
from cnncost.importers.pytorch.load import import_from
from cnncost.importers.pytorch.model.factories import find_factory
from cnncost.importers.sources import ModelRequest, model_source

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

MODELS = "tests.importers.auxiliary_models"
LACKS = "layers that run in training only are not counted, and figures of training lack them: "


def imported(name: str) -> Graph:
    return load(f"{MODELS}:{name}", input=[3, 8, 8])


def auxiliary(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes if node.auxiliary]


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_heads_of_torchvision(name: str) -> None:
    """The shipped networks were compared with PyTorch's training."""
    graph, shipped = load(f"torchvision:{name}"), load(name)
    assert not graph.warnings
    assert len(auxiliary(graph)) == len(auxiliary(shipped))
    for mode in ("infer", "train"):
        assert analyze(graph, mode=mode, batch=2).totals == analyze(shipped, mode=mode, batch=2).totals
    steps = [memory(each, batch=2, inplace=True).to_dict() for each in (graph, shipped)]
    assert steps[0]["kept_bytes"] == steps[1]["kept_bytes"]
    assert steps[0]["peak_bytes"] == steps[1]["peak_bytes"]


def test_a_head_that_begins_in_place() -> None:
    """It overwrites nothing of evaluation, whose layers are those of the model without it."""
    graph, alone = imported("WithHead"), imported("Alone")
    assert auxiliary(graph) == ["head[0]", "head[1]", "head[2]", "head[3]", "parameter", "multiply"]
    assert [graph.nodes[end].name for end in graph.auxiliary] == ["multiply"]
    main = [node for node in graph.nodes if not node.auxiliary]
    assert [(node.name, node.layer) for node in main] == [(node.name, node.layer) for node in alone.nodes]
    assert not graph.warnings
    evaluation, expected = analyze(graph).totals, analyze(alone).totals
    assert evaluation.macs == expected.macs == 64 * (8 * 27 + 16 * 72) + 160
    assert evaluation.params == expected.params + 8 * 10 + 10
    assert analyze(graph, mode="train").totals.macs == evaluation.macs + 8 * 10


def test_layers_that_both_run() -> None:
    """A classifier of two depths has its weights once, and runs twice in training."""
    graph = imported("Supervised")
    assert not graph.warnings
    assert analyze(graph).totals.params == 27 * 8 + 8 + 72 * 8 + 8 + 8 * 8 + 8 + 8 * 5 + 5
    evaluation = 16 * 27 * 8 + 4 * 72 * 8 + 4 * 8 * 5
    assert analyze(graph).totals.macs == evaluation
    assert analyze(graph, mode="train").totals.macs == evaluation + 16 * (8 * 8 + 8 * 5)
    assert graph.nodes[graph.auxiliary[0]].y.dims == (5, 4, 4)
    assert graph.nodes[graph.outputs[0]].type == "softmax"


@pytest.mark.parametrize("name", ["WithHead", "Supervised"])
def test_what_is_built_of_them_is_right(name: str) -> None:
    assert verify(imported(name), device="meta", mode="train").passed


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Demanding", "ValueError: targets should not be none in training mode"),
        ("Elsewhere", "what it computes in training cannot be told apart from evaluation"),
        ("Unknown", "the operator `linalg_svd` is not known"),
    ],
)
def test_what_is_not_known_is_said(name: str, why: str) -> None:
    graph = imported(name)
    assert [graph.nodes[unused].type for unused in graph.auxiliary] == ["parameter"]
    warning, unused = graph.warnings
    assert warning.startswith(LACKS)
    assert warning.endswith(why)
    assert "is stored and not used" in unused


def test_what_no_mode_runs() -> None:
    assert imported("NeverUsed").warnings == ("`old` is stored and not used: 20 parameters",)


def test_the_model_stays_in_evaluation() -> None:
    source = model_source(f"{MODELS}:WithHead")
    assert source is not None
    imported = import_from(find_factory(source), ModelRequest(source, {}, [3, 8, 8], 100))
    assert not any(module.training for module in imported.model.modules())
