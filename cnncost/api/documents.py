"""What commands print as JSON: read back, whichever command printed it, and described by JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

from cnncost import arguments
from cnncost.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from cnncost.documents import Document
    from cnncost.documents.base import Source

_FEWEST_COMMON = 2
"""Fields that a document must share with a kind to be taken for one of it: all kinds have the version."""


def kinds() -> dict[str, tuple[type[Document], ...]]:
    """What each command prints with ``--format json``: one kind of document, or one of several.

    >>> [kind.__name__ for kind in kinds()["explain"]]
    ['LayerExplanationDocument', 'SumExplanationDocument', 'ClosedFormsDocument']
    """
    from cnncost import documents
    from cnncost.verification.document import VerificationDocument

    return {
        "analyze": (documents.AnalysisDocument,),
        "compare": (
            documents.ComparisonDocument,
            documents.StageComparisonDocument,
            documents.PublishedComparisonDocument,
        ),
        "explain": (
            documents.LayerExplanationDocument,
            documents.SumExplanationDocument,
            documents.ClosedFormsDocument,
        ),
        "memory": (documents.MemoryDocument,),
        "fit": (documents.FitDocument,),
        "latency": (documents.LatencyDocument,),
        "check": (documents.CheckDocument,),
        "verify": (VerificationDocument,),
        "reconcile": (documents.ReconciliationDocument,),
        "sweep": (documents.SweepDocument,),
        "zoo": (documents.ZooDocument,),
        "conventions": (documents.ConventionsDocument, documents.ConventionDocument),
    }


def read_document(source: Source) -> Document:
    """The document in a JSON text, in the file of a path, or in plain data: which kind it is shows in its fields.

    Args:
        source: a text that begins with a brace or a bracket is JSON, any other the path of a file.

    Raises:
        SpecError: no such file, not JSON, or not a document that a command prints; the message has the path of the
            field that is wrong.

    >>> from cnncost import compare
    >>> document = read_document(compare(["lenet5", "alexnet"]).to_dict())
    >>> type(document).__name__, document.networks[1].totals.params
    ('ComparisonDocument', 62378344)
    """
    from cnncost.documents.base import plain_data

    data = plain_data(source, "a document of cnncost")
    return _kind_of(data).of(data)


def json_schema(command: str) -> dict[str, Any]:
    """The schema (Draft 2020-12) of all documents that a command prints with ``--format json``.

    Args:
        command: its name, such as ``analyze``.

    Raises:
        SpecError: no such command, or it prints none.

    >>> json_schema("analyze")["title"], json_schema("compare")["anyOf"][0]
    ('cnncost report', {'$ref': '#/$defs/ComparisonDocument'})
    """
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        def field_title_should_be_set(self, schema: Any) -> bool:
            return False  # it would only be the field's name with a capital

    if arguments.text("a command", command, "a name") not in kinds():
        hint = f"one of {', '.join(kinds())}"
        raise SpecError(f"there is no schema of `{command[:80]}`{did_you_mean(command, kinds())}", hint=hint)
    forms: Any = Union[kinds()[command]]  # noqa: UP007 - of a tuple
    schema = TypeAdapter(forms).json_schema(schema_generator=Generator)
    parts = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    return {"$schema": Generator.schema_dialect, **schema, **parts}


def _kind_of(data: Any) -> type[Document]:
    """The kind that most fields of the data belong to; of several, that of which the fewest fields are absent."""
    given = set(data) if isinstance(data, Mapping) else set()

    def likeness(kind: type[Document]) -> tuple[int, int]:
        fields = {field.alias or name for name, field in kind.model_fields.items()}
        return len(fields & given), -len(fields - given)

    kind = max([kind for forms in kinds().values() for kind in forms], key=likeness)
    if likeness(kind)[0] < _FEWEST_COMMON:
        raise SpecError("not a document of cnncost: no command prints one with such fields")
    return kind
