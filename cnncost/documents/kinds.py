"""The documents by command, and which of them plain data are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnncost.documents.analyze import AnalysisDocument
from cnncost.documents.base import Document, plain_data
from cnncost.documents.check import CheckDocument
from cnncost.documents.compare import ComparisonDocument, PublishedComparisonDocument, StageComparisonDocument
from cnncost.documents.conventions import ConventionDocument, ConventionsDocument
from cnncost.documents.explain import LayerExplanationDocument, SumExplanationDocument
from cnncost.documents.reconcile import ReconciliationDocument
from cnncost.documents.verify import VerificationDocument
from cnncost.documents.zoo import ZooDocument
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.documents.base import Source

COMMANDS: dict[str, tuple[type[Document], ...]] = {
    "analyze": (AnalysisDocument,),
    "compare": (ComparisonDocument, StageComparisonDocument, PublishedComparisonDocument),
    "explain": (LayerExplanationDocument, SumExplanationDocument),
    "check": (CheckDocument,),
    "verify": (VerificationDocument,),
    "reconcile": (ReconciliationDocument,),
    "zoo": (ZooDocument,),
    "conventions": (ConventionsDocument, ConventionDocument),
}
"""What each command prints with ``--format json``: one kind of document, or one of several."""

_FEWEST_COMMON = 2
"""Fields that a document must share with a kind to be taken for one of it: all kinds have the version."""


def read(source: Source) -> Document:
    """The document in a JSON text, in the file of a path, or in plain data: which kind it is shows in its fields.

    A text that begins with a brace or a bracket is JSON, any other the path of a file.

    Raises:
        SpecError: no such file, not JSON, or not a document that a command prints; the message has the path of the
            field that is wrong.

    >>> from cnncost import compare
    >>> document = read(compare(["lenet5", "alexnet"]).to_dict())
    >>> type(document).__name__, document.networks[1].totals.params
    ('ComparisonDocument', 62378344)
    """
    data = plain_data(source, "a document of cnncost")
    return _kind_of(data).of(data)


def _kind_of(data: Any) -> type[Document]:
    """The kind that most fields of the data belong to; of several, that of which the fewest fields are absent."""
    given = set(data) if isinstance(data, Mapping) else set()
    kinds = [kind for forms in COMMANDS.values() for kind in forms]

    def likeness(kind: type[Document]) -> tuple[int, int]:
        fields = {field.alias or name for name, field in kind.model_fields.items()}
        return len(fields & given), -len(fields - given)

    kind = max(kinds, key=likeness)
    if likeness(kind)[0] < _FEWEST_COMMON:
        raise SpecError("not a document of cnncost: no command prints one with such fields")
    return kind
