"""The operators that are known: a function for each, found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Value

    Operator: TypeAlias = Callable[[Call], Value]

OPERATORS: dict[str, Operator] = {}
"""What makes layers of an operator, by its name in ATen without overload, and without the `_` of those in place."""


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Register a function that translates the operators of these names; it reads a call, and gives its value."""

    def register(translate: Operator) -> Operator:
        for name in names:
            if name in OPERATORS:
                raise TypeError(f"the operator `{name}` is translated twice")
            OPERATORS[name] = translate
        return translate

    return register


def base_name(target: object) -> tuple[str, bool]:
    """The name of an operator without its namespace and overload, and whether it works in place.

    >>> from types import SimpleNamespace
    >>> base_name(SimpleNamespace(_schema=SimpleNamespace(name="aten::relu_")))
    ('relu', True)
    """
    name = target._schema.name.removeprefix("aten::")  # type: ignore[attr-defined]  # an `OpOverload`
    in_place = name.endswith("_") and not name.startswith("__")
    return (name[:-1], True) if in_place else (name, False)
