"""What is written of a graph gives the graph again: its layers in their order, names, fields, inputs and weights."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from cnncost import analyze, load
from cnncost.importers.writer.write import SPELLINGS, spelt, write
from cnncost.language import library
from cnncost.language.load import loads
from tests.importers.writer.random_graphs import random_graph
from tests.importers.writer.texts import TEXTS

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph


def check_the_same(text: str, graph: Graph) -> None:
    read = loads(text, graph.name)
    assert read.to_dict() == graph._replace(variables=()).to_dict()
    assert read.warnings == ()
    assert [node.auxiliary for node in read.nodes] == [node.auxiliary for node in graph.nodes]


@pytest.mark.parametrize("name", library.names())
def test_every_shipped_spec(name: str) -> None:
    graph = load(name)
    text = spelt(graph, SPELLINGS[0])
    check_the_same(text, graph)
    read = loads(text, name)
    assert (read.source, read.year, read.expect, read.published) == (
        *(graph.source, graph.year, graph.expect, graph.published),
    )


@pytest.mark.parametrize("name", ["resnet50", "efficientnet_b0", "inception_v3", "slowfast", "vit"])
def test_the_figures_are_the_same(name: str) -> None:
    graph = load(name)
    written, own = analyze(loads(write(graph), name)), analyze(graph)
    # A peak depends on blocks too, which hold their inputs until they return: the writer chooses them.
    assert {name: written.totals[name] for name in own.metrics} == {name: own.totals[name] for name in own.metrics}


OF_LOOPS = ("names that count", "loops without names")
"""What only loops can say."""


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
@pytest.mark.parametrize("text", [text for name, text in TEXTS.items() if not name.startswith(OF_LOOPS)])
def test_every_spelling_gives_the_same(text: str, spelling: object) -> None:
    graph = loads(text, "net.yaml")
    check_the_same(spelt(graph, spelling), graph)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(150))
def test_random_graphs(seed: int) -> None:
    graph = random_graph(Random(seed))
    check_the_same(write(graph), graph)


LOOPS = {
    "turns of unlike loops": """
  - for: rows
    in: [[[2, 4], [2, 8]], [[3, 6]]]
    do:
      - relu
      - for: [a, b]
        in: rows
        do: [{conv: a}, {conv: b}]""",
    "steps that some turns lack": """
  - for: a
    in: [2, 4, 5]
    do: [{conv: a}, {relu, when: a > 2}, {gelu, when: a <= 2}]
  - for: a
    in: [7, 8]
    do: [{conv: a}, {relu, when: first}, {conv: 3, when: not first}]""",
    "shared weights": """
  - {conv: 4, name: one}
  - for: a
    in: range(3)
    do: [{conv: 4, share: one}, {relu, when: not last}]""",
    "frozen weights": """
  - for: a
    in: range(2)
    do: [{conv: 4, trainable: false}, relu]""",
    "a loop in a branch": """
  - concat:
      - - for: a
          in: [1, 2]
          do: [{conv: a}, relu]
      - {sequence: [{conv: 2}, {conv: 3}]}
  - residual: {sequence: [{conv: 4}, {conv: 5}]}""",
    "a block that is called for loops of several lengths": """
  - for: n
    in: [2, 5]
    do: [{unit: n}]""",
}


@pytest.mark.parametrize("steps", LOOPS.values(), ids=LOOPS)
def test_loops_without_names(steps: str) -> None:
    unit = "unit(n): [{for: a, in: range(n), do: [{conv: 8}, {batchnorm, when: not last}]}]"
    graph = loads(f"input: [4, 8, 8]\nblocks: {{{unit}}}\nnetwork:{steps}\n", "net.yaml")
    check_the_same(write(graph), graph)


def test_settings_become_numbers() -> None:
    graph = load("resnet50", set={"classes": 10}, input=[3, 64, 64])
    text = write(graph)
    assert "- linear: 10\n" in text
    assert "input: [3, 64, 64]\n" in text
    check_the_same(text, graph)
