"""A configuration file of Darknet as data: sections of options, which know their place.

The format is an `[section]` for each layer, with an `option=value` on each line below it; `#` and `;` begin comments,
and blanks mean nothing anywhere (Darknet, `src/option_list.c` and `src/parser.c`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import Source, Span, SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANKS = re.compile(r"\s+")
_LARGEST = 10**9


class Option(NamedTuple):
    """One `name=value`."""

    value: str
    """The value, without blanks."""
    span: Span
    """Where it stands."""


class Section:
    """One `[section]`: what it is, and its options.

    Options that are asked for are marked as used, so that what nothing asks for can be said.
    """

    __slots__ = ("kind", "options", "span", "used")

    def __init__(self, kind: str, span: Span) -> None:
        self.kind = kind
        """What stands in the brackets."""
        self.span = span
        """Where it stands."""
        self.options: dict[str, Option] = {}
        self.used: set[str] = set()

    def where(self, name: str) -> Span:
        """Where an option stands, or the section that lacks it."""
        option = self.options.get(name)
        return option.span if option else self.span

    def text(self, name: str, default: str) -> str:
        """The value of an option as it is written."""
        self.used.add(name)
        option = self.options.get(name)
        return option.value if option else default

    def integer(self, name: str, default: int, low: int = 0) -> int:
        """The value of an option that is a whole number of at least `low`.

        Raises:
            SpecError: it is something else.
        """
        value = self.text(name, str(default))
        number = _whole(value)
        if number is None or number < low:
            raise SpecError(f"`{name}` must be a whole number of at least {low}, not `{value[:40]}`", self.where(name))
        return number

    def real(self, name: str, default: float) -> float:
        """The value of an option that is a number.

        Raises:
            SpecError: it is something else.
        """
        value = self.text(name, str(default))
        try:
            return float(value)
        except ValueError:
            raise SpecError(f"`{name}` must be a number, not `{value[:40]}`", self.where(name)) from None

    def integers(self, name: str) -> list[int]:
        """The whole numbers of an option that must be there, between commas.

        Raises:
            SpecError: it is absent, or something else.
        """
        if name not in self.options:
            raise SpecError(f"`[{self.kind}]` needs `{name}`", self.span)
        value = self.text(name, "")
        numbers = [_whole(part) for part in value.rstrip(",").split(",")]
        if None in numbers:
            message = f"`{name}` must be whole numbers with commas between them, not `{value[:40]}`"
            raise SpecError(message, self.where(name))
        return [number for number in numbers if number is not None]


def read_sections(text: str, name: str) -> list[Section]:
    """The sections of a configuration file; `name` is what errors call it.

    Raises:
        SpecError: a line that is neither a section, an option nor a comment, or an option before any section.

    >>> sections = read_sections("[net]\\nwidth = 416\\n[maxpool]\\nsize=2", "tiny.cfg")
    >>> [(section.kind, section.integer("width", 0)) for section in sections]
    [('net', 416), ('maxpool', 0)]
    """
    source = Source(name, text)
    sections: list[Section] = []
    for line, span in _lines(source):
        if line.startswith("["):
            if not line.endswith("]"):
                raise SpecError("a section ends with `]`", span)
            sections.append(Section(line[1:-1], span))
            continue
        option, equals, value = line.partition("=")
        if not equals or not option:
            raise SpecError("a line is a `[section]`, an `option=value` or a comment", span)
        if not sections:
            raise SpecError(f"the option `{option[:40]}` stands in no section", span)
        value = value.partition("#")[0]  # Darknet reads numbers up to what is none
        sections[-1].options.setdefault(option, Option(value, span))  # of two, it takes the first
    return sections


def _lines(source: Source) -> Iterator[tuple[str, Span]]:
    """The lines that say something, without blanks, and where they stand."""
    for number, written in enumerate(source.text.splitlines(), start=1):
        line = _BLANKS.sub("", written)
        if line and line[0] not in "#;":
            start = len(written) - len(written.lstrip()) + 1
            yield line, Span(source, number, start, number, len(written.rstrip()) + 1)


def _whole(value: str) -> int | None:
    """The whole number that a text is, within what any size can be."""
    if not re.fullmatch(r"[+-]?\d{1,10}", value):
        return None
    number = int(value)
    return number if abs(number) <= _LARGEST else None
