"""What a table says of figures that layers of a spec's own leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.render.cells import AT_LEAST, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.report.report import Report


def gap_notes(reports: Iterable[Report]) -> tuple[str, ...]:
    """A note on the marks of such figures, where there are any."""
    known = list(reports)
    bounds = [report for report in known if set(report.totals.at_least) == {*ON_DEVICE}]
    if bounds:
        return (f"{AT_LEAST}: by the datasheet of {bounds[0].settings.device}, which predicts nothing",)
    if any(report.totals.at_least for report in known):
        unsaid = "what a layer of the spec's own or a gap leaves unsaid"
        note = f"{UNKNOWN}: {unsaid} is not known, and not zero; {AT_LEAST}: no less"
        return (note,)
    if any(count.at_least is not None for report in known for count in report.counts.values()):
        return (f"{UNKNOWN}: a tool does not know layers of the spec's own; {AT_LEAST}: no less",)
    return ()
