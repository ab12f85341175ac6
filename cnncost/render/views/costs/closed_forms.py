"""Figures as formulas of a network's letters: polynomials, where they hold, and what they are elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.headings import full_heading_of, settings_parts
from cnncost.spaces.closed_forms.closed_form import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.spaces.closed_forms.closed_form import ClosedForm, ClosedForms

_FIGURE = Column("figure", "figure")
_POLYNOMIAL = Column("polynomial", "polynomial", priority=ESSENTIAL + 2, overflow="below")
_HOLDS = Column("holds", "holds for", priority=ESSENTIAL + 1, overflow="below")
_FORMULA = Column("formula", "for all sizes", priority=ESSENTIAL + 2, overflow="below")
_NOTE = Column("note", "remark", priority=ESSENTIAL, overflow="below")
_ROUNDING = (Column("rounding", "rounding"), Column("layer", "first in", priority=ESSENTIAL))
_LETTERS = (
    Column("symbol", "symbol"),
    Column("number", "here", "typed", priority=ESSENTIAL),
    Column("meaning", "what it stands for", priority=ESSENTIAL + 1, overflow="wrap"),
)
_MOST_CONDITIONS = 3


def closed_forms_document(found: ClosedForms) -> Document:
    """Polynomials first; then formulas with floors, what is rounded where, and the letters."""
    facts = settings_parts(found.settings)
    in_batch = any(letter.symbol == "B" for letter in found.letters)
    return Document(
        f"{found.network} in {', '.join(letter.symbol for letter in found.letters)}",
        facts[1:] if in_batch else facts,
        tables=lambda: _tables(found),
        records=lambda: _records(found),
        data=found.to_dict,
    )


def _tables(found: ClosedForms) -> Iterator[Table]:
    lines = [
        Line((_heading(found, form), _value(form), written(form.polynomial) or "", _joined(form.holds), form.note))
        for form in found.forms
    ]
    here = Column("value", "here", "typed", priority=ESSENTIAL + 1)
    elsewhere = [form for form in found.forms if form.roundings]
    notes = _notes(found)
    table = Table((_FIGURE, here, _POLYNOMIAL, _HOLDS, _NOTE), tuple(lines), notes=() if elsewhere else notes)
    yield table.without_blank()
    if elsewhere:
        lines = [Line((_heading(found, form), written(form.formula))) for form in elsewhere]
        yield Table((_FIGURE, _FORMULA), tuple(lines), notes=notes)
        roundings = dict.fromkeys(rounding for form in elsewhere for rounding in form.roundings)
        yield Table(_ROUNDING, tuple([Line((each.floor, each.layer or "")) for each in roundings])).without_blank()
    letters = [Line((each.symbol, _typed(each.number), each.meaning)) for each in found.letters]
    yield Table(_LETTERS, tuple(letters))


def _records(found: ClosedForms) -> Table:
    """A line for each figure, with all that is said of it."""
    columns = (
        _FIGURE,
        Column("value", "here", "count"),
        Column("unit", "unit"),
        _POLYNOMIAL,
        _HOLDS,
        Column("formula", "for all sizes"),
        _NOTE,
    )
    lines = [
        Line(
            (
                each.name,
                each.value,
                each.unit,
                written(each.polynomial),
                _joined(each.holds),
                written(each.formula),
                each.note,
            )
        )
        for each in found.forms
    ]
    return Table(columns, tuple(lines))


def _notes(found: ClosedForms) -> tuple[str, ...]:
    """What else must hold for formulas with floors: layers refuse what does not fit them."""
    conditions = list(map(str, found.conditions))
    if not conditions:
        return ()
    more = len(conditions) - _MOST_CONDITIONS
    shown = "; ".join(conditions[:_MOST_CONDITIONS]) + (f"; and {more} more, in the JSON" if more > 0 else "")
    return (f"for all sizes that layers take, and branch on as here: {shown}",)


def _heading(found: ClosedForms, form: ClosedForm) -> str:
    return full_heading_of(form.name, found.settings.convention)


def _joined(holds: tuple[str, ...]) -> str:
    return "; ".join(holds)


def _value(form: ClosedForm) -> Typed | None:
    return None if form.value is None else Typed("count", form.value, exact=True)


def _typed(number: float) -> Typed:
    return Typed("count", number, exact=True) if isinstance(number, int) else Typed("number", number)
