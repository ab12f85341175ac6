"""Tables and plots without colours: what rich makes of them for a pipe or a file, without rich.

Importing rich takes an eighth of the time of `analyze resnet50`, and a pipe needs nothing of it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnncost.render.terminal.drawing import drawings
from cnncost.render.terminal.room import standard_room

if TYPE_CHECKING:
    from cnncost.render.document import Document
    from cnncost.render.terminal.layout import Piece

_ASKING_FOR_RICH = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""Variables of the environment that may make rich take a pipe for a terminal, by rules of its own."""


def needs_no_rich() -> bool:
    """Whether rich would write to standard output without colours: it is no terminal, and nobody asks for more."""
    if "IPython" in sys.modules or any(name in os.environ for name in _ASKING_FOR_RICH):
        return False
    try:
        return not sys.stdout.isatty()
    except (AttributeError, ValueError):  # there is none, or it is closed
        return True


def plain_tables(document: Document, raw: bool = False) -> str:
    """The figures and tables of a document for standard output, a blank line between them."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()  # as rich has it
    drawn = drawings(document, raw, standard_room(), ascii_only=not encoding.startswith("utf"))
    return "\n".join("".join(_text(line) for line in lines) for lines in drawn)


def _text(line: list[Piece]) -> str:
    return "".join([text for _, text in line]) + "\n"
