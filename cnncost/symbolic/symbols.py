"""Arithmetic on symbols: run with them, a formula of the engine gives its own text, so that no text can drift from it.

An expression is what plain arithmetic on symbols leaves behind. It can be read, read with numbers in it, and evaluated:

>>> out, groups, channels, kernel = Symbol("C_o"), Symbol("g", divides=True), Symbol("C_i"), Symbol("k")
>>> parameters = out * (channels // groups) * (kernel * kernel) + True * out
>>> str(parameters)
'C_o·(C_i/g)·k² + C_o'
>>> numbers = {"C_o": 128, "C_i": 64, "g": 1, "k": 3}
>>> parameters.substituted(numbers), parameters.evaluate(numbers)
('128·(64/1)·3² + 128', 73856)

Simplification is shallow: numbers fold, like terms and like factors are collected, neutral elements go. Nothing is
multiplied out, so that a formula keeps the form in which it was written.
"""

from __future__ import annotations

from math import gcd, prod
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = Any
"""An :class:`Expression`, or an ``int`` where a formula turned out to be a number."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# How tightly the parts of a text hold together: what binds less than its place asks for gets parentheses.
_SUM, _PRODUCT, _POWER, _ATOM = range(4)


class Expression:
    """Base of all expressions: immutable, equal when written alike up to the order of terms and factors."""

    __slots__ = ("key",)
    binding = _ATOM

    key: tuple[Any, ...]
    """What makes two expressions of a kind equal."""

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        """The value with these numbers for the symbols.

        Raises:
            KeyError: a symbol has no number.
        """
        raise NotImplementedError

    def text(self, name: Callable[[Symbol], str]) -> str:
        """The expression with `name` of every symbol in it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text(lambda symbol: symbol.name)

    def substituted(self, numbers: Mapping[str, int]) -> str:
        """The expression as written, with numbers for the symbols.

        >>> str((Symbol("H") + 2) // 2), ((Symbol("H") + 2) // 2).substituted({"H": 7})
        ('⌊(H + 2)/2⌋', '⌊(7 + 2)/2⌋')
        """
        return self.text(lambda symbol: str(numbers[symbol.name]))

    def __repr__(self) -> str:
        return f"<{self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and type(self) is type(other) and self.key == other.key

    def __hash__(self) -> int:
        return hash((type(self), self.key))

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a formula must not branch on the value of {self}")

    def __add__(self, other: Value) -> Value:
        return _add(self, other)

    def __radd__(self, other: Value) -> Value:
        return _add(other, self)

    def __neg__(self) -> Value:
        return _multiply(-1, self)

    def __sub__(self, other: Value) -> Value:
        return _add(self, -other)

    def __rsub__(self, other: Value) -> Value:
        return _add(other, -self)

    def __mul__(self, other: Value) -> Value:
        return _multiply(self, other)

    def __rmul__(self, other: Value) -> Value:
        return _multiply(other, self)

    def __pow__(self, exponent: int) -> Value:
        return prod([self] * exponent)

    def __floordiv__(self, other: Value) -> Value:
        return self if other == 1 else Quotient(self, other)

    def __rfloordiv__(self, other: Value) -> Value:
        return 0 if other == 0 else Quotient(other, self)

    def __mod__(self, other: Value) -> Value:
        return 0 if other == 1 else Remainder(self, other)

    def __rmod__(self, other: Value) -> Value:
        return Remainder(other, self)

    def __gt__(self, other: Value) -> Value:
        return Above(self, other)

    def __ge__(self, other: Value) -> Value:
        return AtLeast(self, other)

    def __lt__(self, other: Value) -> Value:
        return Above(other, self)

    def __le__(self, other: Value) -> Value:
        return AtLeast(other, self)

    def greatest_common_divisor(self, other: Value) -> Value:
        """What :func:`cnncost.symbolic.dims.greatest_common_divisor` writes instead of running Euclid's algorithm."""
        return GreatestCommonDivisor(self, other)

    def power_of_two_from(self) -> Value:
        """What :func:`cnncost.symbolic.dims.power_of_two_from` writes instead of comparing with every power of two."""
        return PowerOfTwo(self)

    def rounded_logarithm(self) -> Value:
        """What :func:`cnncost.symbolic.dims.rounded_logarithm` writes."""
        return Logarithm(self)


class Symbol(Expression):
    """A letter of a formula, for a whole number.

    Args:
        name: as it is written, an index behind an underscore.
        divides: whether the layer refuses sizes that it does not divide, so that quotients by it are exact.
    """

    __slots__ = ("divides", "name")

    def __init__(self, name: str, *, divides: bool = False) -> None:
        self.name = name
        self.divides = divides
        self.key = (name,)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return numbers[self.name]

    def text(self, name: Callable[[Symbol], str]) -> str:
        return name(self)


Powers = tuple[tuple[Expression, int], ...]
"""Factors with their exponents, in the order in which they were multiplied."""

Term = tuple[Powers, int]
"""Powers, and how many times they are added."""


class Product(Expression):
    """A number times powers of other expressions."""

    __slots__ = ("number", "powers")

    def __init__(self, number: int, powers: Powers) -> None:
        self.number = number
        self.powers = powers
        self.key = (number, frozenset(powers))

    @property
    def binding(self) -> int:  # type: ignore[override]
        return _POWER if self.number == 1 and len(self.powers) == 1 else _PRODUCT

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        result = self.number
        for base, exponent in self.powers:
            result *= base.evaluate(numbers) ** exponent
        return result

    def text(self, name: Callable[[Symbol], str]) -> str:
        factors = [_power_text(base, exponent, name) for base, exponent in self.powers]
        if self.number == -1:
            factors[0] = "−" + factors[0]
        elif self.number != 1:
            factors.insert(0, _number_text(self.number))
        return "·".join(factors)


class Sum(Expression):
    """Several products with their signs, and a number, which is written last."""

    __slots__ = ("number", "terms")
    binding = _SUM

    def __init__(self, terms: tuple[Term, ...], number: int) -> None:
        self.terms = terms
        self.number = number
        self.key = (frozenset((frozenset(powers), count) for powers, count in terms), number)

    @property
    def parts(self) -> list[Value]:
        """The terms as expressions, the number behind them unless it is 0."""
        return [_product(count, powers) for powers, count in self.terms] + [self.number] * (self.number != 0)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return sum(evaluate(part, numbers) for part in self.parts)

    def text(self, name: Callable[[Symbol], str]) -> str:
        text = ""
        for part in self.parts:
            term = _text(part, name, _PRODUCT)
            sign, term = ("−", term[1:]) if term.startswith("−") else ("+", term)
            text = f"{text} {sign} {term}" if text else term if sign == "+" else sign + term
        return text


class Quotient(Expression):
    """A quotient of whole numbers, rounded down (or up, which is how `-(-a // b)` reads)."""

    __slots__ = ("denominator", "numerator", "up")

    def __init__(self, numerator: Value, denominator: Value, *, up: bool = False) -> None:
        self.numerator = numerator
        self.denominator = denominator
        self.up = up
        self.key = (numerator, denominator, up)

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left over, whatever the numbers."""
        bases = dict(_powers(self.denominator)[1])
        return bool(bases) and all(isinstance(base, Symbol) and base.divides for base in bases)

    @property
    def binding(self) -> int:  # type: ignore[override]
        # An exact quotient has no brackets of its own: as a factor it needs them, as a term it does not.
        return _PRODUCT if self.is_exact else _ATOM

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        numerator, denominator = evaluate(self.numerator, numbers), evaluate(self.denominator, numbers)
        return -(-numerator // denominator) if self.up else numerator // denominator

    def text(self, name: Callable[[Symbol], str]) -> str:
        quotient = f"{_text(self.numerator, name, _PRODUCT)}/{_text(self.denominator, name, _POWER)}"
        if self.is_exact:
            return quotient
        return f"⌈{quotient}⌉" if self.up else f"⌊{quotient}⌋"


class Pair(Expression):
    """Base of the functions of two values."""

    __slots__ = ("left", "right")
    written: ClassVar[str]
    """Where the texts of the two go."""
    operand: ClassVar[int] = _SUM
    """How tightly an operand must bind to go there without parentheses."""

    def __init__(self, left: Value, right: Value) -> None:
        self.left = left
        self.right = right
        self.key = (left, right)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return self.compute(evaluate(self.left, numbers), evaluate(self.right, numbers))

    def compute(self, left: int, right: int) -> int:
        """The function itself."""
        raise NotImplementedError

    def text(self, name: Callable[[Symbol], str]) -> str:
        return self.written.format(*(_text(value, name, self.operand) for value in (self.left, self.right)))


class Remainder(Pair):
    """What a division leaves over."""

    binding = _SUM
    written = "{} mod {}"
    operand = _POWER

    def compute(self, left: int, right: int) -> int:
        return left % right


class Maximum(Pair):
    """The larger of two: how `first + (second - first) * (second - first > 0)` reads."""

    written = "max({}, {})"

    def compute(self, left: int, right: int) -> int:
        return max(left, right)


class GreatestCommonDivisor(Pair):
    """The greatest common divisor of two."""

    written = "gcd({}, {})"

    def compute(self, left: int, right: int) -> int:
        return gcd(left, right)


class Above(Pair):
    """1 where the first is larger than the second, else 0: Iverson's bracket."""

    written = "[{} > {}]"

    def compute(self, left: int, right: int) -> int:
        return int(left > right)


class AtLeast(Pair):
    """1 where the first is at least the second, else 0."""

    written = "[{} ≥ {}]"

    def compute(self, left: int, right: int) -> int:
        return int(left >= right)


class Logarithm(Expression):
    """The logarithm to the base of two, rounded up.

    >>> str(Logarithm(Symbol("H") + 2)), Logarithm(Symbol("H") + 2).evaluate({"H": 56})
    ('⌈log₂(H + 2)⌉', 6)
    """

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value
        self.key = (value,)

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return (evaluate(self.value, numbers) - 1).bit_length()

    def text(self, name: Callable[[Symbol], str]) -> str:
        return f"⌈log₂({_text(self.value, name)})⌉"


class PowerOfTwo(Logarithm):
    """The smallest power of two that is not below a value.

    >>> str(PowerOfTwo(Symbol("H"))), PowerOfTwo(Symbol("H")).evaluate({"H": 58})
    ('2^⌈log₂(H)⌉', 64)
    """

    __slots__ = ()
    binding = _POWER

    def evaluate(self, numbers: Mapping[str, int]) -> int:
        return int(2 ** super().evaluate(numbers))

    def text(self, name: Callable[[Symbol], str]) -> str:
        return f"2^{super().text(name)}"


def evaluate(value: Value, numbers: Mapping[str, int]) -> int:
    """The value of an expression, or of a formula that turned out to be a number.

    >>> evaluate(Symbol("C") * 2, {"C": 64}), evaluate(0, {})
    (128, 0)
    """
    return value.evaluate(numbers) if isinstance(value, Expression) else int(value)


def _text(value: Value, name: Callable[[Symbol], str], binding: int = _SUM) -> str:
    """The text of a value, in parentheses where it binds less than `binding`."""
    if not isinstance(value, Expression):
        return _number_text(value)
    text = value.text(name)
    return text if value.binding >= binding else f"({text})"


def _number_text(number: int) -> str:
    return str(number).replace("-", "−")


def _power_text(base: Expression, exponent: int, name: Callable[[Symbol], str]) -> str:
    if exponent == 1:
        return _text(base, name, _POWER)
    return _text(base, name, _ATOM) + str(exponent).translate(_SUPERSCRIPTS)


def _powers(value: Value) -> tuple[int, Powers]:
    """A value as a number times powers."""
    if not isinstance(value, Expression):
        return int(value), ()
    if isinstance(value, Product):
        return value.number, value.powers
    return 1, ((value, 1),)


def _product(number: int, powers: Powers) -> Value:
    """The simplest expression of a number times powers."""
    if not number or not powers:
        return number
    if len(powers) > 1 or powers[0][1] > 1:
        return Product(number, powers)
    (base, _), *_ = powers
    if number == 1:
        return base
    if number == -1 and isinstance(base, Sum):
        return Sum(tuple((powers, -count) for powers, count in base.terms), -base.number)
    if number == -1 and isinstance(base, Quotient) and not base.up and _is_negative(base.numerator):
        return Quotient(-base.numerator, base.denominator, up=True)
    return Product(number, powers)


def _is_negative(value: Value) -> bool:
    """Whether the first thing written is a minus."""
    return (value.terms[0][1] if isinstance(value, Sum) else _powers(value)[0]) < 0


def _multiply(first: Value, second: Value) -> Value:
    number, powers = _powers(first)
    other_number, other_powers = _powers(second)
    exponents: dict[Expression, int] = {}
    for base, exponent in (*powers, *other_powers):
        exponents[base] = exponents.get(base, 0) + exponent
    for base in list(exponents):
        if isinstance(base, Above) and base.right == 0 and base.left in exponents:
            del exponents[base]
            larger = Maximum(base.left, 0)
            exponents[larger] = exponents.get(larger, 0) + exponents.pop(base.left)
    return _product(number * other_number, tuple(exponents.items()))


def _add(first: Value, second: Value) -> Value:
    if isinstance(second, Maximum) and second.right == 0:
        larger = first + second.left
        if _size(larger) < _size(second.left):
            return Maximum(first, larger)
    counts: dict[frozenset[tuple[Expression, int]], Term] = {}
    number = 0
    for powers, count in (*_terms(first), *_terms(second)):
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
                number_of, others = _powers(_multiply(_product(1, tuple(rest)), _product(part_count, part)))
                if (other := frozenset(others)) in counts and counts[other][1] == -count * number_of:
                    kept = _sum([term for term in factor.terms if term[0] != part], factor.number)
                    joined = _multiply(count * kept, _product(1, tuple(each for each in powers if each[0] != factor)))
                    return _add(joined, _sum([counts[each] for each in counts if each not in (key, other)], number))
            if rest in counts:
                others, other_count = counts[rest]
                joined = _multiply(count * factor + other_count, _product(1, others))
                return _add(joined, _sum([counts[other] for other in counts if other not in (key, rest)], number))
    return _sum(list(counts.values()), number)


def _sum(terms: list[Term], number: int) -> Value:
    if not terms:
        return number
    if len(terms) == 1 and not number:
        powers, count = terms[0]
        return _product(count, powers)
    return Sum(tuple(terms), number)


def _terms(value: Value) -> list[Term]:
    """The terms of a value; a number is one without powers."""
    if isinstance(value, Sum):
        return [*value.terms, ((), value.number)]
    number, powers = _powers(value)
    return [(powers, number)]


def _size(value: Value) -> int:
    """How many terms a value has."""
    return sum(count != 0 for _, count in _terms(value))
