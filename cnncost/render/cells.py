"""How each kind of value reads: `plain` for machines, `readable` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.render.units import bytes_text, count_text, number_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncost.render.sheet import Kind

RIGHT_ALIGNED: frozenset[Kind] = frozenset({"count", "bytes", "number", "ratio", "shape", "field", "share"})

UNKNOWN = "–"
"""What stands where there is no answer: a zero would be one."""

MISALIGNED = "*"
WHOLE_TOO = "°"


def plain(kind: Kind, value: Any) -> Any:
    """The value as a machine reads it: whole numbers, `64x112x112`, a share as a fraction, nothing for no answer."""
    if value is None:
        return ""
    match kind:
        case "shape":
            return "x".join(map(str, value))
        case "field":
            return "x".join(map(str, value.size))
        case "share":
            return round(value.part / value.whole, 6) if value.whole else 0
        case "number" | "ratio":
            return round(value, 6)
    return value


def readable(kind: Kind, value: Any, raw: bool = False) -> str:
    """The value as people read it; `raw` writes counts and bytes out, with separators.

    >>> readable("count", 25_557_032), readable("count", 25_557_032, raw=True), readable("shape", (64, 112, 112))
    ('25.6 M', '25,557,032', '64 × 112 × 112')
    """
    if value is None:
        return "" if kind in ("text", "share") else UNKNOWN
    if raw and kind in ("count", "bytes"):
        return f"{value:,}"
    return _READABLE[kind](value)


def _shape(dims: Iterable[int]) -> str:
    return " × ".join(map(str, dims))


def _field(field: Any) -> str:
    """Size and jump, `35 /4`, once for all axes where they agree."""
    marks = (WHOLE_TOO if field.is_global else "") + ("" if field.aligned else MISALIGNED)
    return f"{_axes(field.size)} /{_axes(field.jump)}{marks}"


def _axes(values: tuple[Any, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "×".join(map(str, values))


_READABLE: dict[Kind, Callable[[Any], str]] = {
    "text": str,
    "count": count_text,
    "bytes": bytes_text,
    "number": number_text,
    "ratio": lambda value: number_text(value) + "×",
    "shape": _shape,
    "field": _field,
    "share": lambda share: percent_text(share.part, share.whole),
}
