"""Arguments of the Python API: what is taken for a number, a text or a flag, and what refuses the rest."""

from __future__ import annotations

from operator import index
from os import PathLike
from typing import Any, TypeVar

from cnncost.errors import SpecError

Function = TypeVar("Function")

_LONGEST_SHOWN = 80
_LARGEST_SHOWN = 10**20
"""Python refuses to write out very long integers."""


class ArgumentError(SpecError, TypeError):
    """An argument of a wrong type: bad input like any other, and the TypeError that Python programs expect.

    >>> from cnncost import analyze
    >>> try:
    ...     analyze(5)
    ... except TypeError as error:
    ...     print(error)
    error: a spec must be a path, the name of a network or a `Graph`, not `5`
    """


def wrong_type(what: str, wanted: str, value: object, hint: str | None = None) -> ArgumentError:
    """The error for a value of a wrong type."""
    return ArgumentError(f"{what} must be {wanted}, not {described(value)}", hint=hint)


def described(value: object) -> str:
    """A value as messages show it, whatever it is: short, and without asking what is not ours for its text.

    >>> described(3), described("3"), described(None), described([3])
    ('`3`', "the text `'3'`", '`None`', 'a `list`')
    """
    if isinstance(value, str):
        return f"the text `{str(value)[:_LONGEST_SHOWN]!r}`"
    if value.__class__ is int and abs(value) > _LARGEST_SHOWN:
        return "a number of more than 20 digits"
    if value is None or value.__class__ in (bool, int, float):
        return f"`{value!r}`"
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} `{name}`"


def whole_number(value: object) -> int | None:
    """A value as an integer if it is one, NumPy's and PyTorch's too: 3 and ``np.int64(3)`` are, 3.0, true and "3" not.

    >>> whole_number(3), whole_number(3.0), whole_number(True), whole_number("3")
    (3, None, None, None)
    """
    if value.__class__ is int:
        return value  # a number that varies over design points too
    is_truth = isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")
    if is_truth or not hasattr(type(value), "__index__"):
        return None
    try:
        return index(value)  # type: ignore[arg-type]
    except Exception:  # an array of several, a tensor without numbers: whatever it says, it is no number
        return None


def integer(what: str, value: object, low: int = 0) -> int:
    """A whole number from `low`.

    Raises:
        SpecError: it is something else.

    >>> integer("`depth`", 2, 1)
    2
    """
    number = whole_number(value)
    if number is None:
        raise wrong_type(what, f"a whole number from {low}", value)
    if number < low:
        raise SpecError(f"{what} must be at least {low}, not {described(number)}")
    return number


def number(what: str, value: object) -> int | float:
    """A number, with a fraction or without: ``np.float32`` too.

    Raises:
        SpecError: it is something else.

    >>> number("`min_accuracy`", 76.1)
    76.1
    """
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(what, "a number", value)
    if value != value:  # noqa: PLR0124 - what is not a number
        raise SpecError(f"{what} must be a number, not `nan`")
    return value


def text(what: str, value: object, wanted: str = "a text") -> str:
    """A text.

    Raises:
        SpecError: it is something else.
    """
    if not isinstance(value, str):
        raise wrong_type(what, wanted, value)
    return value


def optional_text(what: str, value: object, wanted: str = "a text") -> str | None:
    """A text, or nothing.

    Raises:
        SpecError: it is something else.
    """
    return None if value is None else text(what, value, wanted)


def optional_number(what: str, value: object) -> int | float | None:
    """A number, or nothing.

    Raises:
        SpecError: it is something else.
    """
    return None if value is None else number(what, value)


def flag(what: str, value: object) -> bool:
    """``True`` or ``False``, NumPy's too.

    Raises:
        SpecError: it is something else: `"no"` would count as true.
    """
    value = plain(value)
    if not isinstance(value, bool):
        raise wrong_type(what, "`True` or `False`", value)
    return value


def function(what: str, value: Function) -> Function:
    """A function, or nothing.

    Raises:
        SpecError: it is something else.
    """
    if value is not None and not callable(value):
        raise wrong_type(what, "a function", value)
    return value


def is_path(value: object) -> bool:
    """Whether a value is a path or a name, not of bytes."""
    return isinstance(value, str) or (isinstance(value, PathLike) and isinstance(value.__fspath__(), str))


def plain(value: Any) -> Any:
    """A value of Python's own for one of NumPy's or PyTorch's, alone or in lists.

    >>> plain([1, (2.0, "x")])
    [1, [2.0, 'x']]
    """
    if isinstance(value, list | tuple):
        return _plain_items(value)
    if isinstance(value, str | int | float) and type(value).__module__ == "builtins":
        return value
    to_list = getattr(value, "tolist", None)
    if not callable(to_list) or isinstance(value, type):
        return value
    try:
        return to_list()
    except Exception:  # a tensor without numbers
        return value


def _plain_items(values: list[Any] | tuple[Any, ...]) -> list[Any]:
    """The items as Python's own values.

    Raises:
        SpecError: they nest too deep: a list may hold itself.
    """
    try:
        return [plain(item) for item in values]
    except RecursionError:
        raise SpecError("a list nests too deep") from None
