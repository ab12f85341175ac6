"""`cnncost layers`: the layer types of the language."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from cnncost.cli.output import write


def layers(
    name: Annotated[str | None, Argument(help="a layer type; all of them when left out", show_default=False)] = None,
) -> None:
    """List layer types with their parameters."""
    from cnncost.errors import SpecError, did_you_mean
    from cnncost.layers import REGISTRY
    from cnncost.render.catalogue import layer_list, layer_page

    if name is None:
        write(layer_list(REGISTRY))
    elif name in REGISTRY:
        write(layer_page(REGISTRY[name]))
    else:
        raise SpecError(f"unknown layer `{name}`{did_you_mean(name, REGISTRY)}", hint="`cnncost layers` lists them all")
