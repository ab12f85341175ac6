"""Sizes of windows as ONNX writes them: beginnings of all axes before ends, and automatic padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.onnx.call import Call


def per_axis(call: Call, name: str, rank: int, default: int) -> list[int]:
    """An attribute with a number for every axis."""
    return list(call.attributes.get(name) or [default] * rank)


def pads(
    call: Call, sizes: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> list[list[int]]:
    """Padding before and after each axis, as it is given or as `auto_pad` says (ONNX, operator Conv).

    Raises:
        SpecError: `auto_pad` is none of its words.
    """
    how = call.attributes.get("auto_pad", "NOTSET")
    rank = len(kernel)
    if how == "NOTSET":
        both = call.attributes.get("pads") or [0] * (2 * rank)
        return [[both[axis], both[axis + rank]] for axis in range(rank)]
    if how == "VALID":
        return [[0, 0]] * rank
    if how not in ("SAME_UPPER", "SAME_LOWER"):
        raise call.unsupported(f"`auto_pad` is `{how}`")
    result = []
    for size, width, step, gap in zip(sizes, kernel, stride, dilation, strict=True):
        total = max(0, (-(-size // step) - 1) * step + gap * (width - 1) + 1 - size)
        less, more = total // 2, total - total // 2
        result.append([less, more] if how == "SAME_UPPER" else [more, less])
    return result
