"""Writes what can be generated in the documents, or checks that it is written already.

    python -m docs.generate --write    after a change that shows in the documents
    python -m docs.generate --check    what the tests run

With names behind it, such as `zoo.md`, only those documents are written or checked.

Generated are `formulas.md`, `notes-audit.md` and the pages of `reference`, the tables between comments, the output of
every command, the picture, and the peaks of memory that `cnncost zoo` shows.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from docs import peaks
from docs.notes import audit
from docs.writers import api_reference, formula_reference, picture
from docs.writers.examples import ROOT, failures, refreshed
from docs.writers.tables import with_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = {"formulas.md": formula_reference.page, "notes-audit.md": audit.page, **api_reference.pages()}
"""The documents that are written whole, by their names below `docs`."""

_WRITTEN = sorted({*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / name for name in PAGES)})

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *_WRITTEN]


def called(document: Path) -> str:
    """What a document is called here.

    >>> [called(ROOT / path) for path in ("README.md", "docs/zoo.md", "docs/reference/errors.md")]
    ['README.md', 'zoo.md', 'reference/errors.md']
    """
    return document.relative_to(ROOT).as_posix().removeprefix("docs/")


def generated(document: Path) -> str:
    """A document as it should be."""
    if called(document) in PAGES:
        return PAGES[called(document)]()
    return refreshed(with_tables(document.read_text(encoding="utf-8")))


def faults(document: Path) -> Iterator[str]:
    """What is wrong in a document as it stands."""
    text = document.read_text(encoding="utf-8")
    if generated(document) != text:
        yield "it is out of date: run `python -m docs.generate --write`"
    yield from failures(text)


def write(document: Path) -> Iterator[str]:
    """Write a document anew; what is wrong in it still."""
    text = generated(document)
    document.write_text(text, encoding="utf-8")
    yield from failures(text)


def main(arguments: list[str]) -> int:
    """The exit code: 1 when something is wrong, or stays wrong after writing."""
    known = {called(document): document for document in DOCUMENTS}
    action, *names = arguments or [""]
    if action not in ("--write", "--check") or not known.keys() >= {*names}:
        print(__doc__)
        return 2
    if find_spec("torch") is None:
        print("error: the documents run `cnncost verify`, which needs PyTorch: pip install torch", file=sys.stderr)
        return 2
    if action == "--write" and not names:
        picture.write()
        peaks.write()
    look = write if action == "--write" else faults
    asked = [known[name] for name in names] or DOCUMENTS
    found = [f"{document.relative_to(ROOT)}: {fault}" for document in asked for fault in look(document)]
    found += [] if names else [*picture.faults(), *peaks.faults()]
    if found:
        print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
