"""Operators and functions of expressions: Value -> Value, by Python's semantics, within bounds, or a Fault.

Integers stay exact; `/` gives a float, `//` floors. Arithmetic works element by element on lists, so that
`kernel // 2` serves `[1, 7]`.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from cnncost.language.expressions.values import (
    LARGEST_INTEGER,
    LONGEST_LIST,
    Budget,
    Fault,
    Undefined,
    Value,
    bounded,
    checked_list,
    describe,
    is_number,
    refuse,
)
from cnncost.records import NamedTuple
from cnncost.symbolic.varying import chosen, largest, smallest, square_root
from cnncost.symbolic.varying import element as element_at

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST_EXPONENT = LARGEST_INTEGER.bit_length()  # 2 to a larger power is out of bounds, hence every integer


def _power(base: Value, exponent: Value) -> Value:
    """base ** exponent, refused before it takes long."""
    if exponent > _LARGEST_EXPONENT and abs(base) > 1:
        raise Fault("the exponent is too large; integers go up to 10**30")
    if base < 0 and exponent != math.trunc(exponent):
        raise Fault("a fractional power of a negative number")
    return base**exponent


ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": _power,
}

COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def combine(symbol: str, left: Value, right: Value, budget: Budget, shown: str | None = None) -> Value:
    """`left symbol right` for the operators of ARITHMETIC, element by element where one is a list.

    Errors call the operator `shown`: a minus sign multiplies by -1 and should not say so.

    >>> combine("//", [1, 7], 2, Budget())
    [0, 3]
    """
    if is_number(left) and is_number(right):
        try:
            return bounded(ARITHMETIC[symbol](left, right))
        except ZeroDivisionError:
            raise Undefined("division by zero") from None
        except OverflowError:
            raise Fault("the result is too large") from None
    for operand in (left, right):
        if not (is_number(operand) or type(operand) is list):
            refuse(shown or symbol, "numbers", operand)
    if type(left) is not list:
        left = [left] * len(right)
    elif type(right) is not list:
        right = [right] * len(left)
    elif len(left) != len(right):
        raise Fault(f"`{symbol}` needs lists of the same length, got {len(left)} and {len(right)} elements")
    budget.spend(len(left))
    return [combine(symbol, a, b, budget, shown) for a, b in zip(left, right, strict=True)]


def compare(symbol: str, left: Value, right: Value, budget: Budget) -> bool:
    """`left symbol right` for the operators of COMPARISONS; only numbers have an order, everything is equal or not."""
    if symbol in ("==", "!="):
        if type(left) is list:
            budget.spend(len(left))
    else:
        for operand in (left, right):
            if not is_number(operand):
                refuse(symbol, "numbers", operand)
    return COMPARISONS[symbol](left, right)


def element(items: Value, index: Value) -> Value:
    """`items[index]`, counted from the end when negative."""
    if type(items) is not list:
        refuse("[]", "a list", items)
    if index.__class__ is not int:
        raise Fault(f"an index is an integer, not {describe(index)}")
    if not -len(items) <= index < len(items):
        raise Fault(f"index {index} is out of range: the list has {len(items)} elements")
    return element_at(items, index % len(items))


class Builtin(NamedTuple):
    """A function of the language: how it is called, and between how many arguments it takes."""

    signature: str
    fewest: int
    most: int
    call: Callable[[list[Value], Budget], Value]


def _each(name: str, function: Callable[[Value], Value]) -> Builtin:
    """A function of one number, applied to each element of a list."""

    def apply(value: Value, budget: Budget) -> Value:
        if type(value) is list:
            budget.spend(len(value))
            return [apply(item, budget) for item in value]
        if not is_number(value):
            refuse(name, "a number", value)
        return bounded(function(value))

    return Builtin(f"{name}(x)", 1, 1, lambda arguments, budget: apply(arguments[0], budget))


def _sqrt(value: Value) -> Value:
    if value < 0:
        raise Fault(f"`sqrt` needs a number that is not negative, got {describe(value)}")
    return square_root(value)


def _numbers(name: str, items: list[Value], budget: Budget) -> list[Value]:
    """`items`, all of which must be numbers."""
    budget.spend(len(items))
    for item in items:
        if not is_number(item):
            refuse(name, "numbers", item)
    return items


def _extreme(name: str, function: Callable[[list[Value]], Value]) -> Builtin:
    """min or max: of one list, or of the arguments."""

    def call(arguments: list[Value], budget: Budget) -> Value:
        items = arguments[0] if len(arguments) == 1 and type(arguments[0]) is list else arguments
        if not items:
            raise Fault(f"`{name}` of an empty list")
        return function(_numbers(name, items, budget))

    return Builtin(f"{name}(a, b, ...)", 1, 100, call)


def _range(arguments: list[Value], budget: Budget) -> Value:
    for argument in arguments:
        if argument.__class__ is not int:
            refuse("range", "integers", argument)
    if len(arguments) == 3 and arguments[2] == 0:
        raise Fault("the step of `range` is zero")
    numbers = range(*arguments)
    if numbers[LONGEST_LIST : LONGEST_LIST + 1]:
        raise Fault(f"a list of more than {LONGEST_LIST:,} elements")
    return checked_list(list(numbers), budget)


def _zip(arguments: list[Value], budget: Budget) -> Value:
    for argument in arguments:
        if type(argument) is not list:
            refuse("zip", "lists", argument)
    lengths = [len(argument) for argument in arguments]
    if len(set(lengths)) > 1:
        raise Fault(f"`zip` needs lists of the same length, got {_listed(lengths)} elements")
    budget.spend(sum(lengths))
    return checked_list([list(row) for row in zip(*arguments, strict=True)], budget)


def _listed(numbers: list[int]) -> str:
    """
    >>> _listed([4, 3, 4])
    '4, 3 and 4'
    """
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"


def _len(arguments: list[Value], _: Budget) -> Value:
    if type(arguments[0]) is not list:
        refuse("len", "a list", arguments[0])
    return len(arguments[0])


def _sum(arguments: list[Value], budget: Budget) -> Value:
    if type(arguments[0]) is not list:
        refuse("sum", "a list", arguments[0])
    return bounded(sum(_numbers("sum", arguments[0], budget)))


def _product(arguments: list[Value], budget: Budget) -> Value:
    if type(arguments[0]) is not list:
        refuse("product", "a list", arguments[0])
    product: Value = 1
    for number in _numbers("product", arguments[0], budget):
        product = combine("*", product, number, budget)
    return product


def _make_divisible(arguments: list[Value], _: Budget) -> Value:
    """MobileNet's rounding of channels to the nearest multiple, never below 90% of them (Sandler et al. 2018, code)."""
    value, divisor = arguments
    if not is_number(value):
        refuse("make_divisible", "a number", value)
    if divisor.__class__ is not int or divisor < 1:
        refuse("make_divisible", "a positive integer as divisor", divisor)
    rounded = largest([divisor, math.trunc(value + divisor / 2) // divisor * divisor])
    return bounded(chosen(rounded < 0.9 * value, rounded + divisor, rounded))


BUILTINS: dict[str, Builtin] = {
    "abs": _each("abs", abs),
    "round": _each("round", round),  # half to even, as Python's
    "floor": _each("floor", math.floor),
    "ceil": _each("ceil", math.ceil),
    "sqrt": _each("sqrt", _sqrt),
    "min": _extreme("min", smallest),
    "max": _extreme("max", largest),
    "range": Builtin("range(stop) or range(start, stop, step)", 1, 3, _range),
    "zip": Builtin("zip(a, b, ...)", 1, 100, _zip),
    "len": Builtin("len(list)", 1, 1, _len),
    "sum": Builtin("sum(list)", 1, 1, _sum),
    "product": Builtin("product(list)", 1, 1, _product),
    "make_divisible": Builtin("make_divisible(value, divisor)", 2, 2, _make_divisible),
}
