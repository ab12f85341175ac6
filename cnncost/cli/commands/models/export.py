"""`cnncost export`: a network in the forms that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from cnncost.cli import options
from cnncost.cli.files import refuse_unwritable
from cnncost.cli.output import warn, write
from cnncost.errors import SpecError
from cnncost.exporters.exporter import EXPORTERS, exporter_of_file, find_exporter
from cnncost.files import write_file

if TYPE_CHECKING:
    from cnncost.exporters.exporter import Exporter


def export(
    spec: options.Spec,
    *,
    to: Annotated[
        str | None, Option(metavar="|".join(EXPORTERS), help="what; by default the suffix of FILE says")
    ] = None,
    depth: Annotated[
        str, Option("--depth", "-d", metavar="N|all", help="of a diagram: open blocks N levels deep")
    ] = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    allow_code: options.AllowCode = False,
    output: Annotated[
        str | None, Option("--output", "-o", metavar="FILE", help="where it goes, instead of standard output")
    ] = None,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Write a network as another program reads it.

    Examples:
        cnncost export lenet5 --to pytorch -o lenet5.py
        cnncost export resnet50 --to mermaid --depth 2
    """
    from cnncost.api import export as export_spec

    path = None if output == "-" else output
    exporter = _exporter(to, path)
    levels = options.depth_of(depth)
    if levels == "auto":
        raise SpecError(f"the depth of a diagram must be a number from 1 or `all`, not `{depth}`")
    if path is not None:
        refuse_unwritable("--output", path)
    elif exporter.is_binary:
        raise SpecError(f"what goes to {exporter.name} is not a text", hint=f"give `-o model{exporter.suffixes[0]}`")
    exported = export_spec(
        spec,
        exporter.name,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        allow_code=allow_code,
        depth=levels,
        limits=options.limits_of(max_nodes, max_bytes),
    )
    warn(exporter.remarks(exported))
    if path is not None:
        write_file(path, exported)
    elif isinstance(exported, str):
        write(exported)


def _exporter(to: str | None, path: str | None) -> Exporter:
    if to is not None:
        return find_exporter(to)
    if path is None:
        raise SpecError("what is the network to be exported to?", hint=f"give `--to`: {', '.join(EXPORTERS)}")
    return exporter_of_file(path)
