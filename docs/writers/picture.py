"""The pictures of the documents: what a command prints in colour, what others draw, and drawings of networks."""

from __future__ import annotations

import html
import io
import re
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

import cnncost
from docs.writers.examples import ROOT, Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = "cnncost analyze resnet50"
PATH = ROOT / "docs" / "images" / "analyze.svg"
WIDTH = 100
DRAWN = {"frontier.svg": "cnncost zoo --task classification --frontier --plot frontier.svg"}
"""Pictures that commands draw, by the names of their files."""

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


def drawn(name: str) -> str:
    """The picture that a command of :data:`DRAWN` draws now."""
    with TemporaryDirectory() as directory:
        shell = Shell(Path(directory))
        shell.run(DRAWN[name])
        return (shell.directory / name).read_text(encoding="utf-8")


def write() -> None:
    """Write the pictures; that of what is printed only when it shows something else: how rich draws it is not ours."""
    PATH.parent.mkdir(exist_ok=True)
    if _is_old():
        PATH.write_text(svg(), encoding="utf-8")
    for name, draw in _drawings().items():
        PATH.with_name(name).write_text(draw(), encoding="utf-8")


def faults() -> Iterator[str]:
    """A sentence for each picture that shows something else than its command now."""
    old = [name for name, draw in _drawings().items() if not _holds(PATH.with_name(name), draw())]
    for path in ([PATH] if _is_old() else []) + [PATH.with_name(name) for name in old]:
        yield f"{path.relative_to(ROOT)} is out of date: run `python -m docs.generate --write`"


def _drawings() -> dict[str, Callable[[], str]]:
    """What makes each picture that is drawn, by the name of its file."""
    networks = {name: partial(cnncost.draw, network) for name, network in DRAWINGS.items()}
    return {name: partial(drawn, name) for name in DRAWN} | networks


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _is_old() -> bool:
    return not PATH.exists() or shown(PATH.read_text(encoding="utf-8")) != shown(svg())


def shown(picture: str) -> list[str]:
    """The text in a picture, piece by piece."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]
