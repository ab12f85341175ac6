"""`cnncost schema`: the JSON Schemas of what goes in and of what comes out."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from cnncost.cli.output import write


def schema(
    report: Annotated[bool, Option("--report", help="of `analyze --format json` instead of the spec language")] = False,
) -> None:
    """Print the JSON Schema of the spec language, for editors."""
    import json

    if report:
        from cnncost.report.schema import report_schema as make
    else:
        from cnncost.language.schema.spec_schema import spec_schema as make
    write(json.dumps(make(), indent=2) + "\n")
