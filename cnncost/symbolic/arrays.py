"""Arrays of whole numbers on which formulas are exact: one number for each of many design points.

They are NumPy's arrays of 64 bits for as long as these hold every result, and of Python's integers beyond: nothing
overflows, and nothing becomes a fraction. NumPy is imported when the first array is made.

>>> widths = ExactArray([64, 2**40])
>>> widths * widths * 9
ExactArray([36864, 10880332376531662572355584])
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NoReturn

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST = 2**63 - 1


class ExactArray:
    """Whole numbers of any size, and the operators that formulas use, element by element; shapes are broadcast.

    A formula must not branch on one, nor look it up: both are refused, as they would be decided for all numbers at
    once.

    Args:
        values: integers, a nested list of them, or an array of NumPy's.

    Raises:
        TypeError: something else than whole numbers.
        SpecError: NumPy is not installed.

    >>> (ExactArray([224, 225]) + 31) // 32, 10 - ExactArray([3, 4]) > 6
    (ExactArray([7, 8]), ExactArray([1, 0]))
    """

    __slots__ = ("_size", "_values")
    __array_ufunc__ = None
    """NumPy's own arrays leave operators to this class."""

    def __init__(self, values: Any) -> None:
        array = values if _is_numpys(values) else _numpy().array(values, dtype=object)  # lists may mix sizes
        if array.dtype.kind not in "iub" and not _are_integers(array):
            raise TypeError(f"an exact array holds whole numbers, not {values!r:.80}")
        self._size = _magnitude(array)
        self._values = array.astype("int64" if self._size <= _LARGEST else object)

    @property
    def values(self) -> Any:
        """The numbers as an array of NumPy's, of 64 bits where these are enough."""
        return self._values

    @property
    def numbers(self) -> list[int]:
        """The numbers as Python's integers, in the order of the design points."""
        return [int(number) for number in self._values.flat]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many design points lie along each axis."""
        return tuple(self._values.shape)

    def __repr__(self) -> str:
        return f"ExactArray({self._values.tolist()})"

    def __bool__(self) -> NoReturn:
        raise TypeError("a formula must not branch on the numbers of an array: they may differ")

    def __hash__(self) -> NoReturn:
        raise TypeError("an array of design points cannot be a key: its numbers may differ")

    def __reduce__(self) -> tuple[Any, ...]:
        return ExactArray, (self._values,)

    def __add__(self, other: Any) -> ExactArray:
        return self._with(other, operator.add, operator.add)

    def __radd__(self, other: Any) -> ExactArray:
        return self.__add__(other)

    def __sub__(self, other: Any) -> ExactArray:
        return self._with(other, operator.sub, operator.add)

    def __rsub__(self, other: Any) -> ExactArray:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> ExactArray:
        return self._with(other, operator.mul, operator.mul)

    def __rmul__(self, other: Any) -> ExactArray:
        return self.__mul__(other)

    def __neg__(self) -> ExactArray:
        return self * -1

    def __floordiv__(self, other: Any) -> ExactArray:
        return self._with(_divisor(other), operator.floordiv, lambda first, _: first)

    def __rfloordiv__(self, other: Any) -> Any:
        first = _array(other)
        return NotImplemented if first is None else first // self

    def __mod__(self, other: Any) -> ExactArray:
        return self._with(_divisor(other), operator.mod, lambda _, second: second)

    def __rmod__(self, other: Any) -> Any:
        first = _array(other)
        return NotImplemented if first is None else first % self

    def __pow__(self, exponent: Any) -> Any:
        second = _array(exponent)
        if second is None:
            return NotImplemented
        if min(second.numbers, default=0) < 0:
            raise ValueError("a whole number to a negative power is a fraction")
        return self._with(second, operator.pow, _largest_power)

    def __rpow__(self, base: Any) -> Any:
        first = _array(base)
        return NotImplemented if first is None else first**self

    def __gt__(self, other: Any) -> ExactArray:
        return self._with(other, operator.gt, lambda *_: 1)

    def __ge__(self, other: Any) -> ExactArray:
        return self._with(other, operator.ge, lambda *_: 1)

    def __lt__(self, other: Any) -> ExactArray:
        return self._with(other, operator.lt, lambda *_: 1)

    def __le__(self, other: Any) -> ExactArray:
        return self._with(other, operator.le, lambda *_: 1)

    def __eq__(self, other: object) -> ExactArray:  # type: ignore[override]
        return self._with(other, operator.eq, lambda *_: 1)

    def __ne__(self, other: object) -> ExactArray:  # type: ignore[override]
        return self._with(other, operator.ne, lambda *_: 1)

    def greatest_common_divisor(self, other: Any) -> ExactArray:
        """What :func:`cnncost.symbolic.dims.greatest_common_divisor` gives, for numbers of any size."""
        return self._with(other, _numpy().gcd, max)

    def rounded_logarithm(self) -> ExactArray:
        """What :func:`cnncost.symbolic.dims.rounded_logarithm` gives, for numbers of any size."""
        return self._each(lambda number: max(number - 1, 0).bit_length())

    def power_of_two_from(self) -> ExactArray:
        """What :func:`cnncost.symbolic.dims.power_of_two_from` gives, for numbers of any size."""
        return self._each(lambda number: 1 << max(number - 1, 0).bit_length())

    def _each(self, function: Callable[[int], int]) -> ExactArray:
        return ExactArray(_numpy().frompyfunc(function, 1, 1)(self._values.astype(object)))

    def _with(
        self, other: Any, operation: Callable[[Any, Any], Any], bound: Callable[[int, int], int | None]
    ) -> ExactArray:
        """The operation on both, with 64 bits where neither they nor the result can be beyond them.

        Args:
            other: another array, or an integer.
            operation: on arrays of NumPy's.
            bound: how large results are at most, from how large both are; `None` for too large.
        """
        second = other if isinstance(other, int) else _array(other)
        if second is None:
            return NotImplemented  # type: ignore[no-any-return]  # as the operators do
        for exactly in (False, True):
            sizes = _size(self, exactly), _size(second, exactly)
            result = bound(*sizes) if max(sizes) <= _LARGEST else None
            if result is not None and result <= _LARGEST:
                return _made(operation(self._values, getattr(second, "_values", second)), result)
        return ExactArray(operation(_objects(self), _objects(second)))


def _numpy() -> Any:
    """NumPy, which nothing else needs.

    Raises:
        SpecError: it is not installed.
    """
    try:
        import numpy as np
    except ImportError:
        raise SpecError("arrays of design points need NumPy", hint="install it: pip install numpy") from None
    return np


def _made(values: Any, size: int) -> ExactArray:
    """An array of results that 64 bits hold, none of them larger than `size`."""
    made = ExactArray.__new__(ExactArray)
    made._values, made._size = _numpy().asarray(values, dtype="int64"), size
    return made


def _array(value: Any) -> ExactArray | None:
    """A number or an array as an exact one; ``None`` for everything else, which operators leave to the other side."""
    if isinstance(value, ExactArray):
        return value
    return ExactArray(value) if isinstance(value, int) or _is_numpys(value) else None


def _is_numpys(value: Any) -> bool:
    return type(value).__module__ == "numpy"


def _divisor(value: Any) -> Any:
    """What is divided by, which NumPy would let be zero."""
    second = value if isinstance(value, int) else _array(value)
    if not (second._values.all() if isinstance(second, ExactArray) else second != 0):
        raise ZeroDivisionError("an array is divided by one that has a zero")
    return value if second is None else second


def _are_integers(array: Any) -> bool:
    return array.dtype.kind == "O" and all(isinstance(number, int) for number in array.flat)


def _size(value: ExactArray | int, exactly: bool) -> int:
    """The largest magnitude, or, unless `exactly` is asked for, what it is at most."""
    if isinstance(value, int):
        return abs(value)
    if exactly:
        value._size = _magnitude(value._values)
    return value._size


def _magnitude(array: Any) -> int:
    return max(abs(int(array.max())), abs(int(array.min()))) if array.size else 0


def _objects(value: ExactArray | int) -> Any:
    return value if isinstance(value, int) else value._values.astype(object)


def _largest_power(base: int, exponent: int) -> int | None:
    return base**exponent if base.bit_length() * exponent <= 64 else None
