"""What the key Tab may put in place of a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Candidate(NamedTuple):
    """A word, or its beginning."""

    value: str
    """What stands in the line then, unquoted."""
    about: str = ""
    """What it is, in few words."""


def fitting(candidates: Iterable[Candidate], begun: str) -> Iterator[Candidate]:
    """Those that begin as the word does, each once.

    >>> [found.value for found in fitting(plain(["adam", "adamw", "sgd"]), "ad")]
    ['adam', 'adamw']
    """
    seen: set[str] = set()
    for candidate in candidates:
        if candidate.value.startswith(begun) and candidate.value not in seen:
            seen.add(candidate.value)
            yield candidate


def plain(values: Iterable[str]) -> Iterator[Candidate]:
    """Words that say enough."""
    return map(Candidate, values)


def behind(before: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Words behind what stands there already.

    >>> [*behind("--format=", [Candidate("json")])]
    [Candidate(value='--format=json', about='')]
    """
    for candidate in candidates:
        yield candidate._replace(value=before + candidate.value)
