"""A report written by hand: round figures, and one of everything that a table has to show.

The figures are made up, so that no formula of ours is needed to read the tables made from them.
"""

from __future__ import annotations

from typing import Any

from cnncost.layers.base.costs import Operations
from cnncost.metrics import METRICS
from cnncost.metrics.figures import Figures
from cnncost.metrics.receptive_field.figures import ReceptiveField
from cnncost.metrics.step_memory import STEP_METRICS
from cnncost.report.report import Report
from cnncost.report.rows import Row
from cnncost.settings import Settings

BATCH = 2
POOLED = ReceptiveField((32, 32), None, (0, 0), (15.5, 15.5), is_global=True, nominal=(32, 32))


def field(size: int, jump: float, **flags: bool) -> ReceptiveField:
    """A square receptive field."""
    return ReceptiveField((size, size), (jump, jump), (0, 0), (0, 0), **flags)


def row(name: str, kind: str, dims: tuple[int, ...], seen: ReceptiveField | None, **figures: int | None) -> Row:
    """A layer with these figures, and none of the others."""
    scopes = tuple(part.partition("[")[0] for part in name.split(".")[:-1])
    every: dict[str, Any] = dict.fromkeys([*METRICS, *STEP_METRICS], 0) | figures
    return Row(name, kind, (), (BATCH, *dims), Figures(every), Operations(), seen, scopes=scopes)


def layer(
    name: str, kind: str, dims: tuple[int, ...], seen: ReceptiveField | None, params: int = 0, *, macs: int = 0
) -> Row:
    """A layer whose FLOPs are twice its MACs and whose activations are 4 bytes an element."""
    elements = BATCH
    for dim in dims:
        elements *= dim
    figures = {"params": params, "param_bytes": 4 * params, "macs": macs, "flops": 2 * macs}
    memory = {"activation_bytes": 4 * elements, "textbook_bytes": 4 * (params + elements)}
    return row(name, kind, dims, seen, **figures, **memory, traffic_bytes=1000)


def sample_report(name: str = "sample", scale: int = 1) -> Report:
    """A network of a stem, two stages of two layers each, and a head; `scale` multiplies the parameters."""
    rows = (
        layer("stem", "conv", (16, 32, 32), field(3, 1), 432 * scale, macs=442_368),
        layer("stage[0].conv", "conv", (32, 16, 16), field(7, 2), 4_608 * scale, macs=1_179_648),
        layer("stage[0].relu", "relu", (32, 16, 16), field(7, 2)),
        layer("stage[1].conv", "conv", (64, 8, 8), field(11, 4, aligned=False), 18_432 * scale, macs=1_179_648),
        layer("stage[1].scale", "multiply", (64, 8, 8), field(11, 4, is_global=True)),
        layer("pool", "global_avgpool", (64, 1, 1), POOLED),
        layer("head", "linear", (10,), None, 650 * scale, macs=640),
    )
    totals = _totals(rows)
    settings = Settings(batch=BATCH)
    inputs = {"input": (BATCH, 3, 32, 32)}
    return Report(name, "https://example.org/sample", settings, inputs, ("head",), Figures(totals), rows)


def deep_report(blocks: int, layers: int) -> Report:
    """A network of many equal layers in blocks in two halves."""
    rows = tuple(
        layer(
            f"half[{2 * block // blocks}].block[{block}].layer[{index}]", "conv", (8, 4, 4), field(3, 1), 10, macs=1000
        )
        for block in range(blocks)
        for index in range(layers)
    )
    return sample_report()._replace(rows=rows, totals=Figures(_totals(rows)))


def _totals(rows: tuple[Row, ...]) -> dict[str, int]:
    """The sums of the figures; and a peak of memory, of twice the parameters."""
    totals = {metric: sum(each.figures[metric] or 0 for each in rows) for metric in (*METRICS, *STEP_METRICS)}
    return totals | {"peak_bytes": 2 * totals["param_bytes"]}
