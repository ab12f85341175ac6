"""Diagrams: what boxes and arrows there are, and that Graphviz and Mermaid can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost import export, load
from cnncost.exporters.diagram import diagram_of
from cnncost.exporters.mermaid import remarks_on_size
from cnncost.graph.builder import GraphBuilder
from cnncost.language.library import architectures
from cnncost.language.load import loads
from cnncost.layers import REGISTRY, Tensor
from cnncost.report.rows import block_of
from tests.exporters.diagram_grammars import Read, read_dot, read_mermaid

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

READERS = {"dot": read_dot, "mermaid": read_mermaid}
FORMS = pytest.mark.parametrize("form", READERS)

RESIDUAL = """\
name: residual
input: [8, 6, 6]
blocks:
  unit(width):
    - residual: [{conv: {out: width, kernel: 3, padding: 1}}, relu]
    - relu
network:
  - {unit: 8, name: stem}
  - {unit: 8, repeat: 2}
"""


def read(form: str, graph: Graph, depth: int | None = 1) -> Read:
    text = export(graph, form, depth=depth)
    assert isinstance(text, str)
    return READERS[form](text)


@pytest.mark.parametrize("name", architectures())
def test_every_architecture_is_drawn_in_the_grammar(name: str) -> None:
    graph = load(name)
    for depth in (1, 2, None):
        drawn = [read(form, graph, depth) for form in READERS]
        names = [
            node.name if number in graph.inputs else block_of(node.name, depth or 1000)
            for number, node in enumerate(graph.nodes)
        ]
        groups = {(number in graph.inputs, name) for number, name in enumerate(names)}
        assert [len(each.nodes) for each in drawn] == [len(groups)] * 2
        assert [len(set(each.arrows)) for each in drawn] == [len(drawn[0].arrows)] * 2


def test_a_block_is_one_box_and_opens_with_the_depth() -> None:
    graph = loads(RESIDUAL)
    boxes = [[box.name for box in diagram_of(graph, depth).boxes()] for depth in (1, 2)]
    assert boxes[0] == ["input", "stem", "unit[0]", "unit[1]"]
    assert boxes[1] == [
        *("input", "stem.residual", "stem.relu"),
        *("unit[0].residual", "unit[0].relu", "unit[1].residual", "unit[1].relu"),
    ]


def test_arrows_are_those_of_the_graph() -> None:
    diagram = diagram_of(loads(RESIDUAL), None)
    arrows = [(one.name, other.name) for one, other in diagram.arrows]
    assert arrows[:5] == [
        ("input", "stem.residual.conv"),
        ("stem.residual.conv", "stem.residual.relu"),
        ("stem.residual.relu", "stem.residual"),
        ("input", "stem.residual"),
        ("stem.residual", "stem.relu"),
    ]
    assert len(arrows) == 3 * 5


def test_boxes_sum_what_is_in_them() -> None:
    # conv: 8 * 8 * 9 weights + 8 biases = 584; 8 * 9 products for each of 8 * 6 * 6 = 288 outputs: 20,736.
    boxes = {box.name: box for box in diagram_of(loads(RESIDUAL)).boxes()}
    assert boxes["stem"].lines("") == ["stem: unit", "8x6x6", "584 params, 20.7 K MACs"]
    assert boxes["unit[1]"].lines("") == ["unit[1]", "8x6x6", "584 params, 20.7 K MACs"]
    assert boxes["input"].lines("") == ["input", "8x6x6"]
    assert (boxes["unit[1]"].is_output, boxes["unit[0]"].is_output) == (True, False)


def test_shared_weights_are_counted_where_they_are_owned() -> None:
    graph = loads("input: [4, 4, 4]\nnetwork: [{conv: 4, name: one}, {conv: 4, name: two, share: one}]")
    assert [box.params for box in diagram_of(graph).boxes()] == [0, 20, 0]


def test_containers_that_hold_several_boxes_are_drawn_around_them() -> None:
    drawn = read("mermaid", loads(RESIDUAL), None)
    assert drawn.clusters == [
        *("c_stem", "c_stem_residual", "c_unit_0", "c_unit_0_residual", "c_unit_1", "c_unit_1_residual")
    ]
    assert len(read("dot", loads(RESIDUAL), None).clusters) == 6


@FORMS
def test_joins_and_what_runs_in_training_only_are_marked(form: str) -> None:
    text = export("googlenet", form, depth=2)
    assert isinstance(text, str)
    oval, dashed = {"dot": ("shape=oval", "rounded,dashed"), "mermaid": ("([", "class n_aux1_")}[form]
    join = next(line for line in text.splitlines() if "concat<br/>256" in line or "concat\\n256" in line)
    assert oval in join
    assert dashed in text


@FORMS
def test_names_of_any_kind_are_escaped(form: str) -> None:
    builder = GraphBuilder('a "quoted" name\nof two lines \\ <b> & `c`')
    odd = ['x"y', "x'y", "back\\slash", "<br/>", "a#b;c", "end", "graph", "卷积", "o]-->x", "x_y"]
    last = builder.add_input('in"put', Tensor(3, (8, 8)))
    for name in odd:
        last = builder.add(REGISTRY["relu"](), [last], name)
    drawn = read(form, builder.finish([last]))
    assert len(drawn.nodes) == len(odd) + 1
    assert len(drawn.arrows) == len(odd)


@FORMS
def test_an_input_may_be_called_as_a_block_is(form: str) -> None:
    builder = GraphBuilder("same")
    x = builder.add_input("stem", Tensor(3, (8, 8)))
    end = builder.add(REGISTRY["relu"](), [x], "stem.relu")
    assert len(read(form, builder.finish([builder.add(REGISTRY["relu"](), [end], "stem.relu_2")])).nodes) == 2


def test_a_diagram_that_mermaid_does_not_draw_says_so() -> None:
    small, large = export("resnet50", "mermaid"), export("densenet201", "mermaid", depth=None)
    assert remarks_on_size(str(small)) == ()
    arrows, characters = remarks_on_size(str(large))
    assert arrows.endswith(
        "arrows, and Mermaid draws 500 unless its `maxEdges` is raised; a smaller `--depth` makes it smaller"
    )
    assert "characters, and Mermaid draws 50,000 unless its `maxTextSize` is raised" in characters
