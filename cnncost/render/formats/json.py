"""JSON: the data itself, indented, stable and versioned by its own schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cnncost.render.format import Format

if TYPE_CHECKING:
    from cnncost.render.document import Document


def render(document: Document, raw: bool = True) -> str:  # noqa: ARG001 - every format takes it
    """The document's data; numbers are whole whatever `raw` says."""
    return json.dumps(document.data, indent=2, ensure_ascii=False) + "\n"


FORMAT = Format("json", "for programs, with every figure", ".json", "data", render)
