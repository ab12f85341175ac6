"""The operators that are known: a function for each, found by its name in ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Value

    Operator = Callable[[Call], Value | list[Value]]

OPERATORS: dict[str, Operator] = {}
"""What makes layers of an operator, by its name."""


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Register a function that translates the operators of these names: from a call to what it gives."""

    def register(translate: Operator) -> Operator:
        for name in names:
            OPERATORS[name] = translate
        return translate

    return register
