"""The columns of `analyze`: every metric by its name, and a few that are no metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnncost.errors import SpecError
from cnncost.metrics.metric import CHEAPEST, METRICS
from cnncost.render.document import Column, Named, Share
from cnncost.render.parts.headings import detail_of, heading_of, kind_of
from cnncost.report import totals
from cnncost.report.totals import counted, figure_meant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.report.report import Report
    from cnncost.report.rows import Row

_OWN = {
    "layer": Column("layer", "layer"),
    "type": Column("type", "type", priority=2),
    "layers": Column("layers", "layers", "count", priority=1),
    "output_shape": Column("output_shape", "output shape", "shape", priority=6),
    "kernel": Column("kernel", "kernel", "axes", priority=1),
    "stride": Column("stride", "stride", "axes", priority=1),
    "receptive_field": Column("receptive_field", "receptive", "field", detail="field", priority=3),
    "jump": Column("jump", "jump", "axes", priority=1),
    "cheapest_algorithm": Column("cheapest_algorithm", "cheapest", detail="algorithm", priority=11),
    "flops_per_byte": Column("flops_per_byte", "FLOPs", "number", detail="per byte", priority=1),
    "share": Column("share", "share", "share", priority=7),
}
_PRIORITIES = {
    "params": 9,
    "macs": 10,
    "flops": 8,
    "activation_bytes": 5,
    "direct_multiplications": 10,
    "fft_multiplications": 8,
    "winograd_2_multiplications": 9,
    "winograd_4_multiplications": 9,
    CHEAPEST: 9,
}
"""What stays longest on a narrow terminal."""

_CONVENTIONS_PRIORITY = 90
"""Several conventions go one by one, the last of them first."""

DEFAULT = ("layer", "type", "output_shape", "params", "macs", "flops", "activation_bytes", "receptive_field", "share")
DEFAULT_TRAINING = (*DEFAULT[:6], "backward_flops", "activation_bytes", "kept_bytes", *DEFAULT[7:])
"""With the backward pass, where it runs."""
BY_ALGORITHM = (
    *(f"{name}_multiplications" for name in ("direct", "fft", "winograd_2", "winograd_4")),
    CHEAPEST,
    "cheapest_algorithm",
    *(f"{name}_bytes" for name in ("im2col", "fft", "winograd_2", "winograd_4")),
)
"""What follows the shape where convolutions are counted by algorithm; im2col multiplies as the loops do."""


def chosen(names: Sequence[str], report: Report, shared: str) -> tuple[Column, ...]:
    """The columns of these names; `shared` is the metric that the share is of.

    Raises:
        SpecError: there is no column of a name.
    """
    return tuple(_column(name, report, shared) for name in names)


def known(report: Report) -> tuple[str, ...]:
    """Every column there is, in the order of a CSV file."""
    first = ("layer", "type", "output_shape")
    algorithm = ("cheapest_algorithm",) if report.totals.by_algorithm else ()
    last = ("kernel", "stride", "receptive_field", "jump", "flops_per_byte", "share", "layers")
    return (*first, *report.metrics, *algorithm, *counted(report), *last)


def names() -> tuple[str, ...]:
    """Every column that some analysis has, algorithms among them; those of conventions are called `count:NAME`.

    >>> {"layer", "macs", "fft_bytes", "share"} <= {*names()}
    True
    """
    from cnncost.metrics import convolution_algorithms as algorithms

    return tuple(dict.fromkeys((*_OWN, *METRICS, *algorithms.names())))


def value_of(name: str, report: Report, shared: str) -> Callable[[Row], Any]:
    """The function from a row to its cell in the column `name`."""
    if name == "share":
        whole = report.totals[shared]
        if whole is None:
            return lambda _: None
        return lambda row: None if (part := row.figures[shared]) is None else Share(part, whole)
    if name in ("receptive_field", "jump") and len(report.inputs) > 1:
        return lambda row: _named(row, _CELLS[name](row))
    if name in _CELLS:
        return _CELLS[name]
    if (count := counted(report).get(name)) is not None:
        return lambda row: row.counts[count.convention]
    return lambda row: row.figures.shown(name)


def asks_for_algorithms(names: Sequence[str]) -> bool:
    """Whether one of these columns is there only when convolutions are counted by algorithm.

    >>> asks_for_algorithms(["layer", "macs"]), asks_for_algorithms(["layer", "winograd_2_bytes"])
    (False, True)
    """
    if all(name in METRICS or (name in _OWN and name != "cheapest_algorithm") for name in names):
        return False
    from cnncost.metrics import convolution_algorithms as algorithms

    return any(name in ("cheapest_algorithm", *algorithms.names()) for name in names)


def total_of(name: str, report: Report) -> Any:
    """The cell of the totals in the column `name`; blank where a total means nothing."""
    if name == "layers":
        return sum(row.count for row in report.rows)
    if name == "flops_per_byte":
        return report.flops_per_byte
    if name in counted(report):
        return totals.shown_total(report, name)
    return report.totals.shown(name) if name in report.metrics else ""


def _column(name: str, report: Report, shared: str) -> Column:
    convention = report.settings.convention
    if name == "share":
        return _OWN[name]._replace(detail=f"of {heading_of(shared, convention)}")
    if name == "flops_per_byte":
        return _OWN[name]._replace(heading=heading_of("flops", convention))
    if name in _OWN:
        return _OWN[name]
    counts = counted(report)
    if name in counts:
        priority = _CONVENTIONS_PRIORITY - list(counts).index(name)
        return Column(name, heading_of(counts[name]), "count", detail_of(counts[name]), priority)
    if name not in report.metrics:
        names = known(report)
        raise SpecError(f"unknown column `{name}`{figure_meant(name, names)}", hint=f"they are {', '.join(names)}")
    detail = detail_of(name, convention)
    return Column(name, heading_of(name, convention), kind_of(name), detail, _PRIORITIES.get(name, 4))


def _shape(row: Row) -> tuple[int, ...] | None:
    return None if row.output_shape is None else row.output_shape[1:]  # of one sample


def _kernel(row: Row) -> tuple[int, ...] | Literal[""]:
    """Blank for layers without one: nothing is unknown of them."""
    return row.kernel or ""


def _stride(row: Row) -> tuple[int, ...] | Literal[""]:
    return row.stride or ""


def _named(row: Row, value: Any) -> Any:
    """What a row sees, with the input that it sees: it is not the same for all rows of a network with several."""
    if value is None or not row.receptive_fields:
        return value
    return Named(next(name for name, field in row.receptive_fields.items() if field == row.receptive_field), value)


_CELLS: dict[str, Callable[[Row], Any]] = {
    "layer": lambda row: row.name,
    "type": lambda row: row.type,
    "layers": lambda row: row.count,
    "output_shape": _shape,
    "kernel": _kernel,
    "stride": _stride,
    "receptive_field": lambda row: row.receptive_field,
    "jump": lambda row: row.receptive_field and row.receptive_field.jump,
    "cheapest_algorithm": lambda row: row.cheapest_algorithm,
    "flops_per_byte": lambda row: row.flops_per_byte,
}
