"""Values of many points at once: what Python would compute of each, computed by NumPy where that gives the same.

A value is one of Python's, the same for every point, or an array with one for each. Where 64 bits would overflow or a
fraction would be cut, or where there are texts and lists, points are computed one by one, as the language computes.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from cnncost.language.expressions.values import Fault, is_number, refuse, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Array: TypeAlias = Any
    """An array of NumPy's, whose own types leave open what operators give."""

_LARGEST = 2**63 - 1
_LARGEST_FLOAT_HOLDS = 2**53

_EXACT: dict[str, tuple[Callable[[Any, Any], Any], Callable[[int, int], int]]] = {
    "+": (operator.add, operator.add),
    "-": (operator.sub, operator.add),
    "*": (operator.mul, operator.mul),
}
"""Operators, and how large what they give is at most, from how large both sides are."""


def as_array(values: Iterable[Any]) -> Array:
    """A column as an array: of whole numbers, of fractions, of truths, or of whatever there is.

    >>> as_array([1, 2]).dtype.name, as_array([1, 0.5]).dtype.name, as_array([(3, 8, 8)]).dtype.name
    ('int64', 'float64', 'object')
    """
    import numpy as np

    if isinstance(values, np.ndarray):
        return values
    items = list(values)
    kinds = {type(item) for item in items}
    if kinds == {bool}:
        return np.array(items, dtype=bool)
    if kinds == {int} and all(-_LARGEST <= item <= _LARGEST for item in items):
        return np.array(items, dtype="int64")
    whole = [item for item in items if type(item) is int] if kinds <= {int, float} else []
    if float in kinds and kinds <= {int, float} and all(abs(item) <= _LARGEST_FLOAT_HOLDS for item in whole):
        return np.array(items, dtype="float64")
    return np.fromiter(items, dtype=object, count=len(items))


def is_array(value: Any) -> bool:
    """Whether a value is one for each point."""
    return type(value).__name__ == "ndarray"


def is_numeric(value: Any) -> bool:
    """Whether all of a value are numbers that NumPy computes with."""
    return value.dtype.kind in "iufb" if is_array(value) else is_number(value)


def one_by_one(function: Callable[..., Any], values: list[Any], count: int) -> Array:
    """What a function of Python's values gives for each point."""
    rows = zip(*[value.tolist() if is_array(value) else [value] * count for value in values], strict=True)
    return as_array([function(*row) for row in rows])


def arithmetic(symbol: str, left: Any, right: Any) -> Array | None:
    """`left symbol right` by NumPy; ``None`` where that might not be what Python computes."""
    if not (is_numeric(left) and is_numeric(right)):
        return None
    if _is_whole(left) and _is_whole(right):
        return _whole(symbol, left, right)
    return _fractional(symbol, left, right)


def _whole(symbol: str, left: Any, right: Any) -> Array | None:
    import numpy as np

    first, second = _size(left), _size(right)
    if symbol in _EXACT:
        operation, bound = _EXACT[symbol]
        return _integers(operation(_integers(left), _integers(right))) if bound(first, second) <= _LARGEST else None
    if symbol not in ("/", "//", "%") or max(first, second) > _LARGEST or not np.all(right):
        return None
    if symbol == "/":
        exact = max(first, second) <= _LARGEST_FLOAT_HOLDS
        return np.true_divide(_integers(left), _integers(right)) if exact else None
    return (np.floor_divide if symbol == "//" else np.remainder)(_integers(left), _integers(right))


def _fractional(symbol: str, left: Any, right: Any) -> Array | None:
    import numpy as np

    if symbol not in "+-*/" or (symbol == "/" and not np.all(right)):
        return None
    if any(_is_whole(side) and _size(side) > _LARGEST_FLOAT_HOLDS for side in (left, right)):
        return None
    operation = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide}[symbol]
    with np.errstate(all="ignore"):
        result = operation(left, right, dtype="float64")
    return result if np.isfinite(result).all() else None


def comparison(symbol: str, left: Any, right: Any) -> Array | None:
    """`left symbol right` by NumPy; ``None`` where that might not be what Python says."""
    if not (is_numeric(left) and is_numeric(right)):
        return None
    unlike = _is_whole(left) != _is_whole(right)
    if unlike and any(_is_whole(side) and _size(side) > _LARGEST_FLOAT_HOLDS for side in (left, right)):
        return None
    compare = {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
    return compare[symbol](left, right)


def truths(value: Any, who: str) -> Any:
    """A value as a condition: one of Python's truths, or an array of them.

    Raises:
        Fault: it is a text or a list.
    """
    if not is_array(value):
        return truth(value, who)
    if is_numeric(value):
        return value != 0
    for item in value.tolist():
        if not is_number(item):
            refuse(who, "true or false", item)
    return value.astype(bool)


def merged(mask: Array, chosen: Any, others: Any) -> Array:
    """One value for each point: the next one chosen where the mask holds, and the next of the others elsewhere.

    >>> import numpy as np
    >>> merged(np.array([True, False, True]), np.array([1, 3]), 0).tolist()
    [1, 0, 3]
    """
    import numpy as np

    kinds = {as_array([side]).dtype if not is_array(side) else side.dtype for side in (chosen, others)}
    alike = kinds.pop() if len(kinds) == 1 else None
    result = np.empty(len(mask), dtype=object if alike is None else alike)
    for places, side in ((mask, chosen), (~mask, others)):
        if result.dtype.kind != "O":
            result[places] = side
        else:
            items = side.tolist() if is_array(side) else [side] * int(places.sum())
            result[places] = np.fromiter(items, dtype=object, count=len(items))
    return result if alike is not None and alike.kind != "O" else as_array(result.tolist())


def _is_whole(value: Any) -> bool:
    return value.dtype.kind in "iub" if is_array(value) else isinstance(value, int)


def _integers(value: Any) -> Any:
    """The same with truths as 0 and 1."""
    if is_array(value):
        return value.astype("int64") if value.dtype.kind != "i" else value
    return int(value)


def _size(value: Any) -> int:
    """The largest magnitude."""
    if not is_array(value):
        return abs(int(value))
    return max(abs(int(value.max())), abs(int(value.min()))) if value.size else 0


def element_of(items: Any, index: Any) -> Any:
    """The element of a list or of a shape.

    Raises:
        Fault: there is none.
    """
    from cnncost.language.expressions.arithmetic import element

    if isinstance(items, str):
        raise Fault(f"`[]` needs a list, got the text {items!r:.40}")
    return element(list(items) if isinstance(items, tuple) else items, index)
