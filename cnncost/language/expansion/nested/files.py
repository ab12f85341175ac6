"""The networks that steps call: each file is read once, and the limits hold for all of them together."""

from __future__ import annotations

from os.path import realpath
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language import library
from cnncost.language.document.reading import document_of
from cnncost.language.request import check_settings

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.language.document.document import Document
    from cnncost.language.library import Place
    from cnncost.language.limits import Limits


class Networks:
    """The files that a network is made of.

    Args:
        limits: how large all of them may be.
        size: bytes of the one that is loaded.
        path: where that lies; ``None`` where it is no file.
    """

    def __init__(self, limits: Limits, size: int, path: Path | None) -> None:
        self.limits = limits
        self.folder = "" if path is None else str(path.parent)
        self.path = None if path is None else realpath(path)
        self._left = limits.bytes - size
        self._texts: dict[str, bytes] = {}
        self._documents: dict[str, Document] = {}

    def read(self, place: Place) -> str:
        """Read the file at a place, unless it is known; its path, the same however it is written.

        Raises:
            SpecError: it cannot be read, or there is more of it than may be read.
        """
        assert place.path is not None, "a step reads no standard input"
        path = realpath(place.path)
        if path not in self._texts:
            data = library.read(place, self._left)
            if len(data) > self._left:
                message = f"`{place.name}` and the specs that call it are larger than {self.limits.bytes:,} bytes"
                raise SpecError(message, hint="`--max-bytes` raises the limit")
            self._left -= len(data)
            self._texts[path] = data
        return path

    def document(self, path: str, name: str) -> Document:
        """The spec in a file that was read; `name` is what errors call it.

        Raises:
            SpecError: it is none.
        """
        document = self._documents.get(path)
        if document is None:
            document = document_of(self._texts[path], name, self.limits)
            check_settings(document, {})
            self._documents[path] = document
        return document
