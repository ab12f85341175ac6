"""Mappings that stay as they are: results are shared, and nobody's change may reach another's."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class FrozenDict(dict[Key, Value]):
    """A dict that cannot be changed, so that it has a hash; a copy, by ``dict(mapping)``, can.

    >>> shapes = FrozenDict(input=(3, 8, 8))
    >>> shapes["input"], shapes == {"input": (3, 8, 8)}, len({shapes, FrozenDict(shapes)})
    ((3, 8, 8), True, 1)
    >>> shapes["input"] = (3, 9, 9)
    Traceback (most recent call last):
    TypeError: a result cannot be changed; `dict(...)` of it makes a copy that can
    """

    __slots__ = ()

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a result cannot be changed; `dict(...)` of it makes a copy that can")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)  # copies and pickles of a dict are filled item by item otherwise


NOTHING: FrozenDict[Any, Any] = FrozenDict()
"""A mapping that is empty, and stays so."""
