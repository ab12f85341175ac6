"""The values that expressions work on, what they are called in errors, and how large they may grow."""

from __future__ import annotations

from typing import Any, NoReturn

Value = Any
"""A number, boolean, string, list of values, :class:`Callee`, :class:`Function` or another :class:`Opaque`."""

LARGEST_INTEGER = 10**30
LONGEST_LIST = 100_000
DEEPEST_LIST = 20

_NUMBERS = frozenset((int, float, bool))


class Fault(Exception):  # noqa: N818 - the error that a user sees is SpecError
    """What an operation refuses, in its own terms; `expr` raises it again as a SpecError with its place.

    `start` and `end` are the part of the expression that is at fault, once that is known.
    """

    def __init__(
        self, message: str, start: int | None = None, end: int | None = None, *, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint

    def at(self, start: int, end: int) -> Fault:
        """This fault, at the place from `start` to `end` unless it has a closer one."""
        if self.start is None:
            self.start, self.end = start, end
        return self


class Undefined(Fault):
    """There is no value for these numbers, while there may be for others: a division by zero."""


class Budget:
    """How many list elements and function calls evaluation may still produce: no input keeps it busy for long.

    One budget may serve all expressions of a file.
    """

    __slots__ = ("left",)

    def __init__(self, operations: int = 1_000_000) -> None:
        self.left = operations

    def spend(self, operations: int) -> None:
        """Take `operations` out of the budget; raises Fault when nothing is left."""
        self.left -= operations
        if self.left < 0:
            raise Fault("the expressions take too many operations")


class Opaque:
    """A value that expressions pass through and compare, but cannot compute with: a layer, a block, a whole step."""

    __slots__ = ()

    def describe(self) -> str:
        """What errors call it, e.g. "`relu` is a layer"."""
        raise NotImplementedError


class Callee(Opaque):
    """The name of a layer or a block as a value: in `act=relu`, `relu`.

    >>> Callee("relu", "layer") == Callee("relu", "layer"), Callee("relu", "layer").describe()
    (True, '`relu` is a layer')
    """

    __slots__ = ("kind", "name")

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Callee) and (self.name, self.kind) == (other.name, other.kind)

    def __hash__(self) -> int:
        return hash((self.name, self.kind))

    def __repr__(self) -> str:
        return f"Callee({self.name!r}, {self.kind!r})"

    def describe(self) -> str:
        return f"`{self.name}` is a {self.kind}"


def is_number(value: Value) -> bool:
    """Whether arithmetic takes `value`; booleans count as 0 and 1, as in Python."""
    return value.__class__ in _NUMBERS  # which a number that varies over design points has too


def describe(value: Value) -> str:
    """What errors call `value`.

    >>> describe(3), describe("x"), describe([1, 2]), describe(None)
    ('the number 3', "the string 'x'", 'a list of 2', 'nothing')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the string {value!r}" if len(value) <= 40 else "a string"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "nothing" if value is None else "a value"


def refuse(who: str, wanted: str, value: Value) -> NoReturn:
    """Raise the Fault that says that `who` needs `wanted` and got `value`."""
    if isinstance(value, Opaque):
        raise Fault(f"`{who}` needs {wanted}, but {value.describe()}")
    raise Fault(f"`{who}` needs {wanted}, got {describe(value)}")


def bounded(value: Value) -> Value:
    """`value`, a number, unless it is too large to be the size of anything: then a Fault.

    >>> bounded(10**30) == 10**30
    True
    """
    if isinstance(value, float):
        if value - value != 0.0:  # true of an infinity and of NaN alone
            raise Fault("the result is not a finite number")
    elif not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise Fault("the result is too large; integers go up to 10**30")
    return value


def truth(value: Value, who: str = "when") -> bool:
    """`value` as a condition: booleans, and numbers of which 0 is false; anything else is a Fault that names `who`."""
    if not is_number(value):
        refuse(who, "true or false", value)
    return bool(value)


def checked_list(items: list[Value], budget: Budget) -> list[Value]:
    """`items` as a list value, unless lists in lists make it too long or too deep; costs its elements.

    Every list that enters a scope passes here, since one that holds another twice, thirty times over, would have
    2**30 elements.
    """
    size, depth = _extent(items)
    if size > LONGEST_LIST:
        raise Fault(f"a list of more than {LONGEST_LIST:,} elements")
    if depth > DEEPEST_LIST:
        raise Fault(f"lists nested more than {DEEPEST_LIST} deep")
    budget.spend(size)
    return items


def _extent(items: list[Value]) -> tuple[int, int]:
    """Elements of `items`, those of inner lists included, and how deep lists nest; the inner ones are checked lists."""
    size, depth = len(items), 0
    for item in items:
        if type(item) is list and size <= LONGEST_LIST:
            inner_size, inner_depth = _extent(item)
            size, depth = size + inner_size, max(depth, inner_depth)
    return size, depth + 1
