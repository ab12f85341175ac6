"""The JSON of every command as classes: read back into objects, checked, and described by JSON Schemas.

>>> from cnncost import analyze
>>> document = AnalysisDocument.read(analyze("lenet5").to_json())
>>> document.totals.params, document.layers[0].ops.mac
(61706, 117600)
"""

from __future__ import annotations

from cnncost.documents.analyze import AnalysisDocument
from cnncost.documents.base import Document
from cnncost.documents.check import CheckDocument
from cnncost.documents.closed_forms import ClosedFormsDocument
from cnncost.documents.compare import ComparisonDocument, PublishedComparisonDocument, StageComparisonDocument
from cnncost.documents.conventions import ConventionDocument, ConventionsDocument
from cnncost.documents.explain import LayerExplanationDocument, SumExplanationDocument
from cnncost.documents.fit import FitDocument
from cnncost.documents.latency import LatencyDocument
from cnncost.documents.memory import MemoryDocument
from cnncost.documents.reconcile import ReconciliationDocument
from cnncost.documents.sweep import SweepDocument
from cnncost.documents.zoo import ZooDocument

__all__ = [
    "AnalysisDocument",
    "CheckDocument",
    "ClosedFormsDocument",
    "ComparisonDocument",
    "ConventionDocument",
    "ConventionsDocument",
    "Document",
    "FitDocument",
    "LatencyDocument",
    "LayerExplanationDocument",
    "MemoryDocument",
    "PublishedComparisonDocument",
    "ReconciliationDocument",
    "StageComparisonDocument",
    "SumExplanationDocument",
    "SweepDocument",
    "ZooDocument",
]
