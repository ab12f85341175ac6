"""`cnncost import`: a model as the spec that a person would have written."""

from __future__ import annotations

from cnncost.cli import options
from cnncost.cli.output import write


def import_(
    spec: options.Spec,
    *,
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Write a model as a spec, with blocks and loops.

    A spec is written anew, with its settings.

    Examples:
        cnncost import torchvision:resnet18 -o mine.yaml
        cnncost import resnet50 --set classes=10
    """
    from cnncost.api import write_spec

    text = write_spec(
        spec,
        set=options.settings_of(set),
        input=options.shapes_of(input),
        arguments=options.model_arguments_of(arg),
        partial=partial,
        limits=options.limits_of(max_nodes, max_bytes),
    )
    write(text)
