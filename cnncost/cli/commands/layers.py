"""`cnncost layers`: the layer types of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from cnncost.cli.output import write

if TYPE_CHECKING:
    from cnncost.layers import Layer


def layers(
    name: Annotated[
        str | None, Argument(metavar="NAME", help="a layer type; all of them when left out", show_default=False)
    ] = None,
) -> None:
    """List layer types with their parameters."""
    from cnncost.errors import SpecError, did_you_mean
    from cnncost.layers import REGISTRY, SUGAR
    from cnncost.render.views.layers import layer_list, layer_page

    known: dict[str, type[Layer]] = {**REGISTRY, **SUGAR}
    if name is None:
        write(layer_list(known))
    elif name in known:
        write(layer_page(known[name]))
    else:
        raise SpecError(
            f"unknown layer `{name[:80]}`{did_you_mean(name, known)}", hint="`cnncost layers` lists them all"
        )
