"""What the constructor of the network does when all modules are there: weights that are shared, and frozen ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.classes.templates import is_same
from cnncost.exporters.pytorch.code.signatures import module_name
from cnncost.graph.weights import has_weights, is_weight_of
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.exporters.pytorch.parts.recording import Recording
    from cnncost.exporters.pytorch.parts.units import Member
    from cnncost.graph.graph import Graph


class Home(NamedTuple):
    """How a layer has its weights in its module."""

    module: Any
    """The expression that makes the module."""
    inside: str
    """Where in the module they are: behind padding in the second of two modules, or in the module itself."""
    tensor: str
    """The first tensor of a class of the layer's own; of other modules the one that PyTorch calls so."""


def home_of(members: Sequence[Member], recording: Recording) -> Home:
    """How the modules of a layer hold its weights."""
    module = members[0].expression if members else None
    return Home(module, _inside(module), recording.parts[0][0] if recording.parts else "weight")


def tied_lines(graph: Graph, places: Mapping[int, str], homes: Mapping[int, Home]) -> list[str]:
    """The statements that let layers use the weights of others, whose modules they cannot simply call.

    Args:
        graph: the network.
        places: where the modules of nodes are.
        homes: how they hold weights.
    """
    lines = []
    for node in graph.layers:
        ours, theirs = places.get(node.id), places.get(node.weights)
        if node.owns_weights or not has_weights(node) or ours is None or theirs is None or ours == theirs:
            continue
        home, other = homes[node.id], homes[node.weights]
        if is_weight_of(node, graph.nodes[node.weights]):
            lines.append(f"self.{ours}.{home.tensor} = self.{theirs}{other.inside}.weight")
        elif is_same(home.module, other.module):
            lines.append(f"self.{ours} = self.{theirs}")
        else:
            lines.append(f"{share_weights.__name__}(self.{ours}{home.inside}, self.{theirs}{other.inside})")
    return lines


def share_weights(module: Any, owner: Any) -> None:
    """Let a module use the weights of another one."""
    for ours, theirs in zip(module.modules(), owner.modules(), strict=True):
        ours._parameters.update(theirs._parameters)
        ours._buffers.update(theirs._buffers)


def frozen_lines(graph: Graph, places: Mapping[int, str]) -> list[str]:
    """The statements that stop the training of weights, each of as much as is frozen together."""
    tree = _Branch()
    for node in graph.layers:
        if node.id in places and node.parameters() > 0:
            tree.add(re.findall(r"\.?\w+|\[\d+\]", places[node.id]), node.trainable)
    return [
        f"self{'.' if path and path[0] not in '.[' else ''}{path}.requires_grad_(False)" for path in tree.frozen("")
    ]


class _Branch:
    """Modules in a module, and whether any of their weights are trained."""

    def __init__(self) -> None:
        self.inside: dict[str, _Branch] = {}
        self.is_trained = False
        self.is_frozen = False

    def add(self, path: list[str], trainable: bool) -> None:
        self.is_trained |= trainable
        self.is_frozen |= not trainable
        if path:
            self.inside.setdefault(path[0], _Branch()).add(path[1:], trainable)

    def frozen(self, path: str) -> list[str]:
        """The paths of what is frozen as a whole."""
        if not self.is_frozen:
            return []
        if not self.is_trained:
            return [path]
        return [found for name, branch in self.inside.items() for found in branch.frozen(path + name)]


def _inside(module: Any) -> str:
    if module_name(module) != "Sequential":
        return ""
    items = [module_name(item) for _, item in module.arguments]
    return next((f"[{place}]" for place, name in enumerate(items) if "Pad" not in name), "")
