"""The pictures of the documents: what a command prints in colour, as an SVG file, and drawings of networks."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

import cnncost
from docs.examples import ROOT, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "cnncost analyze resnet50"
PATH = ROOT / "docs" / "images" / "analyze.svg"
WIDTH = 100

DRAWINGS = {"draw-unet.svg": "unet"}
"""The network of each picture that `cnncost draw` makes."""


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
    """Write the pictures, that of the command only where it shows something else: how rich draws it is not ours."""
    PATH.parent.mkdir(exist_ok=True)
    if not _shows_the_command():
        PATH.write_text(svg(), encoding="utf-8")
    for file, network in DRAWINGS.items():
        (PATH.parent / file).write_text(cnncost.draw(network), encoding="utf-8")


def faults() -> Iterator[str]:
    """A sentence for every picture that shows something else than the command makes now."""
    stale = [] if _shows_the_command() else [PATH]
    for file, network in DRAWINGS.items():
        path = PATH.parent / file
        if not path.exists() or path.read_text(encoding="utf-8") != cnncost.draw(network):
            stale.append(path)
    for path in stale:
        yield f"{path.relative_to(ROOT)} is out of date: run `python -m docs.generate --write`"


def _shows_the_command() -> bool:
    return PATH.exists() and shown(PATH.read_text(encoding="utf-8")) == shown(svg())


def shown(picture: str) -> list[str]:
    """The text in a picture, piece by piece."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]
