"""How large a spec and its network may be, so that no input takes long to refuse."""

from __future__ import annotations

from cnncost.graph.builder import MOST_NODES
from cnncost.records import NamedTuple

MOST_NUMBERS = 10**12
"""Parameters and buffers of a network that is imported, and elements of any output: as many take 4 TB in single
precision. A spec may be a thought experiment, and may have more."""

BYTES_PER_YAML_NODE = 10
"""Where `--max-bytes` allows more than usual, so many of its bytes allow one more scalar or collection."""

YAML_NODES_HINT = f"`--max-bytes` raises the limit: one for every {BYTES_PER_YAML_NODE} bytes"


class Limits(NamedTuple):
    """What a spec may hold at most.

    >>> from cnncost.language.load import loads
    >>> loads("input: 8\\nnetwork: [relu, gelu, tanh]", "net.yaml", limits=Limits(nodes=2))
    Traceback (most recent call last):
        ...
    cnncost.errors.SpecError: error: more than 2 layers
     --> net.yaml:2:23
      |
    2 | network: [relu, gelu, tanh]
      |                       ^^^^
      = hint: `--max-nodes` raises the limit
    """

    bytes: int = 1_000_000
    """Size of the text."""
    depth: int = 60
    """How deep collections nest."""
    nodes: int = MOST_NODES
    """Layers of the expanded network."""
    yaml_nodes: int = 100_000
    """Scalars and collections of the text, each alias counted as all that it stands for."""
