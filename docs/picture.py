"""The picture in the README: what a command prints in colour, as an SVG file."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from docs.examples import ROOT, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "cnncost analyze resnet50"
PATH = ROOT / "docs" / "images" / "analyze.svg"
WIDTH = 100


def svg() -> str:
    """The picture of :data:`COMMAND`, without fonts from elsewhere."""
    with TemporaryDirectory() as directory:
        shell = Shell(Path(directory))
        shell.environment |= {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(WIDTH)}
        del shell.environment["NO_COLOR"]
        lines = shell.run(COMMAND)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.from_ansi("\n".join([f"$ {COMMAND}", *lines])))
    picture = console.export_svg(title="cnncost", unique_id="cnncost")
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL).replace("Fira Code, ", "")


def write() -> None:
    """Write the picture, unless it shows the same already: how rich draws it is not ours."""
    if list(faults()):
        PATH.parent.mkdir(exist_ok=True)
        PATH.write_text(svg(), encoding="utf-8")


def faults() -> Iterator[str]:
    """A sentence when the picture shows something else than the command prints now."""
    if not PATH.exists() or shown(PATH.read_text(encoding="utf-8")) != shown(svg()):
        yield f"{PATH.relative_to(ROOT)} is out of date: run `python -m docs.generate --write`"


def shown(picture: str) -> list[str]:
    """The text in a picture, piece by piece."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]
