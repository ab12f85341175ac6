"""How expressions are combined: the algebra that their operators call.

Simplification is shallow: numbers fold, like terms and like factors are collected, neutral elements go. Nothing is
multiplied out, so that a formula keeps the form in which it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.symbolic.functions import Above, AtLeast, GreatestCommonDivisor, Logarithm, Maximum, PowerOfTwo, Remainder
from cnncost.symbolic.terms import Quotient, Sum, powers_of, product_of, size_of, sum_of, terms_of

if TYPE_CHECKING:
    from cnncost.symbolic.expression import Expression, Value
    from cnncost.symbolic.terms import Term


def multiply(first: Value, second: Value) -> Value:
    """The product, with the exponents of like factors added."""
    number, powers = powers_of(first)
    other_number, other_powers = powers_of(second)
    exponents: dict[Expression, int] = {}
    for base, exponent in (*powers, *other_powers):
        exponents[base] = exponents.get(base, 0) + exponent
    for base in list(exponents):
        if isinstance(base, Above) and base.right == 0 and base.left in exponents:
            del exponents[base]
            larger = Maximum(base.left, 0)
            exponents[larger] = exponents.get(larger, 0) + exponents.pop(base.left)
    return product_of(number * other_number, tuple(exponents.items()))


def add(first: Value, second: Value) -> Value:
    """The sum, with like terms collected."""
    if isinstance(second, Maximum) and second.right == 0:
        larger = first + second.left
        if size_of(larger) < size_of(second.left):
            return Maximum(first, larger)
    counts: dict[frozenset[tuple[Expression, int]], Term] = {}
    number = 0
    for powers, count in (*terms_of(first), *terms_of(second)):
        if powers:
            written, earlier = counts.get(frozenset(powers), (powers, 0))
            counts[frozenset(powers)] = written, earlier + count
        else:
            number += count
    return _collected({key: term for key, term in counts.items() if term[1]}, number)


def _collected(counts: dict[frozenset[tuple[Expression, int]], Term], number: int) -> Value:
    """The sum, where (a - 1) b + b has become a b: the comparisons and the division of a window are k² in all.

    And where (a - c) b + c b has become a b, the additions and the divisions of a mean.
    """
    for key, (powers, count) in counts.items():
        for factor, _ in powers:
            rest = key - {(factor, 1)}
            if not isinstance(factor, Sum) or rest == key:
                continue
            for part, part_count in factor.terms:
                number_of, others = powers_of(multiply(product_of(1, tuple(rest)), product_of(part_count, part)))
                if (other := frozenset(others)) in counts and counts[other][1] == -count * number_of:
                    kept = sum_of([term for term in factor.terms if term[0] != part], factor.number)
                    joined = multiply(count * kept, product_of(1, tuple(each for each in powers if each[0] != factor)))
                    return add(joined, sum_of([counts[each] for each in counts if each not in (key, other)], number))
            if rest in counts:
                others, other_count = counts[rest]
                joined = multiply(count * factor + other_count, product_of(1, others))
                return add(joined, sum_of([counts[other] for other in counts if other not in (key, rest)], number))
    return sum_of(list(counts.values()), number)


def divide(numerator: Value, denominator: Value) -> Value:
    """The quotient, rounded down."""
    if denominator == 1 or numerator == 0:
        return numerator
    return Quotient(numerator, denominator)


def remainder(numerator: Value, denominator: Value) -> Value:
    """What the division leaves over."""
    return 0 if denominator == 1 else Remainder(numerator, denominator)


def above(first: Value, second: Value) -> Value:
    """1 where the first is larger than the second, else 0."""
    return Above(first, second)


def at_least(first: Value, second: Value) -> Value:
    """1 where the first is at least the second, else 0."""
    return AtLeast(first, second)


def greatest_common_divisor(first: Value, second: Value) -> Value:
    """The greatest common divisor."""
    return GreatestCommonDivisor(first, second)


def power_of_two_from(value: Value) -> Value:
    """The smallest power of two that is not below the value."""
    return PowerOfTwo(value)


def rounded_logarithm(value: Value) -> Value:
    """The logarithm to the base of two, rounded up."""
    return Logarithm(value)
