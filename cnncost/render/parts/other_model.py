"""A network beside another one that it was compared with: their totals, and what differs first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.document import Column, Line, Table, Typed
from cnncost.render.parts.headings import heading_of
from cnncost.render.parts.verified import values_of
from cnncost.verification.result import DIFFERENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.verification.result import Difference, ModelComparison, Verification

_COLUMNS = (
    Column("figure", "figure"),
    Column("spec", "spec", "typed", priority=8),
    Column("model", "model", "typed", priority=9),
    Column("verdict", "verdict", "outcome", priority=10),
)


def comparison_table(name: str, comparison: ModelComparison) -> Table:
    """The totals of a network and of the model that it was compared with, and the first difference of their layers."""
    lines = [Line((heading_of(check.figure), *values_of(check), check.verdict)) for check in comparison.totals]
    remarks = [f"{heading_of(check.figure)}: {check.note}" for check in comparison.totals if check.note]
    notes = (*remarks, *_layers(comparison))
    return Table(_COLUMNS, tuple(lines), title=f"{name} and {comparison.model}", notes=notes)


def difference_lines(verification: Verification) -> Iterator[Line]:
    """Every difference as a check: of a layer, with a value on both sides where there is one."""
    for difference in verification.differences:
        place = difference.spec or difference.model
        values = [
            ", ".join([f"{change.field} {getattr(change, side)}" for change in difference.changes])
            for side in ("spec", "model")
        ]
        shown = [Typed("text", value) for value in values]
        layer = place.layer if place else ""
        yield Line((verification.network, layer, difference.what, *shown, DIFFERENT, difference.text))


def counted(differences: Sequence[Difference]) -> str:
    """How many there are, in words."""
    return "one difference" if len(differences) == 1 else f"{len(differences):,} differences"


def _layers(comparison: ModelComparison) -> Iterator[str]:
    """How the layers compare, a sentence each."""
    differences, compared = comparison.differences, comparison.compared
    if not differences:
        yield f"all {compared:,} layers are the same" if compared != 1 else "the layer is the same"
        return
    yield f"first difference: {differences[0].text}"
    rest = []
    if differences[1:]:
        further = "one more difference" if len(differences) == 2 else f"{len(differences) - 1:,} more differences"
        rest.append(f"{further}, which `--format json` has")
    if comparison.following:
        several = "layers that follow have" if comparison.following > 1 else "layer that follows has"
        rest.append(f"{comparison.following:,} {several} another shape")
    yield "; ".join([*rest, f"{compared:,} layers were compared"])
