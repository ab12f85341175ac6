"""The peaks of memory that `cnncost zoo` shows: worked out once, and written down for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cnncost
from cnncost.language import library
from docs.examples import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = ROOT / "cnncost" / "published" / "peaks.csv"


def text() -> str:
    """The file as it should be: one inference of one sample in float32."""
    peaks = {name: cnncost.analyze(name).totals.peak_bytes for name in library.architectures()}
    return "".join(["name,peak_bytes\n", *(f"{name},{peak}\n" for name, peak in peaks.items())])


def write() -> None:
    """Write the file anew."""
    FILE.write_text(text(), encoding="ascii")


def faults() -> Iterator[str]:
    """What is wrong in the file as it stands."""
    if FILE.read_text(encoding="ascii") != text():
        yield f"{FILE.relative_to(ROOT)}: it is out of date: run `python -m docs.generate --write`"
