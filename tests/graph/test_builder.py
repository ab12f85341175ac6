"""Graphs built without a spec: what the builder infers, what it refuses, and where it says that the fault is."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cnncost.errors import DescribedOrigin, Source, Span, SpecError
from cnncost.graph.builder import GraphBuilder
from cnncost.graph.graph import Container
from cnncost.language.load import loads
from cnncost.layers import REGISTRY, Layer, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = Tensor(3, (8, 8))
HERE = DescribedOrigin("model.layer1[0].conv, resnet.py:94")


def layer(keyword: str, rank: int = 2, **arguments: object) -> Layer:
    """A layer by its type."""
    return REGISTRY[keyword].make(arguments, rank)


def test_shapes_are_inferred_and_nodes_numbered() -> None:
    builder = GraphBuilder("small")
    x = builder.add_input("image", IMAGE)
    # A kernel of 3 without padding takes two off each axis.
    y = builder.add(layer("conv", out=4, kernel=3), [x], "stem", origin=HERE)
    z = builder.add(layer("relu"), [y])
    graph = builder.finish([z], source="nobody", warnings=("odd",))
    assert (graph.name, graph.inputs, graph.outputs, graph.source, graph.warnings) == (
        "small", (0,), (2,), "nobody", ("odd",),
    )  # fmt: skip
    assert [(node.id, node.name, node.inputs, node.y.dims) for node in graph.nodes] == [
        (0, "image", (), (3, 8, 8)),
        (1, "stem", (0,), (4, 6, 6)),
        (2, "relu", (1,), (4, 6, 6)),
    ]
    assert graph.nodes[1].xs == (IMAGE,)
    assert graph.nodes[1].origin is HERE
    assert all(node.owns_weights and node.trainable and not node.auxiliary for node in graph.nodes)


def test_it_is_the_graph_of_the_spec() -> None:
    """The same network from YAML, apart from where its nodes come from."""
    spec = loads(
        """
        name: both
        input: [3, 8, 8]
        network:
          - {conv: {out: 3, kernel: 3, padding: 1}, name: stem}
          - {add, from: [input, stem]}
          - {repeat: 2, conv: 4, trainable: false}
        """
    )
    builder = GraphBuilder("both")
    x = builder.add_input("input", IMAGE)
    y = builder.add(layer("conv", out=3, kernel=3, padding=1), [x], "stem")
    y = builder.add(layer("add"), [x, y])
    y = builder.add(layer("conv", out=4), [y], "conv[0]", trainable=False)
    y = builder.add(layer("conv", out=4), [y], "conv[1]", trainable=False)
    assert builder.finish([y]).nodes == tuple(node._replace(origin=None) for node in spec.nodes)


def test_names_are_numbered_within_their_containers() -> None:
    builder = GraphBuilder("net")
    builder.add_input("relu", IMAGE)
    stage = (Container("stage[0]", "for"), Container("basic", "basic"))
    for containers in ((), (), stage, stage):
        builder.add(layer("relu"), [builder.size - 1], containers=containers)
    assert [node.name for node in builder.nodes] == [
        "relu", "relu_2", "relu_3", "stage[0].basic.relu", "stage[0].basic.relu_2",
    ]  # fmt: skip
    assert builder.nodes[-1].containers == stage


def test_a_layer_used_twice_is_made_and_inferred_once() -> None:
    class Counted(Layer):
        """A layer that counts how often its output is inferred; it is not one of the language."""

        inferred = 0

        def output(self, x: Tensor) -> Tensor:
            type(self).inferred += 1
            return x

    builder = GraphBuilder("net")
    x = builder.add_input("x", IMAGE)
    conv = builder.make(REGISTRY["conv"], {"out": 3, "kernel": [1, 1]}, 2)
    assert builder.make(REGISTRY["conv"], {"out": 3, "kernel": [1, 1]}, 2) is conv
    assert builder.make(REGISTRY["conv"], {"out": 3, "kernel": [1, 2]}, 2) is not conv
    once = builder.make(Counted, {}, 2)
    for _ in range(5):
        x = builder.add(once, [x])
    assert Counted.inferred == 1
    builder.add(once, [builder.add(layer("maxpool", kernel=2), [x])])
    assert Counted.inferred == 2


def test_arguments_that_python_takes_for_equal_are_told_apart() -> None:
    builder = GraphBuilder("net")
    assert builder.make(REGISTRY["conv"], {"out": 1}, 2).out == 1  # type: ignore[attr-defined]
    with pytest.raises(SpecError, match="must be a positive whole number, not true"):
        builder.make(REGISTRY["conv"], {"out": True}, 2)


def test_weights_are_shared_and_frozen() -> None:
    builder = GraphBuilder("twins")
    left, right = builder.add_input("left", IMAGE), builder.add_input("right", IMAGE)
    conv = layer("conv", out=4)
    first = builder.add(conv, [left], trainable=False)
    second = builder.add(conv, [right], share=first)
    third = builder.add(conv, [right], share=second)
    assert [builder.nodes[node].weights for node in (first, second, third)] == [first] * 3
    assert [builder.nodes[node].trainable for node in (first, second, third)] == [False] * 3
    fourth = builder.add(conv, [right])
    builder.share(range(first, first + 1), range(fourth, fourth + 1), "first")
    assert builder.nodes[fourth].weights == first
    fifth = builder.add(conv, [right])
    builder.freeze(range(fifth, fifth + 1))
    assert not builder.nodes[fifth].trainable


def test_what_only_auxiliary_outputs_need_is_marked() -> None:
    builder = GraphBuilder("heads")
    x = builder.add_input("x", IMAGE)
    stem = builder.add(layer("relu"), [x])
    pooled = builder.add(layer("global_avgpool"), [stem])
    head = builder.add(layer("flatten"), [pooled])
    main = builder.add(layer("gelu"), [stem])
    graph = builder.finish([main], [head])
    assert graph.auxiliary == (head,)
    assert [node.auxiliary for node in graph.nodes] == [False, False, True, True, False]


def chain(*layers: Layer, tensor: Tensor = IMAGE, limit: int = 100) -> GraphBuilder:
    """A builder with layers one behind the other, each with an origin of its own."""
    builder = GraphBuilder("net", limit)
    last = builder.add_input("x", tensor, DescribedOrigin("input of the model"))
    for number, each in enumerate(layers):
        last = builder.add(each, [last], origin=DescribedOrigin(f"line {number}"))
    return builder


def _unread() -> None:
    builder = chain(layer("relu"), layer("gelu"), layer("tanh"))
    builder.finish([1])


def _unlike_shapes() -> None:
    builder = chain(layer("conv", out=3, kernel=3))
    builder.add(layer("add"), [0, 1], "sum", origin=HERE)


def _field() -> None:
    origins = {"kernel": DescribedOrigin("kernel_size of model.layer1[0].conv")}
    chain().add(layer("conv", out=4, kernel=9), [0], origin=HERE, field_origins=origins)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a layer that does not fit": (
        lambda: chain(layer("relu"), layer("conv", out=4, groups=2)),
        """
        error: 2 groups do not divide the 3 input channels
         --> line 1
        """,
    ),
    "a field at fault": (
        _field,
        """
        error: kernel of 9 is larger than its input of 8
         --> kernel_size of model.layer1[0].conv
          = hint: the input is [3, 8, 8]
        """,
    ),
    "an argument at fault": (
        lambda: chain().make(REGISTRY["conv"], {"out": 4, "stride": 0}, 2, origin=HERE),
        """
        error: `stride` must be a positive whole number, or one per axis, not 0
         --> model.layer1[0].conv, resnet.py:94
        """,
    ),
    "unlike shapes": (
        _unlike_shapes,
        """
        error: `add` joins unlike shapes [3, 8, 8] and [3, 6, 6]
         --> model.layer1[0].conv, resnet.py:94
          = hint: [3, 8, 8] comes from `x`; [3, 6, 6] comes from `conv`
        """,
    ),
    "a layout that the layer does not take": (
        lambda: chain(layer("linear", out=4)),
        """
        error: `linear` takes a flat tensor or tokens, not a map of [3, 8, 8]
         --> line 0
          = hint: put a `flatten` before it, or say which `axis` it is over
        """,
    ),
    "a dimension of nothing": (
        lambda: chain(layer("conv_transpose", out=1, kernel=1, padding=4)),
        """
        error: a dimension reaches zero: the output of `conv_transpose` would be [1, 0, 0]
         --> line 0
          = hint: its input is [3, 8, 8]
        """,
    ),
    "an output that is too large": (
        lambda: chain(layer("upsample", scale=10**15)),
        """
        error: the output of `upsample` has more than 10**30 elements
         --> line 0
        """,
    ),
    "an input that is too large": (
        lambda: chain(tensor=Tensor(10**15, (10**15, 2))),
        """
        error: `x` has more than 10**30 elements
         --> input of the model
        """,
    ),
    "too many layers": (
        lambda: chain(layer("relu"), layer("relu"), layer("relu"), limit=2),
        """
        error: more than 2 layers
         --> line 2
          = hint: `--max-nodes` raises the limit
        """,
    ),
    "a name that is taken": (
        lambda: chain(layer("relu")).add(layer("gelu"), [0], "relu", origin=HERE),
        """
        error: the name `relu` is taken
         --> model.layer1[0].conv, resnet.py:94
          = hint: every node of a graph has a name of its own
        """,
    ),
    "an input of a name that is taken": (
        lambda: chain().add_input("x", IMAGE, HERE),
        """
        error: the name `x` is taken
         --> model.layer1[0].conv, resnet.py:94
          = hint: every node of a graph has a name of its own
        """,
    ),
    "nothing to read": (
        lambda: chain().add(layer("relu"), [], origin=HERE),
        """
        error: `relu` has nothing to read
         --> model.layer1[0].conv, resnet.py:94
        """,
    ),
    "too much to read": (
        lambda: chain().add(layer("relu"), [0, 0], origin=HERE),
        """
        error: `relu` reads one output, not 2
         --> model.layer1[0].conv, resnet.py:94
        """,
    ),
    "nothing to follow": (
        lambda: chain().add(layer("crop", like=True), [0], origin=HERE),
        """
        error: `crop` reads 2 outputs, not 1
         --> model.layer1[0].conv, resnet.py:94
        """,
    ),
    "weights of nothing": (
        lambda: chain(layer("relu")).add(layer("conv", out=3), [0], share=1, origin=HERE),
        """
        error: `relu` has no weights to share
         --> model.layer1[0].conv, resnet.py:94
        """,
    ),
    "weights of another layer": (
        lambda: chain(layer("conv", out=4)).add(layer("conv", out=3), [0], share=1, origin=HERE),
        """
        error: `conv` and `conv_2` cannot share weights
         --> model.layer1[0].conv, resnet.py:94
          = hint: they differ in `out`
        """,
    ),
    "what nothing reads": (
        _unread,
        """
        error: nothing reads the step `tanh`
         --> line 2
          = hint: remove it, or name it under `outputs`
        """,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_carries_its_origin(name: str) -> None:
    build, text = REFUSED[name]
    with pytest.raises(SpecError) as caught:
        build()
    assert str(caught.value) == dedent(text).strip()


def test_without_an_origin_the_message_stands_alone() -> None:
    with pytest.raises(SpecError) as caught:
        GraphBuilder("net", 0).add(layer("relu"), [])
    assert str(caught.value) == "error: `relu` has nothing to read"


def test_thousands_of_nodes_are_no_work() -> None:
    """As many as an importer brings; nothing looks at all nodes for each."""
    builder = GraphBuilder("deep", 50_000)
    last = builder.add_input("x", IMAGE)
    for _ in range(20_000):
        last = builder.add(builder.make(REGISTRY["conv"], {"out": 3}, 2), [last])
    graph = builder.finish([last])
    assert graph.nodes[-1].name == "conv_20000"
    assert len({id(node.layer) for node in graph.layers}) == 1


# Origins.


def test_a_span_shows_its_line() -> None:
    span = Span(Source("net.yaml", "network:\n  - conv: 4 * widht\n"), 2, 15, 2, 20)
    assert span.where == "net.yaml:2:15"
    assert span.excerpt() == ["  |", "2 |   - conv: 4 * widht", "  |               ^^^^^"]


def test_a_description_stays_on_its_line() -> None:
    origin = DescribedOrigin("a node\nof a \x1b[31mfile")
    assert origin.where == "a node of a ?[31mfile"
    assert origin.excerpt() == []
    assert str(SpecError("wrong", origin, chain=("network", "stage"), called_on=3, hint="mend it")).splitlines() == [
        "error: wrong",
        " --> a node of a ?[31mfile",
        "  = in network > stage, called on line 3",
        "  = hint: mend it",
    ]


def test_an_origin_may_be_of_any_kind() -> None:
    class OfModule:
        """What an importer will bring: a module and the line that calls it."""

        where = "layer1.0.conv1 (resnet.py:94)"
        margin = "  "

        def excerpt(self) -> list[str]:
            return ["   |", "94 |     out = self.conv1(x)"]

    with pytest.raises(SpecError) as caught:
        GraphBuilder("net").add(layer("relu"), [], origin=OfModule())
    assert str(caught.value).splitlines() == [
        "error: `relu` has nothing to read",
        "  --> layer1.0.conv1 (resnet.py:94)",
        "   |",
        "94 |     out = self.conv1(x)",
    ]
