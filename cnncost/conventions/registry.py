"""The conventions by name: those that are classes, and those that ship as files, each read when it is asked for.

A convention that a user brings along, as a file or an object, is not among them: it travels with the settings of an
analysis, so that two of one name don't get into each other's way.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, TypeAlias

from cnncost.arguments import ArgumentError, described, is_path
from cnncost.conventions.base import Convention
from cnncost.conventions.catalogue import CLASSES, EVERY, presets
from cnncost.errors import SpecError, did_you_mean
from cnncost.language.library import looks_like_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AnyConvention: TypeAlias = "str | Path | Convention"
"""A name, a file, or the convention itself."""

SomeConventions: TypeAlias = "AnyConvention | list[str] | list[AnyConvention] | tuple[AnyConvention, ...]"
"""One or several."""


class Conventions(Mapping[str, Convention]):
    """Every convention by its name, in an order to show them in."""

    def __init__(self) -> None:
        self._read: dict[str, Convention] = {}

    def __getitem__(self, name: str) -> Convention:
        if name in CLASSES:
            return CLASSES[name]
        if name not in self._read:
            from cnncost.conventions.file import read_preset  # the reader of YAML: only those who ask for a file pay

            return self._read.setdefault(name, read_preset(presets()[name]))  # another thread may have been faster
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*CLASSES, *presets()])

    def __len__(self) -> int:
        return len(CLASSES) + len(presets())

    def __contains__(self, name: object) -> bool:
        return name in CLASSES or name in presets()


CONVENTIONS = Conventions()
"""Every convention, by its name."""


def find(convention: AnyConvention) -> Convention:
    """The convention of a name, the one in a file, or the one that is given.

    Raises:
        SpecError: there is none, its file does not hold, or its name is that of another one.

    >>> find("fvcore").unit
    'MACs'
    >>> find("fvcoer")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: unknown convention `fvcoer`; did you mean `fvcore`?
      = hint: `cnncost conventions` lists them; a file of your own is given by its path
    """
    if isinstance(convention, Convention):
        return _named(convention)
    if not is_path(convention):
        wanted = "a convention is a name, the path of a file or a `Convention`"
        raise ArgumentError(f"unknown convention {described(convention)}: {wanted}")
    if isinstance(convention, PathLike) or looks_like_path(convention):
        from cnncost.conventions.file import read_file

        return _named(read_file(convention))
    if convention not in CONVENTIONS:
        raise _unknown(convention)
    return CONVENTIONS[convention]


def _named(convention: Convention) -> Convention:
    """A convention with a name that no other one has.

    Raises:
        SpecError: it has none, or that of one that ships with cnncost.
    """
    name = convention.name
    if not name:
        raise SpecError("a convention needs a `name`", hint="and a `source`, so that its figures can be trusted")
    if name in CONVENTIONS and CONVENTIONS[name] != convention:
        raise SpecError(f"a convention `{name}` ships with cnncost", convention.span, hint="give yours another name")
    per_mac = convention.flops_per_mac
    if type(per_mac) is not int or per_mac < 1:
        message = f"`flops_per_mac` of the convention `{name}` must be a whole number from 1, not {described(per_mac)}"
        raise SpecError(message, convention.span)
    return convention


def choose(conventions: SomeConventions) -> tuple[Convention, ...]:
    """One convention or several, each once; `all` stands for every one that ships with cnncost.

    Raises:
        SpecError: there is none of a name, a file does not hold, or two are called the same.

    >>> [convention.name for convention in choose(["macs", "all"])][:2]
    ['macs', 'textbook']
    """
    found: dict[str, Convention] = {}
    several = conventions if isinstance(conventions, (list, tuple)) else [conventions]
    for convention in [find(one) for each in several for one in (CONVENTIONS if _is_every(each) else [each])]:
        if found.setdefault(convention.name, convention) != convention:
            hint = "give one of them another name"
            raise SpecError(f"two conventions are called `{convention.name}`", convention.span, hint=hint)
    if not found:
        raise SpecError("there is no convention to count by", hint="`textbook` is the default")
    return tuple(found.values())


def _is_every(convention: object) -> bool:
    return isinstance(convention, str) and convention == EVERY


def _unknown(convention: object) -> SpecError:
    name = str(convention)
    hint = "`cnncost conventions` lists them; a file of your own is given by its path"
    if name == EVERY or "," in name:
        several = "`all`" if name == EVERY else "several"
        return SpecError(f"{several} conventions are shown by `analyze` and `compare`; here it must be one", hint=hint)
    return SpecError(f"unknown convention `{name[:80]}`{did_you_mean(name, CONVENTIONS)}", hint=hint)
