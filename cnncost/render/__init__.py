"""Renderers: one module per output format, each a function `render(document, raw) -> str`.

Adding a format is one module beside these and its line in :data:`RENDERERS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncost.render.document import Document

RENDERERS = {
    "table": "cnncost.render.formats.table",
    "json": "cnncost.render.formats.json",
    "csv": "cnncost.render.formats.csv",
    "markdown": "cnncost.render.formats.markdown",
    "latex": "cnncost.render.formats.latex",
}
"""The modules of the formats by name; imported only when used, since one of them needs rich."""

MACHINE_FORMATS = frozenset({"json", "csv"})
"""Formats read by programs: whole numbers always, and every layer unless asked otherwise."""


def render(document: Document, form: str = "table", *, raw: bool = False) -> str:
    """The document as text in the format `form`, ending in a newline.

    Args:
        document: what to show.
        form: a name of :data:`RENDERERS`.
        raw: whole numbers instead of `25.6 M`; formats for machines always have them.
    """
    text: str = import_module(RENDERERS[form]).render(document, raw)
    return text
