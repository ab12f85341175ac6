"""Names: a path of PyTorch modules as the name of a node, and a class as the kind of a container.

A spec can say the names that are made here, so that a model and the spec written of it have the same: children that
are numbered are indexed (`layer1.0` is `layer1[0]`), and the calls of a module, or of a function in it, are numbered
from the second on (`relu`, `relu_2`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.graph.graph import Container
from cnncost.graph.names import joined, segments
from cnncost.language.document.signature import RESERVED
from cnncost.language.expressions.expression import RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

SEQUENCE = "sequence"
"""What modules are that only number their children, and the one that a path begins in with a number."""

_NUMBERING = frozenset({"Sequential", "ModuleList"})


def name_of_path(path: str) -> str:
    """The name of what a path of modules leads to, with the name of a function in it as the last part.

    :attr:`cnncost.graph.graph.Node.module_name` is the way back, where no part had to change: those that are no names
    get an underscore for what is in the way.

    >>> name_of_path("layer1.0.downsample.1"), name_of_path("features.1.conv.0.0"), name_of_path("0.weight")
    ('layer1[0].downsample[1]', 'features[1].conv[0][0]', 'sequence[0].weight')
    >>> name_of_path("trunk.block1-0.1x1.input")
    'trunk.block1_0._1x1.input_'
    """
    parts = path.split(".")
    if parts[0].isdecimal():
        parts.insert(0, SEQUENCE)
    return joined([f"[{int(part)}]" if part.isdecimal() else _identifier(part) for part in parts])


def containers_of(name: str, kind_of: Callable[[str], str]) -> tuple[Container, ...]:
    """The containers of the node of that name: all its parts but the last, numbers with what they number.

    Args:
        name: from :func:`name_of_path`.
        kind_of: the kind of the container of a whole name, such as `layer1[0]`: from :func:`kind_of_class`.

    >>> containers_of("layer1[0].conv1", {"layer1[0]": "bottleneck"}.__getitem__)
    (Container(name='layer1[0]', kind='bottleneck'),)
    """
    parts = segments(name)
    return tuple([Container(part, kind_of(joined(parts[: depth + 1]))) for depth, part in enumerate(parts[:-1])])


def kind_of_class(name: str) -> str:
    """What a block is called that is an instance of the class `name`.

    >>> kind_of_class("Bottleneck"), kind_of_class("Conv2dNormActivation"), kind_of_class("SEBlock")
    ('bottleneck', 'conv2d_norm_activation', 'se_block')
    >>> kind_of_class("Sequential"), kind_of_class("_DenseLayer")
    ('sequence', 'dense_layer')
    """
    if name in _NUMBERING:
        return SEQUENCE
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return _identifier(words.strip("_") or "block")


def _identifier(part: str) -> str:
    """`part`, or the nearest name that a step of a spec may have."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", part)
    if not name or name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if name in RESERVED or name in RESERVED_WORDS else name
