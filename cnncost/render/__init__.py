"""From what was computed to text: views make documents, formats write them.

Adding a format is one module in `formats`, adding a view is one in `views`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.format import find_format

if TYPE_CHECKING:
    from cnncost.render.document import Document


def render(document: Document, form: str = "table", *, raw: bool = False) -> str:
    """The document as text in the format `form`, ending in a newline.

    Args:
        document: what to show.
        form: the name of a format, one of :func:`~cnncost.render.format.format_names`.
        raw: whole numbers instead of `25.6 M`; formats for programs always have them.

    Raises:
        SpecError: there is no such format.
    """
    return find_format(form).render(document, raw)
