"""Arithmetic on symbols: run with them, a formula of the engine gives its own text, so that no text can drift from it.

An expression is what plain arithmetic on symbols leaves behind. It can be read, read with numbers in it, and evaluated:

>>> out, groups, channels, kernel = Symbol("C_o"), Symbol("g", divides=True), Symbol("C_i"), Symbol("k")
>>> parameters = out * (channels // groups) * (kernel * kernel) + True * out
>>> str(parameters)
'C_o·(C_i/g)·k² + C_o'
>>> numbers = {"C_o": 128, "C_i": 64, "g": 1, "k": 3}
>>> parameters.substituted(numbers), parameters.evaluate(numbers)
('128·(64/1)·3² + 128', 73856)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.symbolic import simplification
from cnncost.symbolic.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Expression.algebra = simplification


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

    def text(self, name: Callable[[str], str]) -> str:
        return name(self.name)
