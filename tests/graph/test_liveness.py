"""Order of execution and last use of every value."""

from __future__ import annotations

import pytest

from cnncost import load
from cnncost.graph.liveness import liveness
from tests.graphs import Builder


def residual() -> Builder:
    """x -> relu -> conv -> add with relu, and a head on relu that runs in training only."""
    net = Builder()
    x = net.input(4, 8, 8)
    relu = net.add("relu", x)
    conv = net.add(("conv", {"out": 4}), relu)
    net.add("add", relu, conv)
    net.add("gelu", relu, name="head")
    return net


def test_a_value_is_released_behind_its_last_reader() -> None:
    graph = residual().graph(3, auxiliary=[4])
    alive = liveness(graph, training=False)
    assert [node.id for node in alive.order] == [1, 2, 3]
    assert alive.last_use == {0: 1, 1: 3, 2: 3}
    assert alive.released == {1: (0,), 3: (1, 2)}


def test_heads_run_in_training_and_keep_what_they_read() -> None:
    graph = residual().graph(3, auxiliary=[4])
    alive = liveness(graph, training=True)
    assert [node.id for node in alive.order] == [1, 2, 3, 4]
    assert alive.last_use == {0: 1, 1: 4, 2: 3}
    assert alive.released == {1: (0,), 3: (2,), 4: (1,)}


def test_outputs_are_kept_though_something_reads_them() -> None:
    alive = liveness(residual().graph(2, 3, auxiliary=[4]), training=False)
    assert 2 not in alive.last_use
    assert alive.released[3] == (1,)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", ["googlenet", "densenet121", "unet", "slowfast_r50"])
def test_nothing_is_read_before_it_is_there_or_after_it_is_released(name: str, training: bool) -> None:
    graph = load(name)
    alive = liveness(graph, training=training)
    present = set(graph.inputs)
    for node in alive.order:
        assert present >= set(node.inputs)
        present.add(node.id)
        present -= set(alive.released.get(node.id, ()))
    assert present == {*graph.outputs, *(graph.auxiliary if training else ())}
