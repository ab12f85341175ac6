"""What a rule counts: a whole number from 0, or an error that says what it is instead, with which numbers."""

from __future__ import annotations

from math import trunc
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expressions.tokens import tokenize
from cnncost.language.expressions.values import describe

if TYPE_CHECKING:
    from collections.abc import Collection

    from cnncost.conventions.rules import Rule
    from cnncost.language.expressions.values import Value

_EXACT = 2**53
"""From here on a floating-point number may stand for an integer beside the right one."""

_LONGEST = 200
"""Characters of a rule with its numbers that an error shows."""


def whole_count(value: Value, rule: Rule, numbers: str = "") -> int:
    """The count that a rule came to; `numbers` is the rule with numbers for its names, for errors.

    Raises:
        SpecError: it is not a whole number, or is below zero.
    """
    here = f"with its numbers, the rule is `{_shortened(numbers)}`" if numbers and numbers != rule.text else ""
    if value.__class__ is float and value.is_integer():
        if abs(value) > _EXACT:
            hint = "`/` gives a fraction, which holds 15 digits; `//` gives a whole number"
            raise SpecError("the count is too large to be exact as a fraction", rule.span, hint=hint)
        value = trunc(value)
    if value.__class__ is float:
        hint = "; ".join(filter(None, ("`floor`, `ceil` or `round` make it whole", here)))
        raise SpecError(f"a count must be a whole number, and this is {value}", rule.span, hint=hint)
    if value.__class__ is not int:
        raise SpecError(f"a count must be a whole number, not {describe(value)}", rule.span)
    if value < 0:
        hint = here or "`max(0, ...)` leaves nothing below zero"
        raise SpecError(f"a count must not be negative, and this is {value:,}", rule.span, hint=hint)
    return value


def refuse_negative_product(rule: Rule, at_least_zero: Collection[str]) -> None:
    """Refuse a rule that is a product with an odd number of signs, such as `-2 * mac`, which is never above zero.

    Args:
        rule: of a convention.
        at_least_zero: the names that stand for a number which is never negative.

    Raises:
        SpecError: it is such a product.
    """
    words = [token for token in tokenize(rule.expression.text) if token.kind != "end"]
    signs, wants_factor = 0, True
    for word in words:
        if wants_factor and word.kind == "-":
            signs += 1
        elif wants_factor and (word.kind == "number" or (word.kind == "name" and word.text in at_least_zero)):
            wants_factor = False
        elif not wants_factor and word.kind == "*":
            wants_factor = True
        else:
            return
    if signs % 2:
        hint = "a count is a whole number from 0"
        raise SpecError("a count must not be negative, and this rule never gives more than 0", rule.span, hint=hint)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
