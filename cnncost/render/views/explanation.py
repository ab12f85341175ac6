"""An explanation as sheets: figures with their formulas, or the parts of a sum."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cnncost.explanation.figure import LayerExplanation
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Sheet, Typed
from cnncost.render.views.headings import settings_parts, title_of
from cnncost.render.views.sums import sum_sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncost.explanation.figure import AlgorithmExplanation, Figure, SumExplanation
    from cnncost.render.document import Kind

_FIGURE = Column("figure", "figure")
_RESULT = Column("value", "result", "typed", priority=ESSENTIAL + 2)
_ABOUT = Column("about", "about", "typed", priority=2)
_UNIT = Column("unit", "unit", priority=3)
_FORMULA = Column("formula", "formula", priority=ESSENTIAL + 1)
_NUMBERS = Column("substituted", "with numbers", priority=ESSENTIAL + 1)
_NOTE = Column("note", "remark", priority=ESSENTIAL)
_SOURCE = Column("source", "source", priority=1)

_HEADINGS = {
    "output_shape": "output shape",
    "input_bytes": "input memory",
    "receptive_field": "receptive field",
    "start_padding": "padding of the first field",
    "ops.add": "additions",
    "ops.mul": "multiplications",
    "ops.div": "divisions",
    "ops.cmp": "comparisons",
    "ops.exp": "transcendental functions",
}
_LONGEST_LETTER = 3
"""Longer names are those of figures: `H_o` is a letter."""
_ROUNDED_FROM = 1000
_JOINT = "\N{NO-BREAK SPACE}"
"""Between the sign of equality and what it stands before."""
_ROOMS = (60, 44, 30, 18)
"""Characters of a line that formulas below their figures may have, the narrower the terminal the fewer."""


def explanation_document(
    explanation: LayerExplanation | SumExplanation, *, raw: bool = False, for_machines: bool = False
) -> Document:
    """The explanation as data and as sheets; results are exact, and rounded ones beside them unless `raw`."""
    if not isinstance(explanation, LayerExplanation):
        whole = explanation
        return Document(whole.to_dict, lambda: sum_sheets(whole, for_machines=for_machines))
    layer = explanation
    return Document(layer.to_dict, lambda: (_flat(layer),) if for_machines else tuple(_layer_sheets(layer, raw)))


def _flat(layer: LayerExplanation) -> Sheet:
    """Every figure in one table, those of the algorithms too."""
    figures = [*layer.figures, *(figure for each in layer.algorithms for figure in each.figures)]
    cells = [
        (each.name, _typed(each), each.unit, each.formula or "", each.substituted or "", each.source, each.note)
        for each in figures
    ]
    return Sheet("", (_FIGURE, _RESULT, _UNIT, _FORMULA, _NUMBERS, _SOURCE, _NOTE), tuple(map(Line, cells)))


def _layer_sheets(layer: LayerExplanation, raw: bool) -> Iterator[Sheet]:
    shown = [figure for figure in layer.figures if figure.value != 0 or figure.note]
    lines = [(0, figure) for figure in shown]
    zeros = [_heading(figure, layer) for figure in layer.figures if figure not in shown]
    title = layer.layer if layer.network == layer.layer else f"{layer.network} · {layer.layer}"
    caption = (f"{layer.type}: {layer.about}", *settings_parts(layer.settings))
    notes = (*([f"0: {', '.join(zeros)}"] if zeros else []), *_sources(layer))
    yield _sheet(layer, lines, raw, title=title, caption=caption, notes=notes)
    if layer.symbols:
        yield _first_that_fits([_symbols(layer, room) for room in (None, *_ROOMS)])
    if layer.algorithms:
        blocks = [line for each in layer.algorithms for line in _algorithm_lines(each, layer)]
        yield _sheet(layer, blocks, raw, title="convolution algorithms", notes=tuple(_algorithm_notes(layer)))


def _algorithm_lines(algorithm: AlgorithmExplanation, layer: LayerExplanation) -> Iterator[tuple[int, Figure | str]]:
    mark = ", the fewest multiplications" if algorithm.name == layer.cheapest else ""
    yield 0, f"{algorithm.title}{mark}"
    if algorithm.refusal:
        yield 1, f"does not apply, {algorithm.refusal}"
    yield from ((1, figure) for figure in algorithm.figures if figure.value != 0)


def _algorithm_notes(layer: LayerExplanation) -> Iterator[str]:
    sources = {each.title: each.figures[-1].source for each in layer.algorithms if each.figures}
    yield "multiplications are real ones; extra memory is kept besides input, weights and output; of the whole batch"
    yield from (f"{title}: {source}" for title, source in sources.items())


def _sheet(layer: LayerExplanation, lines: Sequence[tuple[int, Figure | str]], raw: bool, **heads: Any) -> Sheet:
    """A line for each figure; where that is too wide, formula and numbers below it. `heads` are fields of both."""
    about = () if raw else (_ABOUT,)
    below = (_FIGURE, _RESULT, *about, _UNIT)
    beside = (*below, _FORMULA, _NUMBERS, _NOTE)
    layouts = ((beside, None), (below, _ROOMS[0]), *(((_FIGURE, _RESULT, _UNIT), room) for room in _ROOMS))
    sheets = [
        Sheet(
            columns=columns,
            lines=tuple([line for level, entry in lines for line in _lines(layer, level, entry, columns, room)]),
            **{"title": "", **heads},
        )
        for columns, room in layouts
    ]
    return _first_that_fits(sheets)


def _lines(
    layer: LayerExplanation, level: int, entry: Figure | str, columns: tuple[Column, ...], room: int | None
) -> Iterator[Line]:
    """A figure, or the title of those that follow; what does not stand beside it is written below it."""
    if isinstance(entry, str):
        yield Line((entry,), level, title=True)
        return
    heading, written = _heading(entry, layer), _written(entry)
    unit = "" if entry.unit == heading else entry.unit
    figures = {_FIGURE: heading, _RESULT: _typed(entry), _ABOUT: _rounded(entry), _UNIT: unit}
    cells = figures | dict(zip((_FORMULA, _NUMBERS, _NOTE), written, strict=True))
    yield Line(tuple([cells[column] for column in columns]), level)
    if room is not None:
        below = [line for text in written for line in broken(text, room)]
        yield from (Line((text, *[""] * (len(columns) - 1)), level + 1) for text in below)


def _symbols(layer: LayerExplanation, room: int | None) -> Sheet:
    """What the letters stand for, in lines of at most so many characters."""
    columns = (
        Column("symbol", "symbol"),
        Column("number", "here", "typed", priority=ESSENTIAL),
        Column("meaning", "what it stands for", priority=ESSENTIAL + 1),
    )
    lines: list[Line] = []
    for each in layer.symbols:
        first, *others = [each.meaning] if room is None else broken(each.meaning, room)
        lines.append(Line((each.symbol, _exact(each.number), first)))
        lines += [Line(("", "", text)) for text in others]
    return Sheet("", columns, tuple(lines))


def _first_that_fits(sheets: Sequence[Sheet]) -> Sheet:
    """The sheets as one, the widest first."""
    *wider, chosen = sheets
    for sheet in reversed(wider):
        chosen = sheet._replace(narrower=chosen)
    return chosen


def broken(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` characters, a long product broken behind one of its dots.

    >>> broken("B·C_o·(C_i/g)·k² + C_o", 20), broken("= B·C_o·(C_i/g)·k_h·k_w", 16)
    (['B·C_o·(C_i/g)·k² +', 'C_o'], ['= B·C_o·(C_i/g)·', 'k_h·k_w'])
    """
    lines: list[str] = []
    for line in wrap(text.replace("= ", f"={_JOINT}"), room, break_long_words=False, break_on_hyphens=False):
        rest = line.replace(_JOINT, " ")
        while len(rest) > room and "·" in rest[:room]:
            end = rest.rindex("·", 0, room) + 1
            lines.append(rest[:end])
            rest = rest[end:]
        lines.append(rest)
    return lines


def _written(figure: Figure) -> tuple[str, str, str]:
    """Formula, numbers and remark; what a remark explains away needs no formula."""
    if figure.formula is None or (figure.note and not figure.value):
        return "", "", figure.note
    numbers = "" if figure.substituted == figure.formula else f"= {figure.substituted}"
    return figure.formula, numbers, figure.note


def _heading(figure: Figure, layer: LayerExplanation) -> str:
    """`H_o` and other letters as they are, everything else spelt out."""
    name, _, axis = figure.name.rpartition("_")
    if name in _HEADINGS and len(axis) == 1:
        return f"{_HEADINGS[name]} along {axis.upper()}"
    if any(figure in algorithm.figures[-1:] for algorithm in layer.algorithms):
        return "extra memory"
    if len(figure.name) <= _LONGEST_LETTER:
        return figure.name
    return _HEADINGS.get(figure.name) or title_of(figure.name, layer.settings.convention)


def _typed(figure: Figure) -> Any:
    """The value, written out."""
    if isinstance(figure.value, tuple):
        return Typed("shape" if figure.name == "output_shape" else "axes", figure.value)
    return None if figure.value is None else _exact(figure.value)


def _exact(value: float) -> Typed:
    return Typed("count", value, exact=True) if isinstance(value, int) else Typed("number", value)


def _rounded(figure: Figure) -> Any:
    """The value with three digits, where that is shorter."""
    if not isinstance(figure.value, int) or figure.value < _ROUNDED_FROM:
        return ""
    kind: Kind = "bytes" if figure.unit == "bytes" else "count"
    return Typed(kind, figure.value)


def _sources(layer: LayerExplanation) -> Iterable[str]:
    """Who published what, a line for each source."""
    by_source: dict[str, list[str]] = {}
    for figure in layer.figures:
        if figure.source and figure.value != 0:
            by_source.setdefault(figure.source, []).append(_heading(figure, layer))
    return [f"{', '.join(names)}: {source}" for source, names in by_source.items()]
