"""The files that may stand in place of a word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnncost.cli.completion.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECS = (".yaml", ".yml", ".onnx", ".cfg", ".py")
"""The suffixes of what stands in place of a spec."""


def files(begun: str, suffixes: tuple[str, ...] = ()) -> Iterator[Candidate]:
    """The files and folders that a path may become; hidden ones when their dot is there.

    Args:
        begun: what is there of the path, `~/` among it.
        suffixes: of the files that are wanted; any file where there are none.
    """
    folder, name = os.path.split(begun)
    typed = begun.removesuffix(name)
    try:
        found = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except (OSError, ValueError):
        return
    for entry in found:
        if not entry.name.startswith(name) or (entry.name[0] == "." and name[:1] != "."):
            continue
        if entry.is_dir():
            yield Candidate(f"{typed}{entry.name}/", "folder")
        elif not suffixes or entry.name.lower().endswith(suffixes):
            yield Candidate(typed + entry.name, "file")
