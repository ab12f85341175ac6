"""Values of columns as texts in a file, and back."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cnncost.spaces.expressions.arrays import as_array
from cnncost.spaces.figures import UNKNOWN
from cnncost.spaces.results.sweep import ERROR
from cnncost.spaces.space.values import is_input

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cnncost.spaces.expressions.arrays import Array

_NUMBER = re.compile(r"[-+]?(\d+|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)")


def cell_texts(name: str, column: Array, figures: Collection[str]) -> list[str]:
    """The texts of a column: nothing where there is no value.

    >>> import numpy as np
    >>> cell_texts("params", np.array([320, -1]), ["params"])
    ['320', '']
    """
    values = column.tolist()
    if name in figures:
        return ["" if value == UNKNOWN else str(value) for value in values]
    return [cell_text(value) for value in values]


def cell_text(value: Any) -> str:
    """One value as a text.

    >>> cell_text((3, 8, 8)), cell_text([3, 4]), cell_text(0.25), cell_text(True), cell_text(None)
    ('3x8x8', '[3, 4]', '0.25', 'true', '')
    """
    if value is None or value != value:  # noqa: PLR0124 - what is not a number
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, list):
        return f"[{', '.join(map(cell_text, value))}]"
    return str(value)


def column_of(name: str, texts: Sequence[str], figures: Collection[str]) -> Array:
    """The column that texts say.

    >>> column_of("width", ["0.5", "1"], []).tolist(), column_of("macs", ["7", ""], ["macs"]).tolist()
    ([0.5, 1.0], [7, -1])
    """
    import numpy as np

    if name in figures:
        texts = [text or str(UNKNOWN) for text in texts]
    if name == ERROR:
        return np.fromiter((text or None for text in texts), dtype=object, count=len(texts))
    if not is_input(name):
        for kind in ("int64",) if name in figures else ("int64", "float64"):
            with suppress(ValueError, OverflowError):
                return np.array(texts).astype(kind)
    read = {text: value_of_cell(name, text) for text in set(texts)}
    values = [read[text] for text in texts]
    if None in values and all(value is None or type(value) in (int, float) for value in values):
        values = [float("nan") if value is None else value for value in values]
    return as_array(values)


def value_of_cell(name: str, text: str) -> Any:
    """The value that a text says; ``None`` for nothing.

    >>> value_of_cell("input", "3x8x8"), value_of_cell("depths", "[3, 4]"), value_of_cell("act", "relu")
    ((3, 8, 8), [3, 4], 'relu')
    """
    if match := _NUMBER.fullmatch(text):
        return int(text) if match[2] is None else float(text)
    if not text or text.lower() == "nan":
        return None
    if text in ("true", "false"):
        return text == "true"
    if is_input(name) and re.fullmatch(r"\d+(x\d+)*", text):
        return tuple(map(int, text.split("x")))
    if text.startswith("[") and text.endswith("]"):
        return _items(name, text[1:-1])
    return text


def _items(name: str, text: str) -> list[Any]:
    items, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            items.append(text[start:place])
            start = place + 1
    return [value_of_cell(name, item.strip()) for item in [*items, text[start:]]] if text.strip() else []
