"""Random networks with names of all kinds: within others, numbered with gaps, called twice, read from afar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.graph.builder import GraphBuilder
from cnncost.graph.graph import Container
from cnncost.graph.names import joined, segments
from cnncost.layers import REGISTRY, Tensor

if TYPE_CHECKING:
    from random import Random

    from cnncost.graph.graph import Graph

_WORDS = ("body", "stem", "layer1", "layer2", "down", "head", "conv", "relu")
_KINDS = ("sequence", "unit", "stage_block", "for", "conv")


def random_graph(random: Random) -> Graph:
    """A network of 4 to 40 layers on maps of one size, so that any of them fits any other."""
    builder = GraphBuilder("random")
    builder.add_input("x", Tensor(4, (6, 6)))
    if random.random() < 0.2:
        builder.add_input("other", Tensor(4, (6, 6)))
    paths = _paths(random)
    kinds: dict[str, str] = {}
    path: list[str] = []
    while builder.size < random.randint(5, 40):
        if random.random() < 0.3:
            path = random.choice(paths)
        _add(builder, random, path, kinds)
    read = {number for node in builder.nodes for number in node.inputs}
    ends = [node.id for node in builder.nodes if node.id not in read]
    outputs, auxiliary = ends, []
    if len(ends) > 1 and random.random() < 0.3:
        outputs, auxiliary = ends[1:], ends[:1]
    return builder.finish(outputs, auxiliary)


def _paths(random: Random) -> list[list[str]]:
    """Containers that lie in each other, some of them numbers."""
    paths: list[list[str]] = [[]]
    for _ in range(random.randint(1, 6)):
        around = random.choice(paths)
        number = f"[{random.randint(0, 3)}]"
        paths.append([*around, number if around and random.random() < 0.5 else random.choice(_WORDS)])
    return paths


def _add(builder: GraphBuilder, random: Random, path: list[str], kinds: dict[str, str]) -> None:
    """One layer more, in a container, that reads the last one as a rule."""
    last = builder.size - 1
    reads = [last if random.random() < 0.8 else random.randint(0, last)]
    keyword, arguments = random.choice(
        [
            ("conv", {"out": 4, "kernel": random.choice([1, 3]), "padding": "same", "bias": random.random() < 0.5}),
            *[("relu", {}), ("relu", {"inplace": False}), ("gelu", {}), ("batchnorm", {}), ("add", {})],
        ]
    )
    if keyword == "add":
        reads += random.sample(range(last + 1), min(last + 1, random.randint(1, 3)))
    layer = REGISTRY[keyword].make(arguments, 2)
    name, number = joined([*path, keyword]), 1
    if random.random() < 0.3:
        name = joined([*path, random.choice(_WORDS)])
    taken = {node.name for node in builder.nodes}
    plain = name
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    parts = segments(name)
    containers = []
    for depth, part in enumerate(parts[:-1]):
        kind = kinds.setdefault(joined(parts[: depth + 1]), random.choice(_KINDS))
        containers.append(Container(part, kind))
    owners = [node.id for node in builder.nodes if node.layer == layer and node.owns_weights and keyword == "conv"]
    share = random.choice(owners) if owners and random.random() < 0.1 else None
    trainable = share is not None or random.random() < 0.9
    builder.add(layer, reads, name, containers=tuple(containers), share=share, trainable=trainable)
