"""`cnncost layers`: the layer types of the language."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from cnncost.cli.output import write


def layers(
    name: Annotated[
        str | None, Argument(metavar="NAME", help="a layer type; all of them when left out", show_default=False)
    ] = None,
) -> None:
    """List layer types with their parameters."""
    from cnncost.errors import SpecError, did_you_mean
    from cnncost.layers import STEP_TYPES
    from cnncost.render.views.layers import layer_list, layer_page

    if name is None:
        write(layer_list(STEP_TYPES))
    elif name in STEP_TYPES:
        write(layer_page(STEP_TYPES[name]))
    else:
        raise SpecError(
            f"unknown layer `{name[:80]}`{did_you_mean(name, STEP_TYPES)}", hint="`cnncost layers` lists them all"
        )
