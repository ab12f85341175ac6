"""The modules that rows of a model file name, and how their arguments are read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.errors import Span

    Build = Callable[..., Any]
    """A function of a place, of the node that is read (or the nodes), and of the arguments of a row by their names."""

_REQUIRED = object()
_LARGEST = 10**9


class Argument(NamedTuple):
    """What an argument of a module may be."""

    wanted: str
    """In words."""
    is_valid: Callable[[Any], bool]
    """Whether a value is one."""
    default: Any
    """What it is where a row does not give it."""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST


def _is_size(value: Any) -> bool:
    return _is_count(value) or (isinstance(value, list) and bool(value) and all(map(_is_count, value)))


def count(default: Any = _REQUIRED) -> Argument:
    """A positive whole number."""
    return Argument("a positive whole number", _is_count, default)


def size(default: Any = _REQUIRED) -> Argument:
    """A number for both axes, or one for each."""
    return Argument("a positive whole number, or a list of them", _is_size, default)


def optional(default: Any = None) -> Argument:
    """A whole number, or `None`, which leaves it to the module."""
    wanted = "a whole number of at least 0, a list of them, or None"
    return Argument(wanted, lambda value: value is None or value == 0 or _is_size(value), default)


def sides() -> Argument:
    """A number for every side of a map, or one for each: on the left, on the right, above and below."""

    def is_valid(value: Any) -> bool:
        items = value if isinstance(value, list) else [value]
        return len(items) in (1, 4) and all(item == 0 or _is_count(item) for item in items)

    return Argument("a whole number of at least 0, or one for each of the four sides", is_valid, _REQUIRED)


def real(default: float) -> Argument:
    """A number above 0."""

    def is_valid(value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _LARGEST

    return Argument("a number above 0", is_valid, default)


def flag(default: bool) -> Argument:
    """`True` or `False`."""
    return Argument("True or False", lambda value: isinstance(value, bool), default)


def word(default: str) -> Argument:
    """A word."""
    return Argument("a word", lambda value: isinstance(value, str), default)


class Module(NamedTuple):
    """What builds a module, and which of its arguments the scale changes."""

    name: str
    """As rows call it."""
    build: Build
    """What adds its layers, and gives the node of its output, or several."""
    arguments: dict[str, Argument]
    """Behind the channels that it reads, in Ultralytics' order."""
    scaled: tuple[str, ...]
    """Those that are channels, which the width multiplies."""
    joins: bool
    """Whether it reads several rows."""

    @property
    def is_told_repeats(self) -> bool:
        """Whether it is told how often to repeat what it holds, rather than repeated itself."""
        return "repeats" in self.arguments

    def read(self, given: list[Any], span: Span) -> SimpleNamespace:
        """The arguments of a row by their names.

        Raises:
            SpecError: too many, too few, or not what they should be.
        """
        names = list(self.arguments)
        hint = f"its arguments are {', '.join(names)}" if names else "it has no arguments"
        if len(given) > len(names):
            plural = "" if len(names) == 1 else "s"
            raise SpecError(f"`{self.name}` takes {len(names)} argument{plural}, not {len(given)}", span, hint=hint)
        values = dict(zip(names, given, strict=False))
        for name, argument in self.arguments.items():
            if name not in values and argument.default is _REQUIRED:
                raise SpecError(f"`{self.name}` needs `{name}`", span, hint=hint)
            value = values.setdefault(name, argument.default)
            if not argument.is_valid(value):
                raise SpecError(f"`{name}` of `{self.name}` must be {argument.wanted}, not `{value!s:.40}`", span)
        return SimpleNamespace(**values)


MODULES: dict[str, Module] = {}
"""Every module that is known, by the name that rows have for it."""


def module(
    name: str, *, scaled: tuple[str, ...] = (), joins: bool = False, **arguments: Argument
) -> Callable[[Build], Build]:
    """Register a function as what builds the modules of a name, with these arguments."""

    def register(build: Build) -> Build:
        MODULES[name] = Module(name, build, arguments, scaled, joins)
        return build

    return register


def find(name: str, span: Span) -> Module:
    """The module of a name.

    Raises:
        SpecError: it is not known.
    """
    known = MODULES.get(name)
    if known is None:
        close = did_you_mean(name, MODULES)
        hint = None if close else f"known are {', '.join(sorted(MODULES))}"
        raise SpecError(f"the module `{name[:40]}` is not known{close}", span, hint=hint)
    return known
