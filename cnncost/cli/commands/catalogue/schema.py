"""`cnncost schema`: the JSON Schemas of what goes in and of what comes out."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Argument

from cnncost.cli.output import write
from cnncost.errors import SpecError, did_you_mean

SPEC = "spec"
COMMANDS = (
    "analyze",
    "compare",
    "explain",
    "memory",
    "fit",
    "latency",
    "check",
    "verify",
    "reconcile",
    "sweep",
    "zoo",
    "conventions",
)
"""The commands that print JSON, in the order of the help."""


def schema(
    name: Annotated[
        str,
        Argument(
            metavar="SCHEMA",
            help=f"`{SPEC}`, or a command whose `--format json` it describes: {', '.join(COMMANDS)}",
        ),
    ] = SPEC,
) -> None:
    """Print the JSON Schema of specs, or of JSON output.

    Examples:
        cnncost schema -o spec.schema.json
        cnncost schema analyze
    """
    import json

    write(json.dumps(_schema(name), indent=2) + "\n")


def _schema(name: str) -> dict[str, Any]:
    if name == SPEC:
        from cnncost.language.schema.spec_schema import spec_schema

        return spec_schema()
    if name not in COMMANDS:
        known = (SPEC, *COMMANDS)
        close = did_you_mean(name, known)
        raise SpecError(f"there is no schema of `{name[:80]}`{close}", hint=f"one of {', '.join(known)}")
    from cnncost.api.documents import json_schema

    return json_schema(name)
