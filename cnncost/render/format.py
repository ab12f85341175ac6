"""What an output format is, and which there are."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.render.document import Document

_PACKAGE = "cnncost.render.formats"
_FIRST = ("table", "json", "csv", "markdown", "latex", "html")
"""The order in which the command line names formats; any other follows by name."""


class Format(NamedTuple):
    """An output format; a module in `render/formats` has one as its ``FORMAT``."""

    name: str
    """As ``--format`` takes it."""
    about: str
    """What it is for."""
    suffix: str
    """Of the files that hold it."""
    part: Literal["tables", "records", "data"]
    """What of a document it shows."""
    render: Callable[[Document, bool], str]
    """From a document to text that ends in a newline; the flag asks for whole numbers instead of `25.6 M`."""


REGISTERED: dict[str, Format] = {}
"""Formats that have no module in `render/formats`, by name: whoever has one of their own adds it here."""


def format_names() -> tuple[str, ...]:
    """The names of all formats.

    >>> format_names()
    ('table', 'json', 'csv', 'markdown', 'latex', 'html')
    """
    return tuple(dict.fromkeys((*_shipped(), *REGISTERED)))


def find_format(name: str) -> Format:
    """The format of a name; its module is imported only now, since it may need a package that others do not.

    Raises:
        SpecError: there is no format of that name.

    >>> find_format("csv").suffix
    '.csv'
    """
    if name in REGISTERED:
        return REGISTERED[name]
    if name not in _shipped():
        names = format_names()
        close = did_you_mean(name, names)
        raise SpecError(f"unknown format `{name[:80]}`{close}", hint=f"one of {', '.join(names)}")
    found: Format = import_module(f"{_PACKAGE}.{name}").FORMAT
    return found


def format_of_file(path: str) -> str:
    """The name of the format that a file of this name holds: by its suffix, and a table where it has none.

    Raises:
        SpecError: no format has that suffix.

    >>> format_of_file("resnet50.json"), format_of_file("tables/resnet50.md"), format_of_file("resnet50")
    ('json', 'markdown', 'table')
    """
    suffix = PurePath(path).suffix.lower()
    if not suffix:
        return _FIRST[0]
    suffixes = {}
    for name in format_names():
        suffixes[find_format(name).suffix] = name
        if suffix in suffixes:
            return suffixes[suffix]
    known = ", ".join(suffixes)
    raise SpecError(f"no format has the suffix of `{path[-80:]}`", hint=f"it is one of {known}; or give `--format`")


@cache
def _shipped() -> tuple[str, ...]:
    """The formats that have a module here."""
    modules = [path.stem for path in Path(__file__).with_name("formats").glob("[!_]*.py")]
    return tuple(sorted(modules, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)))
