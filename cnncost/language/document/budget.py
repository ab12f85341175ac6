"""What a network may cost, as its spec says it under `budget`: as it is written, and understood where it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.graph.graph import BudgetText, LimitText
from cnncost.language.yaml.forms import is_empty, mapping
from cnncost.language.yaml.nodes import Scalar

if TYPE_CHECKING:
    from cnncost.language.yaml.nodes import Node

AT = "at"
"""The key with the settings that a budget is for."""


def read_budget(node: Node | None) -> BudgetText | None:
    """The limits under `budget`; ``None`` where there are none.

    Raises:
        SpecError: it is not a mapping, limits nothing, or has a value that is not a number or a text.
    """
    if node is None:
        return None
    entries = mapping(node, "`budget`").entries
    limits = tuple([_limit(key, value) for key, value in entries if key.text != AT])
    if not limits:
        hint = "give a figure and its limit, such as `params: 5M`"
        raise SpecError("`budget` limits nothing", node.span, hint=hint)
    at = next((value for key, value in entries if key.text == AT), None)
    return BudgetText(limits, () if at is None else tuple(_limit(*entry) for entry in mapping(at, f"`{AT}`").entries))


def _limit(key: Scalar, value: Node) -> LimitText:
    amount = value.value if isinstance(value, Scalar) and not is_empty(value) else None
    if not isinstance(amount, int | str) or isinstance(amount, bool):
        raise SpecError(f"`{key.text[:80]}` must be a number or a text", value.span)
    return LimitText(key.text, amount, key.span)
