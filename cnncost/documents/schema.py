"""JSON Schemas (Draft 2020-12) of what commands print, generated from the documents' models."""

from __future__ import annotations

from typing import Any, Union

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from cnncost.documents.kinds import COMMANDS


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        """A field's title would only be its name with a capital."""
        return False


def json_schema(command: str) -> dict[str, Any]:
    """The schema that all documents are valid against that a command prints with ``--format json``.

    Raises:
        KeyError: no such command, or it prints none.

    >>> json_schema("analyze")["title"], json_schema("compare")["anyOf"][0]
    ('cnncost report', {'$ref': '#/$defs/ComparisonDocument'})
    """
    forms: Any = Union[COMMANDS[command]]  # noqa: UP007 - of a tuple
    schema = TypeAdapter(forms).json_schema(schema_generator=_Generator)
    parts = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    return {"$schema": _Generator.schema_dialect, **schema, **parts}
