"""Bars of block characters, an eighth of a character exact."""

from __future__ import annotations

_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(part: int, whole: int, width: int, *, ascii_only: bool = False) -> str:
    """`part` of `whole` as a bar of at most `width` characters; what is there at all shows at least a sliver.

    >>> bar(1, 2, 5), bar(1, 1000, 5), bar(0, 1, 5), bar(1, 2, 5, ascii_only=True)
    ('██▌', '▏', '', '##')
    """
    if not part or not whole:
        return ""
    if ascii_only:
        return "#" * (width * part // whole)
    eighths = max(1, 8 * width * part // whole)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
