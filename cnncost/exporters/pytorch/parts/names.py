"""What classes, functions and variables of the file are called."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

from cnncost.exporters.pytorch.parts.regions import is_automatic, turn_of
from cnncost.exporters.pytorch.parts.units import identifier
from cnncost.graph.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.graph.graph import Graph, Node

MAIN = "x"
"""What a value is called that only passes through."""

IMPORTED = frozenset({"Any", "F", "Tensor", "nn", "torch", "self"})
"""Names that the file has already."""

RESERVED = IMPORTED | {*dir(builtins), *keyword.kwlist}
"""Names that mean something else."""

_LETTERS = "xyzuvw"


class ClassNames:
    """Gives every class a name of its own.

    >>> names = ClassNames(())
    >>> names("conv_bn"), names("conv-bn"), names("3x3"), names("none"), names("ResNet-50")
    ('ConvBn', 'ConvBn2', 'Block3x3', 'NoneBlock', 'ResNet50')
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = {*RESERVED, *taken}

    def __call__(self, base: str) -> str:
        words = [word for word in re.split(r"[\W_]+", base, flags=re.ASCII) if word]
        name = "".join([word[0].upper() + word[1:] for word in words]) or "Block"
        if name[0].isdigit():
            name = f"Block{name}"
        if name in RESERVED:
            name += "Block"
        found, number = name, 2
        while found in self.taken:
            found, number = f"{name}{number}", number + 1
        self.taken.add(found)
        return found


def factory_name(network: str, taken: Iterable[str]) -> str:
    """The function that makes the network.

    >>> factory_name("ResNet-50", ()), factory_name("3d", ()), factory_name("torch", ())
    ('resnet_50', 'network_3d', 'torch_')
    """
    name = re.sub(r"\W+", "_", network.lower(), flags=re.ASCII).strip("_") or "network"
    if name[0].isdigit():
        name = f"network_{name}"
    used = {*RESERVED, *taken}
    while name in used:
        name += "_"
    return name


def input_names(graph: Graph, values: Sequence[int], is_network: bool) -> list[str]:
    """Variables for the inputs of a class: `x` for the only one, and for the last that is there of several."""
    if is_network:
        wanted = [MAIN] if len(values) == 1 else [identifier(graph.nodes[value].name) for value in values]
    else:
        last = max(values, default=-1)
        wanted = [MAIN if value == last else hint_of(graph.nodes[value]) for value in values]
    found: list[str] = []
    for name in wanted:
        free, number = f"{name}_" if name in RESERVED else name, 2
        while free in found:
            free, number = f"{name}_{number}", number + 1
        found.append(free)
    return found


def letters(count: int) -> list[str]:
    """Variables for what a layer reads.

    >>> letters(2), letters(7)[-1]
    (['x', 'y'], 'x7')
    """
    return [_LETTERS[place] if place < len(_LETTERS) else f"x{place + 1}" for place in range(count)]


def hint_of(node: Node) -> str:
    """What to call the value of a node: as it is called itself, or the innermost step that somebody gave a name to.

    >>> from cnncost import load
    >>> [hint_of(load("unet").nodes[number]) for number in (6, 35, 36)]
    ['skip', 'grown', 'up']
    """
    own = node.name.removeprefix("".join([f"{container.name}." for container in node.containers]))
    if node.layer is INPUT or not is_automatic(own, node.type) or not node.containers:
        return identifier(turn_of(own) or own)
    innermost = node.containers[-1].name
    return identifier(turn_of(innermost) or innermost)
