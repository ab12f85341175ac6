"""Graphs that are edited: what changes, what stays, and what is refused."""

from __future__ import annotations

import pytest

from cnncost.errors import Span, SpecError
from cnncost.graph.edits import EDITS, with_biases, with_layers, without_batchnorm, without_biases
from cnncost.language.load import load, loads
from cnncost.layers import REGISTRY

TWINS = """
input: {left: [3, 8, 8], right: [3, 8, 8]}
blocks:
  tower():
    - {conv: {out: 4, bias: false}, trainable: false}
    - batchnorm
network:
  - {tower, from: left, name: first_tower}
  - {tower, from: right, name: second_tower, share: first_tower}
  - {add, from: [first_tower, second_tower]}
"""


def test_edits_go_together() -> None:
    # Without the batch norm of 8 channels (16 parameters) and with 8 biases, the convolution of 27 x 8 weights has 224.
    spec = "input: [3, 8, 8]\nnetwork: [{conv: {out: 8, kernel: 3, bias: false}}, batchnorm]\n"
    graph = loads(spec)
    biased = with_biases(graph)
    assert biased is not None
    both = without_batchnorm(biased)
    assert both is not None
    assert (sum(node.parameters() for node in graph.layers), sum(node.parameters() for node in both.layers)) == (
        232,
        224,
    )


def test_edits_say_when_they_change_nothing() -> None:
    graph = load("lenet5")  # every convolution has a bias, and nothing is normalised
    assert with_biases(graph) is None
    assert without_batchnorm(graph) is None
    assert without_biases(graph) is not None


def test_group_equivariant_layers_are_edited_too() -> None:
    graph = load("p4cnn")
    plain = without_batchnorm(graph)
    assert plain is not None
    assert not [node.type for node in plain.layers if "norm" in node.type]


def test_shared_and_frozen_weights_stay_so() -> None:
    graph = loads(TWINS)
    biased = with_biases(graph)
    assert biased is not None
    convolutions = [node for node in biased.layers if node.type == "conv"]
    assert [node.weights for node in convolutions] == [convolutions[0].id] * 2
    assert [node.trainable for node in convolutions] == [False, False]
    assert [node.parameters() for node in convolutions] == [16, 16]  # 3 x 4 weights and 4 biases


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", ["resnet50", "googlenet", "p4m_resnet26"])
def test_all_but_the_layers_stays(name: str, edit: str) -> None:
    graph = load(name)
    edited = EDITS[edit](graph)
    if edited is None:
        return
    assert edited._replace(nodes=()) == graph._replace(nodes=())
    for new, old in zip(edited.nodes, graph.nodes, strict=True):
        assert new._replace(layer=old.layer) == old


def test_shapes_are_inferred_again() -> None:
    graph = loads("input: [3, 8, 8]\nnetwork: [relu, {conv: {out: 4, kernel: 3}}]")
    pool = REGISTRY["maxpool"].make({"kernel": 2}, 2)
    halved = with_layers(graph, lambda node: pool if node.type == "relu" else node.layer)
    assert halved is not None
    assert [node.y.dims for node in halved.nodes] == [(3, 8, 8), (3, 4, 4), (4, 2, 2)]
    assert halved.nodes[2].xs[0].dims == (3, 4, 4)


def test_a_layer_that_does_not_fit_is_refused_at_its_step() -> None:
    graph = loads("input: [3, 8, 8]\nnetwork: [relu, {conv: {out: 4, kernel: 3}}]", "net.yaml")
    pool = REGISTRY["maxpool"].make({"kernel": 4}, 2)
    with pytest.raises(SpecError) as caught:
        with_layers(graph, lambda node: pool if node.type == "relu" else node.layer)
    assert caught.value.message == "kernel of 3 is larger than its input of 2"
    assert isinstance(caught.value.origin, Span)
    assert caught.value.origin.where == "net.yaml:2:18"
