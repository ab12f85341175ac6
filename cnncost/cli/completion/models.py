"""Models in Python, by the text of the files that make them: nothing is imported."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cnncost.cli.completion.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES = ("torchvision", "timm")
"""Libraries that know their models by name."""

_REGISTERED = re.compile(r"^@register_model\b.*?^def (\w+)", re.MULTILINE | re.DOTALL)
_MADE_HERE = re.compile(r"^(?:def|class) ([A-Za-z]\w*)", re.MULTILINE)
_OTHERS = ("quantization", "optical_flow")
"""Folders of torchvision with models that are others of the same names, or take pairs of images."""


def models_of(place: str) -> Iterator[Candidate]:
    """What can be made at a place: the models of a library, or the functions and classes of a file of Python."""
    if place in LIBRARIES:
        for file in _files_of(place):
            yield from (Candidate(name, file.stem) for name in _REGISTERED.findall(_text(file)))
    elif place.endswith(".py"):
        yield from map(Candidate, _MADE_HERE.findall(_text(Path(place))))


def _files_of(library: str) -> list[Path]:
    found = find_spec(library)
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parent / "models"
    return [file for file in sorted(folder.rglob("*.py")) if file.parent.name not in _OTHERS]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
