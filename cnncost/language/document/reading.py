"""A spec's text as a document: the last ones that were read are kept, for the variants of a family are one text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncost.language.document.document import read_document
from cnncost.language.yaml.reader import parse

if TYPE_CHECKING:
    from cnncost.language.document.document import Document
    from cnncost.language.limits import Limits

_KEPT = 16
_LARGEST_KEPT = 20_000
"""Characters: the tree of a text takes a hundred times as much memory as the text."""


def document_of(data: str | bytes, name: str, limits: Limits) -> Document:
    """The document in a text.

    Args:
        data: the text.
        name: what errors call the file.
        limits: how large the text may be.

    Raises:
        SpecError: it is not a spec.

    >>> from cnncost.language.limits import Limits
    >>> document_of("input: [3, 8, 8]\\nnetwork: [relu]", "net.yaml", Limits()).file
    'net.yaml'
    """
    return (_kept if len(data) <= _LARGEST_KEPT else _read)(data, name, limits)


def _read(data: str | bytes, name: str, limits: Limits) -> Document:
    return read_document(parse(data, name, limits), name)


_kept = lru_cache(maxsize=_KEPT)(_read)
