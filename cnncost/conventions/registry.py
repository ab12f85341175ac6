"""The conventions by name: those that are classes, those that ship as files, and those that a user brings along.

A file is read when its convention is asked for; to list the names none is.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.library import looks_like_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.conventions.base import Convention

FOLDER = Path(__file__).parent / "presets"
"""Where the files of the conventions that ship with cnncost lie."""

AnyConvention: TypeAlias = "str | Path | Convention"
"""A name, a file, or the convention itself."""

SomeConventions: TypeAlias = "AnyConvention | list[str] | list[AnyConvention] | tuple[AnyConvention, ...]"
"""One or several."""

EVERY = "all"
"""What stands for every convention that ships, where several can be shown side by side."""


@cache
def shipped() -> dict[str, Path]:
    """The files that ship with cnncost, by the name of their convention."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


class Conventions(MutableMapping[str, "Convention"]):
    """Every convention by its name, in an order to show them in."""

    def __init__(self) -> None:
        self._known: dict[str, Convention] = {}
        self._brought: set[str] = set()

    def __getitem__(self, name: str) -> Convention:
        if name not in self._known and name in shipped():
            from cnncost.conventions.file import read_file  # the reader of YAML: only those who ask for a file pay

            self._known[name] = read_file(shipped()[name])
        return self._known[name]

    def __setitem__(self, name: str, convention: Convention) -> None:
        self._known[name] = convention

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*(name for name in self._known if name not in shipped()), *shipped()]))

    def __len__(self) -> int:
        return len(self._known.keys() | shipped().keys())

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in shipped()

    @property
    def ours(self) -> list[str]:
        """The names of those that ship with cnncost."""
        return [name for name in self if name not in self._brought]

    def adopt(self, convention: Convention) -> Convention:
        """A user's own convention, known from now on; a later version of it takes its place.

        Raises:
            SpecError: one that ships with cnncost has that name.
        """
        name = convention.name
        if not name:
            raise SpecError("a convention needs a `name`", hint="and a `source`, so that its figures can be trusted")
        if name not in self.ours:
            self._brought.add(name)
            self[name] = convention
        elif self[name] is not convention:
            raise SpecError(
                f"a convention `{name}` ships with cnncost", convention.span, hint="give yours another name"
            )
        return convention


CONVENTIONS = Conventions()
"""Every convention, by its name."""


def register(convention: Convention) -> None:
    """Make a convention known by its name.

    Raises:
        TypeError: another convention has that name.
    """
    if convention.name in CONVENTIONS:
        raise TypeError(f"two conventions are called {convention.name!r}")
    CONVENTIONS[convention.name] = convention


def find(convention: AnyConvention) -> Convention:
    """The convention of a name, or the one in a file, which is then known by its name too.

    Raises:
        SpecError: there is none, or its file does not hold.

    >>> find("fvcore").unit
    'MACs'
    >>> find("fvcoer")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: unknown convention `fvcoer`; did you mean `fvcore`?
      = hint: `cnncost conventions` lists them; a file of your own is given by its path
    """
    from cnncost.conventions.base import Convention  # which registers its subclasses here

    if isinstance(convention, Path) or (isinstance(convention, str) and looks_like_path(convention)):
        from cnncost.conventions.file import read_file

        return CONVENTIONS.adopt(read_file(convention))
    if isinstance(convention, Convention):
        return CONVENTIONS.adopt(convention)
    if convention not in CONVENTIONS:
        raise _unknown(convention)
    return CONVENTIONS[convention]


def choose(conventions: SomeConventions) -> tuple[Convention, ...]:
    """One convention or several, each once; `all` stands for every one that ships with cnncost.

    Raises:
        SpecError: there is none of a name, a file does not hold, or two are called the same.

    >>> [convention.name for convention in choose(["macs", "all"])][:2]
    ['macs', 'textbook']
    """
    found: dict[str, Convention] = {}
    several = conventions if isinstance(conventions, (list, tuple)) else [conventions]
    for one in dict.fromkeys(one for each in several for one in (CONVENTIONS.ours if each == EVERY else [each])):
        convention = find(one)
        if found.setdefault(convention.name, convention) is not convention:
            hint = "give one of them another name"
            raise SpecError(f"two conventions are called `{convention.name}`", convention.span, hint=hint)
    if not found:
        raise SpecError("there is no convention to count by", hint="`textbook` is the default")
    return tuple(found.values())


def _unknown(convention: object) -> SpecError:
    name = str(convention)
    hint = "`cnncost conventions` lists them; a file of your own is given by its path"
    if name == EVERY or "," in name:
        several = "`all`" if name == EVERY else "several"
        return SpecError(f"{several} conventions are shown by `analyze` and `compare`; here it must be one", hint=hint)
    return SpecError(f"unknown convention `{name[:80]}`{did_you_mean(name, CONVENTIONS)}", hint=hint)
