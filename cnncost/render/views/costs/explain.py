"""An explanation as tables: figures with their formulas, or the parts of a sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.explanation.figure import LayerExplanation
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table, Typed
from cnncost.render.parts.explained import explained_as
from cnncost.render.parts.headings import settings_parts
from cnncost.render.parts.sums import sum_records, sum_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.explanation.figure import AlgorithmExplanation, Figure, SumExplanation
    from cnncost.render.document import Kind

_FIGURE = Column("figure", "figure")
_RESULT = Column("value", "result", "typed", priority=ESSENTIAL + 2)
_ABOUT = Column("about", "about", "typed", priority=2, rounded=True)
_UNIT = Column("unit", "unit", priority=3)
_FORMULA = Column("formula", "formula", priority=ESSENTIAL + 1, overflow="below")
_NUMBERS = Column("substituted", "with numbers", priority=ESSENTIAL + 1, overflow="below")
_NOTE = Column("note", "remark", priority=ESSENTIAL, overflow="below")
_SOURCE = Column("source", "source", priority=1)
_COLUMNS = (_FIGURE, _RESULT, _ABOUT, _UNIT, _FORMULA, _NUMBERS, _NOTE)
_SYMBOLS = (
    Column("symbol", "symbol"),
    Column("number", "here", "typed", priority=ESSENTIAL),
    Column("meaning", "what it stands for", priority=ESSENTIAL + 1, overflow="wrap"),
)

_ROUNDED_FROM = 1000


def explanation_document(explanation: LayerExplanation | SumExplanation) -> Document:
    """What was explained: a layer, or a sum."""
    return _layer_document(explanation) if isinstance(explanation, LayerExplanation) else _sum_document(explanation)


def _sum_document(explanation: SumExplanation) -> Document:
    return Document(
        tables=lambda: sum_tables(explanation), records=lambda: sum_records(explanation), data=explanation.to_dict
    )


def _layer_document(layer: LayerExplanation) -> Document:
    """Figures with their formulas, what the letters stand for, and the algorithms of a convolution."""
    return Document(
        layer.layer if layer.network == layer.layer else f"{layer.network} · {layer.layer}",
        (f"{layer.type}: {layer.about}", *settings_parts(layer.settings)),
        tables=lambda: _tables(layer),
        records=lambda: _records(layer),
        data=layer.to_dict,
    )


def _records(layer: LayerExplanation) -> Table:
    """Every figure in one table, those of the algorithms too."""
    figures = [*layer.figures, *(figure for each in layer.algorithms for figure in each.figures)]
    cells = [
        (each.name, _typed(each), each.unit, each.formula or "", each.substituted or "", each.source, each.note)
        for each in figures
    ]
    return Table((_FIGURE, _RESULT, _UNIT, _FORMULA, _NUMBERS, _SOURCE, _NOTE), tuple(map(Line, cells)))


def _tables(layer: LayerExplanation) -> Iterator[Table]:
    if layer.figures:
        yield _figure_table(layer).without_blank()
    if layer.symbols:
        lines = [Line((each.symbol, _exact(each.number), each.meaning)) for each in layer.symbols]
        yield Table(_SYMBOLS, tuple(lines))
    if layer.algorithms:
        lines = [line for each in layer.algorithms for line in _algorithm_lines(each, layer)]
        notes = tuple(_algorithm_notes(layer))
        yield Table(_COLUMNS, tuple(lines), title="convolution algorithms", notes=notes).without_blank()


def _figure_table(layer: LayerExplanation) -> Table:
    """A line for each figure, but for zeros that need no remark: those are named below."""
    shown = [figure for figure in layer.figures if figure.value != 0 or figure.note or len(layer.figures) == 1]
    zeros = [_heading(figure, layer) for figure in layer.figures if figure not in shown]
    return Table(
        _COLUMNS,
        tuple([_line(figure, layer) for figure in shown]),
        notes=(*([f"0: {', '.join(zeros)}"] if zeros else []), *_sources(layer)),
    )


def _algorithm_lines(algorithm: AlgorithmExplanation, layer: LayerExplanation) -> Iterator[Line]:
    """The figures of an algorithm below its name, and why it does not apply."""
    mark = ", the fewest multiplications" if algorithm.name == layer.cheapest else ""
    yield Line((f"{algorithm.title}{mark}",), title=True)
    if algorithm.refusal:
        yield Line((f"does not apply, {algorithm.refusal}",), level=1, title=True)
    yield from (_line(figure, layer, level=1) for figure in algorithm.figures if figure.value != 0)


def _algorithm_notes(layer: LayerExplanation) -> Iterator[str]:
    sources = {each.title: each.figures[-1].source for each in layer.algorithms if each.figures}
    yield "multiplications are real ones; extra memory is kept besides input, weights and output; of the whole batch"
    yield from (f"{title}: {source}" for title, source in sources.items())


def _line(figure: Figure, layer: LayerExplanation, level: int = 0) -> Line:
    heading = _heading(figure, layer)
    unit = "" if figure.unit == heading else figure.unit
    return Line((heading, _typed(figure), _rounded(figure), unit, *_written(figure)), level)


def _written(figure: Figure) -> tuple[str, str, str]:
    """Formula, numbers and remark; what a remark explains away needs no formula."""
    if figure.formula is None or (figure.note and not figure.value):
        return "", "", figure.note
    numbers = "" if figure.substituted == figure.formula else f"= {figure.substituted}"
    return figure.formula, numbers, figure.note


def _heading(figure: Figure, layer: LayerExplanation) -> str:
    """`H_o` and other letters as they are, everything else spelt out."""
    if figure.unit == "bytes" and any(figure in algorithm.figures for algorithm in layer.algorithms):
        return "extra memory"
    return explained_as(figure.name, layer.settings.convention)


def _typed(figure: Figure) -> Any:
    """The value, written out."""
    if isinstance(figure.value, tuple):
        return Typed("shape" if figure.name == "output_shape" else "axes", figure.value)
    if figure.unit == "seconds" and figure.value is not None:
        return Typed("seconds", figure.value)
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
