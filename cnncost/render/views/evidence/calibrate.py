"""A calibration: what was measured, how steady it was, and how well the profile says it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import ESSENTIAL, Column, Document, Line, Table

if TYPE_CHECKING:
    from cnncost.measurement.calibration.result import Calibration

_CONDITIONS = (
    Column("conditions", "conditions"),
    Column("cases", "cases", "count", priority=ESSENTIAL),
    Column("spread", "spread", "percent", priority=3),
    Column("error", "error", "percent", "median of cases", priority=ESSENTIAL),
    Column("flops_per_second", "FLOP/s at most", "number", priority=2),
    Column("bytes_per_second", "bytes/s at most", "number", priority=1),
)
_KINDS = (
    Column("kind", "kind of kernel"),
    Column("layers", "layers", "count", priority=1),
    Column("error", "error", "percent", "median", priority=ESSENTIAL),
    Column("most", "nine of ten", "percent", priority=2),
)


def calibration_document(found: Calibration) -> Document:
    """What a calibration found."""
    machine = found.machine
    return Document(
        machine.name,
        [
            " · ".join(
                each for each in (machine.device, machine.driver, f"PyTorch {machine.torch}", machine.date) if each
            )
        ],
        tables=lambda: [_conditions(found), _kinds(found)],
        notes=_notes(found),
        data=found.to_dict,
    )


def _conditions(found: Calibration) -> Table:
    lines = []
    for each in found.conditions:
        roof = each.ceilings
        rates = (roof and roof.flops_per_second, roof and roof.bytes_per_second)
        lines.append(Line((each.conditions, each.cases, each.spread, each.errors.median, *rates)))
    return Table(_CONDITIONS, tuple(lines))


def _kinds(found: Calibration) -> Table:
    lines = [Line((each.kind, each.errors.number, each.errors.median, each.errors.most)) for each in found.kinds]
    return Table(_KINDS, tuple(lines), title="how well the formula fits single layers")


def _notes(found: Calibration) -> tuple[str, ...]:
    told = [
        f"{found.cases:,} small networks were measured in {found.seconds:,.0f} seconds, {found.again:,} of them again; "
        f"{found.disturbed:,} were disturbed all the same",
        f"the profile is `{found.path}`; the measurements are in `{found.measurements}`: more `--seconds` add to them",
    ]
    return tuple(told)
