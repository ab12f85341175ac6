"""The page as one text: its style, its scripts and its data in the frame of `assets/page.html`."""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from cnncost.render.page.data import page_data, page_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

    from cnncost.render.page.data import PageNetwork

ASSETS: Traversable = files("cnncost.render.page").joinpath("assets")
FIRST_SCRIPT = "main.js"
"""The module that imports all others."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
_COMMENT = re.compile(r"^ */\*\*(?:[^*]|\*(?!/))*\*/\n", re.MULTILINE)
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def page_html(networks: Sequence[PageNetwork]) -> str:
    """The page of some networks: HTML that opens from a file and asks no network for anything.

    >>> from cnncost import analyze
    >>> from cnncost.render.page.data import PageNetwork
    >>> text = page_html([PageNetwork("lenet5", analyze("lenet5"))])
    >>> text.splitlines()[0], text.splitlines()[-1]
    ('<!doctype html>', '</html>')
    """
    title = ", ".join(network.title for network in networks)
    parts = {
        "title": escape(f"{title} · cnncost"),
        "style": style(),
        "script": script(),
        "data": page_json(page_data(networks)),
    }
    frame = ASSETS.joinpath("page.html").read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: parts[place[1]], frame)


def style() -> str:
    """All style sheets, in the order of their names."""
    sheets = sorted(ASSETS.joinpath("style").iterdir(), key=lambda sheet: sheet.name)
    return "\n".join(sheet.read_text(encoding="utf-8").strip() for sheet in sheets)


def script() -> str:
    """All modules in one: each behind those that it imports, without imports, exports and what describes it."""
    modules = [_COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", text))) for text in _in_order(FIRST_SCRIPT, set())]
    return "\n".join(module.strip() for module in modules)


def _in_order(module: str, seen: set[str]) -> Iterator[str]:
    """The texts of a module and of those that it imports, these first and each once."""
    if module in seen:
        return
    seen.add(module)
    text = ASSETS.joinpath("script", module).read_text(encoding="utf-8")
    for imported in _IMPORT.findall(text):
        yield from _in_order(normpath(join(dirname(module), imported)), seen)
    yield text
