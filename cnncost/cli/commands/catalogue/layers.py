"""`cnncost layers`: the layer types of the language."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from cnncost.cli.output import write


def layers(
    name: Annotated[
        str | None, Argument(metavar="TYPE", help="a layer type; all of them when left out", show_default=False)
    ] = None,
) -> None:
    """List layer types with their parameters.

    Examples:
        cnncost layers
        cnncost layers conv
    """
    from cnncost.errors import SpecError
    from cnncost.layers import STEP_TYPES
    from cnncost.layers.base.elsewhere import suggest_layer
    from cnncost.render.terminal.prose import prose
    from cnncost.render.views.catalogue.layers import layer_list, layer_page

    if name is None:
        write(prose(layer_list(STEP_TYPES)))
    elif name in STEP_TYPES:
        write(prose(layer_page(STEP_TYPES[name])))
    else:
        close, hint = suggest_layer(name, STEP_TYPES)
        raise SpecError(f"unknown layer `{name[:80]}`{close}", hint=hint or "`cnncost layers` lists them all")
