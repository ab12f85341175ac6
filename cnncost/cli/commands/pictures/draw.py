"""`cnncost draw`: a network as a diagram with its costs."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.files import refuse_unwritable
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError
from cnncost.exporters.exporter import EXPORTERS, find_exporter
from cnncost.files import write_file

_FORMS = "svg|png|pdf|dot|mermaid"


def draw(
    spec: options.Spec,
    *,
    to: Annotated[str | None, Option(metavar=_FORMS, help="what; by default the suffix of FILE says, else svg")] = None,
    depth: Annotated[str, Option("--depth", "-d", metavar="N|all|auto", help="open blocks N levels deep")] = "auto",
    color_by: Annotated[str, Option(metavar="METRIC", help="what makes boxes dark, e.g. `params`")] = "macs",
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
    output: Annotated[
        str | None, Option("--output", "-o", metavar="FILE", help="where it goes, instead of standard output")
    ] = None,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Draw a network with its costs, for a paper or a slide.

    Blocks are boxes, coloured by a cost, with the shapes on the lines.

    Examples:
        cnncost draw unet -o unet.svg
        cnncost draw resnet50 --depth 2 --color-by params -o resnet50.svg
    """
    from cnncost.api import draw as draw_graph
    from cnncost.api import load

    path = None if output == "-" else output
    form = _form(to, path)
    if path is not None:
        refuse_unwritable("--output", path)
    elif form in ("png", "pdf"):
        raise SpecError(f"{form.upper()} is not a text", hint=f"give `-o graph.{form}`")
    graph = load(
        spec,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        limits=options.limits_of(max_nodes, max_bytes),
    )
    warn(graph.warnings)
    drawn = draw_graph(
        graph,
        form,
        depth=options.depth_of(depth),
        color_by=color_by,
        batch=options.whole("--batch", batch),
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        amp=amp,
        convention=convention,
    )
    if form in EXPORTERS:
        warn(find_exporter(form).remarks(drawn))
    if path is not None:
        write_file(path, drawn)
    elif isinstance(drawn, str):
        write(drawn)


def _form(to: str | None, path: str | None) -> str:
    """What is drawn: what `--to` says, or the suffix of the file."""
    from cnncost.api.drawings import FORMS

    if to is not None:
        return to
    if path is None:
        return "svg"
    suffix = PurePath(path).suffix.lower()
    for form, suffixes in FORMS.items():
        if suffix in suffixes:
            return form
    known = ", ".join([suffix for suffixes in FORMS.values() for suffix in suffixes])
    raise SpecError(f"the suffix of `{path[-80:]}` does not say what to draw", hint=f"give `--to`, or one of {known}")
