"""What may make a step smaller: each a change of its settings, with a name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.settings import OPTIMIZER_STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

_NO_BLOCKS = frozenset(("for", "residual", "shortcut", "branch", "sequence"))
"""Containers that stand for something of the language, not for a block that somebody named."""

_MOST_BLOCKS = 3
"""Kinds of blocks that are tried."""


def changes_of(graph: Graph, settings: StepSettings) -> dict[str, Mapping[str, Any]]:
    """Changes that go with the settings, by name: what they set.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> [*changes_of(load("resnet50"), StepSettings(mode="infer", amp="bfloat16"))]
    ['in place']
    """
    changes: dict[str, Mapping[str, Any]] = {}
    if settings.amp is None and settings.dtype == "float32":
        changes["autocast to bf16"] = {"amp": "bfloat16"}
    if not settings.inplace:
        changes["in place"] = {"inplace": True}
    if settings.trains:
        changes |= _for_training(graph, settings)
    return changes


def _for_training(graph: Graph, settings: StepSettings) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Less state, no temporaries of the optimizer, blocks computed again."""
    states = OPTIMIZER_STATES[settings.optimizer]
    for optimizer in ("momentum", "sgd"):
        if OPTIMIZER_STATES[optimizer] < states:
            yield f"optimizer {optimizer}", {"optimizer": optimizer, "implementation": None}
    if settings.implementation != "fused":
        yield "fused optimizer", {"implementation": "fused"}
    if not settings.set_to_none:
        yield "gradients freed before a step", {"set_to_none": True}
    if not settings.checkpoint:
        for kind in _block_kinds(graph):
            yield f"checkpointing each {kind}", {"checkpoint": (kind,)}


def _block_kinds(graph: Graph) -> list[str]:
    """The kinds of blocks that stand several times in the network, the most frequent first."""
    blocks: set[tuple[str, ...]] = set()
    kinds: Counter[str] = Counter()
    for node in graph.nodes:
        path: tuple[str, ...] = ()
        for container in node.containers:
            path = (*path, container.name)
            if container.kind not in _NO_BLOCKS and path not in blocks:
                blocks.add(path)
                kinds[container.kind] += 1
    return [kind for kind, count in kinds.most_common(_MOST_BLOCKS) if count > 1]
