"""Networks of one structure become one graph; others are refused, with what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost import load
from cnncost.errors import SpecError
from cnncost.graph.stacking import stack
from cnncost.layers import Tensor
from cnncost.symbolic.arrays import ExactArray
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

CONV = ("conv", {"out": 8, "kernel": 3, "padding": 1})


def two(**changes: Any) -> list[Graph]:
    """A network of one convolution, and the same with these fields changed."""
    fields = CONV[1] | changes
    return [chain([CONV], (3, 6, 6)), chain([("conv", fields)], (3, 6, 6))]


def test_what_differs_becomes_an_array_and_the_rest_stays() -> None:
    graph = stack([chain([CONV, "relu"], (3, size, 6)) for size in (6, 7, 9)])
    conv, relu = graph.layers
    assert conv.layer == chain([CONV], (3, 6, 6)).layers[0].layer
    assert (conv.y.channels, conv.y.spatial[1]) == (8, 6)
    assert conv.y.spatial[0].numbers == relu.xs[0].spatial[0].numbers == [6, 7, 9]  # type: ignore[attr-defined]
    assert isinstance(conv.y, Tensor)


def test_fields_are_stacked_inside_their_tuples() -> None:
    layer = stack(two(stride=(1, 2), padding=((1, 1), (1, 0)), out=16)).layers[0].layer
    assert (layer.stride[0], layer.padding[0], layer.kernel) == (1, (1, 1), (3, 3))
    assert layer.out.numbers == [8, 16]
    assert layer.stride[1].numbers == [1, 2]
    assert layer.padding[1][1].numbers == [1, 0]


def test_one_network_is_a_graph_of_numbers() -> None:
    graph = load("lenet5")
    assert stack([graph, graph]).nodes == stack([graph]).nodes == graph.nodes


def test_what_is_said_of_one_network_is_not_said_of_all() -> None:
    graph = stack([load("mobilenet_v2", set={"alpha": alpha}) for alpha in (0.5, 1.4)])
    assert (graph.name, graph.expect, graph.published, graph.variables) == ("mobilenet_v2", None, (), ())


@pytest.mark.parametrize(
    ("graphs", "message"),
    [
        ([], "no networks to stack"),
        ([chain([CONV], (3, 6, 6)), chain([CONV, "relu"], (3, 6, 6))], "with 1 layers and 2"),
        (
            [chain(["relu"], (3, 6, 6)), chain(["gelu"], (3, 6, 6))],
            "the name of layer 1, `relu_1` is relu_1 and",
        ),
        (two(bias=False), "`bias` of `conv_1` is True and False"),
        (two(padding="same"), "`padding` of `conv_1`"),
        ([chain(["relu"], (3, 6, 6)), chain(["relu"], (3, 6))], "spatial|reads|output"),
        (
            [chain([("permute", {"axes": axes})], (3, 6, 7)) for axes in ([0, 1, 2], [0, 2, 1])],
            r"`axes` of `permute_1` is \(0, 1, 2\) and \(0, 2, 1\)",
        ),
    ],
)
def test_unlike_structures_are_refused(graphs: list[Graph], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        stack(graphs)


def test_unlike_wiring_is_refused() -> None:
    def wired(*inputs: int, trainable: bool = True, share: bool = False) -> Graph:
        net = Builder()
        net.input(8, 4, 4)
        net.add(CONV, 0)
        net.add(CONV, *inputs, trainable=trainable, share=1 if share else None)
        return net.graph(1, 2)

    for other, what in (
        (wired(0), "inputs"),
        (wired(1, trainable=False), "trainable"),
        (wired(1, share=True), "weights"),
        (wired(1)._replace(outputs=(2,)), "unlike outputs"),
    ):
        with pytest.raises(SpecError, match=what):
            stack([wired(1), other])


def test_a_stacked_number_is_an_exact_array() -> None:
    assert isinstance(stack(two(out=2**40)).layers[0].layer.out, ExactArray)
