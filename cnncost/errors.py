"""Errors as part of the product: what is wrong, where, how we got there, and what to do.

A :class:`SpecError` says where the fault is with an :class:`Origin`. One that is a :class:`Span` of a :class:`Source`
renders as a code frame::

    error: unknown name `widht`; did you mean `width`?
      --> resnet50.yaml:20:20
       |
    20 |         - conv_bn: 4 * widht
       |                        ^^^^^
       = in network > stage[0] > bottleneck, called on line 34
       = hint: ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Longer source lines are cut around the caret: a one-line megabyte must not become a one-line error.
_FRAME_WIDTH = 120

# Messages quote the user's text: whatever that holds, they stay one line of a length that can be read.
_LONGEST_MESSAGE = 300
_LONGEST_HINT = 1500
_LONGEST_CHAIN = 10

# What is easily taken for each other: `resnet5O` means `resnet50` more than `resnet56`.
_LOOKALIKES = str.maketrans("OoIl", "0011")

# A hostile spec may define so many names that comparing all of them would take seconds.
_CANDIDATES = 1000


class Origin(Protocol):
    """Where something comes from: a span of a spec, a line of a PyTorch model, a node of an ONNX file.

    Whoever builds a graph gives every node its origin, and errors about the node show it.
    """

    @property
    def where(self) -> str:
        """The place in one line: ``resnet50.yaml:20:20``."""

    @property
    def margin(self) -> str:
        """Blanks as wide as the line number of the excerpt, which the lines around it start with."""

    def excerpt(self) -> list[str]:
        """The text there, with what is meant marked in it; nothing where there is no text to show."""


class DescribedOrigin(NamedTuple):
    """A place in words, for what stands in no text.

    >>> print(SpecError("`conv` has no parameter `kernal`", DescribedOrigin("--set kernal")))
    error: `conv` has no parameter `kernal`
     --> --set kernal
    """

    description: str
    """A few words; what they hold of line breaks and control characters is not shown."""

    @property
    def where(self) -> str:
        """The description, in one line."""
        return _one_line(self.description, _LONGEST_MESSAGE)

    @property
    def margin(self) -> str:
        """One blank: there is no line number."""
        return " "

    def excerpt(self) -> list[str]:
        """Nothing."""
        return []


class Source:
    """A named text that spans point into: a file, standard input, or a ``--set`` option.

    Args:
        name: what errors call it.
        text: all of it.
    """

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and (self.name, self.text) == (other.name, other.text)

    def __hash__(self) -> int:
        return hash((self.name, self.text))

    def line(self, number: int) -> str:
        """The text of line `number`, counted from 1; empty beyond the end."""
        if self._lines is None:
            self._lines = self.text.splitlines()
        return self._lines[number - 1] if 1 <= number <= len(self._lines) else ""


class Span(NamedTuple):
    """A stretch of a source: lines and columns counted from 1."""

    source: Source
    """The text it points into."""
    line: int
    """The line it starts on."""
    column: int
    """Its first character on that line."""
    end_line: int
    """The line it ends on."""
    end_column: int
    """The column behind its last character."""

    def part(self, start: int, end: int) -> Span:
        """The characters from `start` to `end` of a one-line span (the span itself when it has several)."""
        if self.line != self.end_line:
            return self
        return self._replace(column=self.column + start, end_column=self.column + end)

    @property
    def where(self) -> str:
        """File, line and column: ``resnet50.yaml:20:20``."""
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def margin(self) -> str:
        """Blanks as wide as the line number."""
        return " " * len(str(self.line))

    def excerpt(self) -> list[str]:
        """The line, with carets below the span; nothing where the line is blank."""
        line = _printable(self.source.line(self.line))
        if not line.strip():
            return []
        shown, start, width = _window(line, self)
        return [f"{self.margin} |", f"{self.line} | {shown}", f"{self.margin} | {' ' * start}{'^' * width}"]


class SpecError(Exception):
    """Bad input, refused: the message says what is wrong, the origin where, the hint what to do.

    Args:
        message: one line, names in backticks.
        origin: where it is; ``None`` when the fault is in no place (an unknown spec name).
        chain: the blocks and loops that led there, outermost first, e.g. ``("network", "stage[0]", "bottleneck")``.
        called_on: the line on which the innermost block of the chain was called.
        hint: what to do about it, when that is known.

    >>> source = Source("net.yaml", "network:\\n  - conv_bn: 4 * widht\\n")
    >>> print(SpecError("unknown name `widht`", Span(source, 2, 18, 2, 23), hint="did you mean `width`?"))
    error: unknown name `widht`
     --> net.yaml:2:18
      |
    2 |   - conv_bn: 4 * widht
      |                  ^^^^^
      = hint: did you mean `width`?
    """

    def __init__(
        self,
        message: str,
        origin: Origin | None = None,
        *,
        chain: tuple[str, ...] = (),
        called_on: int | None = None,
        hint: str | None = None,
    ) -> None:
        self.message = _one_line(message, _LONGEST_MESSAGE)
        super().__init__(self.message)
        self.origin = origin
        self.chain = chain
        self.called_on = called_on
        self.hint = hint and _one_line(hint, _LONGEST_HINT)

    def __str__(self) -> str:
        return "\n".join(["error: " + self.message, *self._place(), *self._notes()])

    def _place(self) -> list[str]:
        if self.origin is None:
            return []
        return [f"{self.origin.margin}--> {self.origin.where}", *self.origin.excerpt()]

    def _notes(self) -> list[str]:
        notes = []
        if len(self.chain) > 1:  # the network alone says nothing
            called = f", called on line {self.called_on}" if self.called_on else ""
            notes.append("in " + " > ".join(_shortened(self.chain)) + called)
        if self.hint:
            notes.append("hint: " + self.hint)
        margin = self.origin.margin if self.origin else " "
        return [f"{margin} = {note}" for note in notes]


def _one_line(text: str, longest: int) -> str:
    """`text` without line breaks and control characters, cut where it is too long."""
    shown = _printable(" ".join(text[: longest + 1].splitlines()))
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


def _printable(text: str) -> str:
    """`text` as a terminal may have it: a tab as a space, every other control character as a question mark."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in text)


def _shortened(chain: tuple[str, ...]) -> tuple[str, ...]:
    """A chain that can be read: the outermost three and the innermost of one that is long."""
    if len(chain) <= _LONGEST_CHAIN:
        return chain
    return (*chain[:3], "...", *chain[4 - _LONGEST_CHAIN :])


def _window(line: str, span: Span) -> tuple[str, int, int]:
    """The part of `line` worth showing, where the carets start in it and how many there are."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    cut = max(0, min(start - _FRAME_WIDTH // 2, len(line) - _FRAME_WIDTH))
    shown = line[cut : cut + _FRAME_WIDTH].rstrip()
    start -= cut
    return shown, start, max(1, min(end - cut, len(shown)) - start)


class LayerError(Exception):
    """A layer that does not fit its input, raised by the layer in its own terms.

    It knows no place: whoever adds the layer to a graph raises it again by :meth:`at`.
    """

    def __init__(self, message: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.hint = hint

    def at(self, origin: Origin | None, field_origins: Mapping[str, Origin]) -> SpecError:
        """The same with its place: that of the field at fault, where it is known, or else that of the layer.

        >>> error = LayerError("`out` must be a positive whole number, not 0", field="out")
        >>> print(error.at(None, {"out": DescribedOrigin("--set out")}))
        error: `out` must be a positive whole number, not 0
         --> --set out
        """
        return SpecError(self.message, field_origins.get(self.field or "", origin), hint=self.hint)


def install_hint(*packages: str) -> str:
    """The hint to install packages, by their own names: an index need not have cnncost, which may be a checkout.

    >>> install_hint("torch"), install_hint("numpy", "scipy")
    ('install it: pip install torch', 'install them: pip install numpy scipy')
    """
    return f"install {'it' if len(packages) == 1 else 'them'}: pip install {' '.join(packages)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``"; did you mean `width`?"`` when something known is close to `name`, else an empty string.

    >>> did_you_mean("widht", ["width", "depth"])
    '; did you mean `width`?'
    >>> did_you_mean("resnet5O", ["resnet56", "resnet50"])
    '; did you mean `resnet50`?'
    >>> did_you_mean("zebra", ["width", "depth"])
    ''
    """
    from difflib import get_close_matches  # only a failing run pays for the import
    from itertools import islice

    candidates = list(islice(known, _CANDIDATES))
    alike = [other for other in candidates if other.translate(_LOOKALIKES) == name.translate(_LOOKALIKES)]
    close = alike or get_close_matches(name[:80], candidates, n=1, cutoff=0.65)
    return f"; did you mean `{close[0]}`?" if close else ""
