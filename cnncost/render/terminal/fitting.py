"""Which columns of a table fit into a width, and how far their texts are shortened for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.document import ESSENTIAL
from cnncost.render.terminal.screen import ellipsis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.render.terminal.column_text import ColumnText

GAP = 2
"""Characters between columns."""
_BAR_WIDTHS = (12, 6, 3)


class Fit(NamedTuple):
    """The columns that fit."""

    columns: list[ColumnText]
    """With their texts shortened as far as need be."""
    bar_width: int
    """Of the longest bar."""
    hidden: list[ColumnText]
    """The columns for which there is no room."""


def fits(columns: Iterable[ColumnText], width: int) -> bool:
    """Whether the columns fit as they are, with the shortest bars."""
    return _width_of(columns, _BAR_WIDTHS[-1]) <= width


def width_needed(columns: Iterable[ColumnText]) -> int:
    """The width in which the columns are as wide as they can be."""
    return _width_of(columns, _BAR_WIDTHS[0])


def fit(columns: Sequence[ColumnText], width: int, *, fixed: bool, ascii_only: bool) -> Fit:
    """The columns for a width, all of them if they are `fixed`.

    Bars shrink first; then texts that may be shortened are, and columns go, those of the lowest priority first; then
    names are shortened. Essential columns go only when that is not enough.
    """
    shown = list(columns) if fixed else _shown(columns, width)
    bar_width = next((bars for bars in _BAR_WIDTHS if _width_of(shown, bars) <= width), _BAR_WIDTHS[-1])
    places = {each.place for each in shown}
    hidden = [each for each in columns if each.place not in places]
    return Fit(_shortened(shown, width, bar_width, ellipsis(ascii_only)), bar_width, hidden)


def _shown(columns: Sequence[ColumnText], width: int) -> list[ColumnText]:
    """The columns that fit. No text is shortened for a column that is worth less."""
    shown = list(columns)
    while len(shown) > 1 and not fits(shown, width):
        lowest = min(each.column.priority for each in shown[1:])
        if _fits_shortened(shown, lowest, width):
            break
        shown = [shown[0], *(each for each in shown[1:] if each.column.priority > lowest)]
    return shown


def _fits_shortened(columns: Sequence[ColumnText], lowest: int, width: int) -> bool:
    """Whether all columns fit with shorter texts, and those of the `lowest` priority are worth it."""
    name, *others = columns
    is_essential = lowest >= ESSENTIAL
    can_be_shortened = any(each.can_be_shortened for each in others if each.column.priority == lowest)
    if not (is_essential or can_be_shortened):
        return False
    return fits([name.cut(0) if is_essential else name, *(each.cut(0) for each in others)], width)


def _shortened(columns: Sequence[ColumnText], width: int, bar_width: int, mark: str) -> list[ColumnText]:
    """The columns with their texts cut as far as `width` asks: those of the lowest priority first, names last."""
    shortened = list(columns)
    for place in sorted(range(len(columns)), key=lambda place: (not place, columns[place].column.priority)):
        excess = _width_of(shortened, bar_width) - width
        if excess > 0:
            shortened[place] = columns[place].cut(columns[place].width - excess, mark)
    return shortened


def _width_of(columns: Iterable[ColumnText], bar_width: int) -> int:
    return across([each.across(bar_width) for each in columns])


def across(widths: Sequence[int]) -> int:
    """The width of columns side by side."""
    return sum(widths) + GAP * (len(widths) - 1)
