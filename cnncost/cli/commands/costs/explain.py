"""`cnncost explain`: where figures come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.spaces.closed_forms.closed_form import ClosedForms


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
    symbolic: Annotated[
        str | None,
        Option(
            metavar="batch|input|resolution|VARIABLE,...",
            help="formulas in `batch`, `input` (its axes), `resolution` (all of them alike), or variables of the spec",
        ),
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
    device: options.LatencyDevice = None,
    channels_last: options.ChannelsLast = False,
    convention: options.Convention = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show the formula, numbers and source of each figure.

    Of one layer of a network; of a block, or of the totals, what they add up from. Without a network, of one layer.
    As polynomials: `--symbolic batch,input`.

    Examples:
        cnncost explain lenet5 conv
        cnncost explain resnet50 'stage[0].bottleneck[0]'
        cnncost explain resnet50 --total params
        cnncost explain conv --input 64,56,56 --set out=128,kernel=3,padding=1
        cnncost explain lenet5 --symbolic batch
        cnncost explain lenet5 conv --device h200 --batch 64
    """
    from cnncost.api import explain as explain_spec
    from cnncost.explanation.single import names_a_layer_type
    from cnncost.render.format import find_format
    from cnncost.render.views.costs.explain import explanation_document

    output = find_format(form)
    if symbolic is not None:
        _refuse_beside_symbolic(layer, arg, partial=partial)
        forms = _closed_forms(
            spec,
            symbolic,
            total,
            set=options.settings_of(set),
            input=options.shapes_of(input),
            batch=options.whole("--batch", batch),
            dtype=dtype,
            optimizer=optimizer,
            mode=mode,
            amp=amp,
            convention=convention,
            limits=options.limits_of(max_nodes, max_bytes),
        )
        warn(forms.warnings)
        from cnncost.render.views.costs.closed_forms import closed_forms_document

        write(output.render(closed_forms_document(forms), raw))
        return
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
        device=device,
        channels_last=channels_last,
        limits=options.limits_of(max_nodes, max_bytes),
    )
    warn(explanation.warnings)
    write(output.render(explanation_document(explanation), raw))


def _refuse_beside_symbolic(layer: str | None, arguments: list[str] | None, *, partial: bool) -> None:
    """Refuse what formulas of a network do not take."""
    for given, what in ((layer, "LAYER"), (arguments, "--arg"), (partial, "--partial")):
        if given:
            raise SpecError(f"`--symbolic` writes formulas of a whole network, and takes no `{what}`")


def _closed_forms(spec: str, letters: str, total: str | None, **settings: Any) -> ClosedForms:
    """The formulas of the usual figures, or of those that are named with commas between."""
    from cnncost.api import closed_forms

    if total is not None:
        settings["figures"] = [name.strip() for name in total.split(",")]
    return closed_forms(spec, [name.strip() for name in letters.split(",")], **settings)
