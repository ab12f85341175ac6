"""What an exporter is, and which there are."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

EXPORTERS = ("pytorch", "onnx", "dot", "mermaid")
"""Their names, in the order of the help; each has a module of its name here, with its ``EXPORTER``."""


class Exporter(NamedTuple):
    """A form in which a network leaves cnncost."""

    name: str
    """As ``--to`` takes it."""
    about: str
    """What it is for."""
    suffixes: tuple[str, ...]
    """Of the files that hold it."""
    export: Callable[..., str | bytes]
    """From a graph to what the file holds. A diagram takes a `depth` besides, what is binary the builder of modules."""
    is_diagram: bool = False
    """Whether it draws the network, collapsed to a depth."""
    is_binary: bool = False
    """Whether the file is not a text. PyTorch makes it, of the module that is built of the graph."""
    remarks: Callable[[Any], tuple[str, ...]] = lambda _: ()
    """What who uses the result should know of it, a sentence each."""


def find_exporter(name: str) -> Exporter:
    """The exporter of a name; its module is imported only now.

    Raises:
        SpecError: there is none of that name.

    >>> find_exporter("dot").suffixes
    ('.dot', '.gv')
    """
    if name not in EXPORTERS:
        close = did_you_mean(name, EXPORTERS)
        raise SpecError(f"nothing exports to `{name[:80]}`{close}", hint=f"one of {', '.join(EXPORTERS)}")
    found: Exporter = import_module(f"cnncost.exporters.{name}").EXPORTER
    return found


def exporter_of_file(path: str) -> Exporter:
    """The exporter whose files have the suffix of this one.

    Raises:
        SpecError: none has.

    >>> exporter_of_file("resnet50.mmd").name
    'mermaid'
    """
    suffix = PurePath(path).suffix.lower()
    exporters = [find_exporter(name) for name in EXPORTERS]
    for exporter in exporters:
        if suffix in exporter.suffixes:
            return exporter
    known = ", ".join([suffix for exporter in exporters for suffix in exporter.suffixes])
    raise SpecError(f"the suffix of `{path[-80:]}` does not say what to export", hint=f"give `--to`, or one of {known}")
