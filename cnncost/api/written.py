"""Networks as specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.api.networks import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits


def write_spec(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
) -> str:
    """The text of a spec, with blocks, loops and parameters, that gives the network again.

    What is loaded from it has the same layers in the same order, called the same, with the same fields, inputs and
    weights: its ``to_dict()`` is equal, except for settings, which are part of the numbers then.

    Args:
        spec: as for :func:`analyze`: a PyTorch model, a file of Darknet or Ultralytics, a spec, or a graph.
        set: variables to override.
        input: other input shapes.
        limits, arguments, partial: as for :func:`load`.

    Raises:
        SpecError: what does not hold, or a network that the language cannot say.

    >>> print(write_spec("vgg16", set={"depths": [1, 1, 2, 2, 2]}).partition("network:")[2].partition("- adapt")[0])
    <BLANKLINE>
      - for: [out, depth]
        in: [[64, 1], [128, 1], [256, 2], [512, 2], [512, 2]]
        name: block
        do:
          - {conv3: out, repeat: depth}
          - maxpool: 2
    <BLANKLINE>
    """
    from cnncost.importers.writer.write import write

    return write(graph_of(spec, set, input, limits, arguments, partial=partial))
