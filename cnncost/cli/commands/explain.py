"""`cnncost explain`: where figures come from."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from cnncost.cli import options
from cnncost.cli.output import warn, write


def explain(
    spec: Annotated[
        str, Argument(metavar="SPEC", help=f"{options.SPEC_HELP}; or a layer type, such as `conv`", show_default=False)
    ],
    layer: Annotated[
        str | None,
        Argument(metavar="LAYER", help="a layer, or a block of layers; the totals when left out", show_default=False),
    ] = None,
    *,
    total: Annotated[
        str | None, Option(metavar="FIGURE", help="the only one to explain, e.g. `params`, also of a layer")
    ] = None,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    convention: options.Convention = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show the formula, numbers and source of each figure.

    Of one layer of a network; of a block, or of the totals, what they add up from. Without a network, of one layer:
    `cnncost explain conv --input 64,56,56 --set out=128,kernel=3,padding=1`.
    """
    from cnncost.api import explain as explain_spec
    from cnncost.explanation.single import names_a_layer_type
    from cnncost.render.format import find_format
    from cnncost.render.views.explain import explanation_document

    output = find_format(form)
    settings = options.arguments_of(set) if names_a_layer_type(spec) else options.settings_of(set)
    explanation = explain_spec(
        spec,
        layer,
        total=total,
        set=settings,
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        batch=options.whole("--batch", batch),
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        amp=amp,
        convention=convention,
        limits=options.limits_of(max_nodes, max_bytes),
    )
    warn(explanation.warnings)
    write(output.render(explanation_document(explanation), raw))
