"""Receptive fields in symbols: the notes' recurrence, wherever a layer looks through one window at one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.explanation.figure import Figure
from cnncost.explanation.symbolic import Formula
from cnncost.layers.base.window import SAME_POSITION, Dealt, Reads, Shifted, windows_of
from cnncost.records import NamedTuple
from cnncost.symbolic.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncost.explanation.formulas import Formulas
    from cnncost.graph.graph import Node
    from cnncost.layers.base.window import Window
    from cnncost.metrics.receptive_field.figures import ReceptiveField

_SOURCE = "notes 004, 10.1; Araujo et al. 2019"
_MEANINGS = {
    "r": "receptive field of what it reads",
    "j": "jump of what it reads, pixels between the fields of neighbours",
    "q": "padding of what it reads, pixels of the first field before the border",
}
_NAMES = ("receptive_field", "jump", "start_padding")


class Seen(NamedTuple):
    """What a node sees of the first input that reaches it, and what those see that it reads."""

    field: ReceptiveField
    """Its own."""
    read: tuple[tuple[ReceptiveField, int], ...]
    """That of each input of which it reads numbers, with the place of that input among all."""

    @property
    def note(self) -> str:
        """In words, where no formula says it."""
        return _in_words(self.field, [before for before, _ in self.read])

    def follows_recurrence(self, node: Node) -> bool:
        """Whether the field is that of the recurrence in numbers, through one window at one field."""
        if len(self.read) != 1:
            return False
        (before, place), *_ = self.read
        windows = _windows_in_numbers(node, place)
        if windows is None or before.jump is None or before.start_padding is None:
            return False
        axes = zip(windows, before.size, before.jump, before.start_padding, strict=False)
        found = [
            (size + (window.size - 1) * jump, jump * window.stride, padding - window.start * jump)
            for window, size, jump, padding in axes
        ]
        return found == list(zip(self.field.size, self.field.jump or (), self.field.start_padding or (), strict=False))

    @property
    def letters(self) -> dict[str, Any]:
        """The numbers of the letters that formulas have for the field that is read, for every axis and for all."""
        (before, _), *_ = self.read
        if before.jump is None or before.start_padding is None:
            return {}
        numbers: dict[str, Any] = {}
        for letter, values in zip(_MEANINGS, (before.size, before.jump, before.start_padding), strict=True):
            numbers[letter] = values[0] if values else None
            numbers |= {f"{letter}_{axis}": value for axis, value in zip(_axis_names(before), values, strict=True)}
        return numbers


def seen_by(columns: Iterable[Sequence[ReceptiveField | None]], node: Node) -> Seen | None:
    """What a node sees, from the fields of all nodes in each input; ``None`` where it reads no input."""
    for column in columns:
        field = column[node.id]
        if field is not None:
            reads = enumerate(zip(node.inputs, node.reach(), strict=True))
            read = [(column[number], place) for place, (number, reach) in reads if reach is not Reads.NOTHING]
            return Seen(field, tuple([(before, place) for before, place in read if before is not None]))
    return None


def explain_receptive_field(seen: Seen | None, node: Node, formulas: Formulas) -> tuple[list[Figure], list[Formula]]:
    """The figures of the receptive field, and the formulas that they were written from."""
    if seen is None:
        return [], []
    field, read = seen
    written = _written(read[0][0], field, node, formulas, read[0][1]) if len(read) == 1 else None
    if written is not None:
        return list(_figures(field, written)), [formula for axis in written for formula in axis]
    values = zip(_NAMES, (field.size, field.jump, field.start_padding), strict=True)
    note = seen.note
    return [Figure(name, value, "pixels", source=_SOURCE, note=note) for name, value in values if value is not None], []


def _written(
    before: ReceptiveField, field: ReceptiveField, node: Node, formulas: Formulas, place: int
) -> list[tuple[Formula, ...]] | None:
    """Size, jump and padding of every axis; ``None`` where the recurrence does not say what the field is."""
    windows = _windows(node, formulas, place)
    if windows is None or before.jump is None or before.start_padding is None:
        return None
    figures = list(zip(before.size, before.jump, before.start_padding, strict=True))
    if len(windows) != len(figures) or not all(isinstance(number, int) for axis in figures for number in axis):
        return None
    alike = len({*zip(figures, windows, strict=True)}) == 1
    axes = [""] if alike else [f"_{letter}" for letter in _axis_names(field)]
    written = [
        _axis(window, axis, letters, formulas) for window, axis, letters in zip(windows, figures, axes, strict=False)
    ]
    wanted = (field.size, field.jump, field.start_padding)
    if None in wanted:
        return None
    found = [tuple(formula.result for formula in axis) for axis in written]
    return written if found == list(zip(*wanted, strict=True))[: len(found)] else None  # type: ignore[arg-type]


def _windows(node: Node, formulas: Formulas, place: int) -> tuple[Window, ...] | None:
    """The window of every axis in symbols, where there are windows and symbols can say them."""
    windows = _windows_in_numbers(node, place)
    if windows is None or _same_position(node, place):
        return windows
    return None if formulas.reach is None else windows_of(formulas.reach[place])


def _windows_in_numbers(node: Node, place: int) -> tuple[Window, ...] | None:
    """The window of every axis, where there are windows and the recurrence holds of them."""
    if _same_position(node, place):
        return (SAME_POSITION,) * len(node.xs[place].spatial)
    windows = windows_of(node.reach()[place])
    if windows is None or any(window.phases or not window.exact for window in windows):
        return None
    return windows


def _same_position(node: Node, place: int) -> bool:
    reach = node.reach()[place]
    return isinstance(reach, Shifted | Dealt) or reach in (Reads.POINT, Reads.MIXTURE, Reads.NEIGHBOURS)


def _axis(window: Window, numbers: tuple[Any, ...], axis: str, formulas: Formulas) -> tuple[Formula, ...]:
    """r + (k - 1) j, j s and q + p j."""
    letters = [f"{letter}{axis}" for letter in _MEANINGS]
    size, jump, padding = map(Symbol, letters)
    known = {**formulas.numbers, **dict(zip(letters, numbers, strict=True))}
    along = f", along {axis[1:].upper()}" if axis else ""
    meanings = {**formulas.meanings, **{f"{letter}{axis}": text + along for letter, text in _MEANINGS.items()}}
    stride: Any = window.stride
    return (
        Formula(size + (window.size - 1) * jump, known, meanings),
        Formula(jump * stride, known, meanings),
        Formula(padding - window.start * jump, known, meanings),
    )


def _figures(field: ReceptiveField, written: list[tuple[Formula, ...]]) -> Iterator[Figure]:
    names = _axis_names(field)
    for place, name in enumerate(_NAMES):
        for number, axis in enumerate(written):
            formula = axis[place]
            full = name if len(written) == 1 else f"{name}_{names[number]}"
            yield Figure(full, formula.result, "pixels", formula.text, formula.substituted, _SOURCE, marks_of(field))


def _axis_names(field: ReceptiveField) -> str:
    return ("l", "hw", "dhw")[len(field.size) - 1] if field.size else ""


def _in_words(field: ReceptiveField, read: list[ReceptiveField]) -> str:
    if len(read) > 1:
        sizes = " and ".join(dict.fromkeys("×".join(map(str, each.size)) for each in read))
        note = f"everything that is seen along any path: its inputs see {sizes}"
    elif field.is_everything:
        note = "the whole input"
    elif field.is_bound:
        note = "at most: it is not known which of so many pixels are seen"
    else:
        note = "followed pixel by pixel: no single window says it"
    return note + (marks_of(field) and f"; {marks_of(field)}")


def marks_of(field: ReceptiveField) -> str:
    """What the numbers leave unsaid of a field."""
    if field.is_global and not field.is_everything:
        return "some path reads the whole input too"
    return "" if field.aligned else "paths of unlike center or jump meet"
