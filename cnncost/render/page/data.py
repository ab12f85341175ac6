"""What a page holds, as plain data: every figure that `analyze` has, in columns.

Layers are numbered in the order of execution, from 0; the inputs of a network are -1, -2 and so on. Columns are packed
(:mod:`~cnncost.render.page.packing`), and `assets/script/data/network.js` reads all of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cnncost import __version__
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.receptive_field.figures import ReceptiveField
from cnncost.records import NamedTuple
from cnncost.render.diagram.data import drawing_data
from cnncost.render.page.blocks import block_tree
from cnncost.render.page.families import FAMILIES, family_of
from cnncost.render.page.formulas import formulas_data
from cnncost.render.page.memory import ABOUT_PEAK, AT_PEAK, PageStep, peak_by_layer, step_data
from cnncost.render.page.packing import packed, packed_fields, plain
from cnncost.render.parts.headings import heading_of, kind_of, settings_parts, title_of
from cnncost.report.totals import quantity_called

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.explanation.patterns import Patterns
    from cnncost.graph.graph import Published
    from cnncost.report.report import Report
    from cnncost.report.rows import Row

SCHEMA_VERSION = 1
"""Version of the data."""


class PageNetwork(NamedTuple):
    """A network of a page."""

    title: str
    """What it is called among the others, as it was asked for."""
    report: Report
    """What it costs."""
    steps: tuple[PageStep, ...] = ()
    """A step of it in the report's mode, and in the other one where there is such a step."""
    patterns: Patterns | None = None
    """The formulas of its layers."""
    published: tuple[Published, ...] = ()
    """What others print of it."""


def page_data(networks: Sequence[PageNetwork]) -> dict[str, Any]:
    """The data of a page.

    >>> from cnncost import analyze
    >>> data = page_data([PageNetwork("lenet5", analyze("lenet5"))])
    >>> data["networks"][0]["totals"]["params"], data["networks"][0]["columns"]["type"]["of"]
    (61706, ['conv', 'tanh', 'avgpool', 'flatten', 'linear'])
    """
    return {
        "schema": SCHEMA_VERSION,
        "version": __version__,
        "networks": [network_data(network) for network in networks],
    }


def page_json(data: dict[str, Any]) -> str:
    """The data as it stands within a page: nothing in it can end the element that it stands in.

    >>> page_json({"name": "</script>"})
    '{"name":"\\\\u003c/script>"}'
    """
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def network_data(network: PageNetwork) -> dict[str, Any]:
    """The data of one network."""
    report, steps = network.report, network.steps
    places = {name: -1 - number for number, name in enumerate(report.inputs)}
    places |= {row.name: number for number, row in enumerate(report.rows)}
    return {
        "title": network.title,
        "name": report.name,
        "source": report.source,
        "variables": dict(report.variables),
        "settings": report.settings.to_dict(),
        "conditions": list(settings_parts(report.settings)),
        "inputs": {name: list(shape) for name, shape in report.inputs.items()},
        "outputs": [places[name] for name in report.outputs],
        "totals": {name: plain(value) for name, value in report.totals.items()},
        "at_least": dict(report.totals.at_least),
        "figures": {name: _figure(name, report) for name in report.totals} | ({AT_PEAK: ABOUT_PEAK} if steps else {}),
        "families": FAMILIES,
        "columns": _columns(report) | ({AT_PEAK: packed(peak_by_layer(steps[0]))} if steps else {}),
        "reads": packed(
            [tuple([number - places[read] for read in row.inputs]) for number, row in enumerate(report.rows)]
        ),
        "blocks": block_tree(report.rows),
        "drawing": drawing_data(report),
        "steps": [step_data(step) for step in steps],
        "formulas": None if network.patterns is None else formulas_data(network.patterns, report.settings.convention),
        "accuracies": _accuracies(network.published),
        "warnings": list(report.warnings),
    }


def _figure(name: str, report: Report) -> dict[str, Any]:
    """What must be known of a figure to show it; `total` is how it adds up, ``None`` if a layer has no share of it."""
    quantity = quantity_called(name)
    assert quantity is not None
    convention = report.settings.convention
    return {
        "heading": heading_of(quantity, convention),
        "title": title_of(quantity, convention),
        "kind": kind_of(quantity),
        "about": getattr(quantity, "about", ""),
        "total": None if name in ESTIMATES else getattr(quantity, "total", None),
    }


def _accuracies(published: Sequence[Published]) -> dict[str, dict[str, Any]]:
    """What it is measured to be good for, by what was measured; of several sources the first."""
    found: dict[str, dict[str, Any]] = {}
    for claim in published:
        if claim.accuracy is not None:
            found.setdefault(claim.metric, {"percent": claim.accuracy, "source": claim.source})
    return found


def _columns(report: Report) -> dict[str, Any]:
    rows = report.rows
    several = {
        name: packed_fields([(row.receptive_fields or {}).get(name) for row in rows], ReceptiveField._fields)
        for name in report.inputs
        if len(report.inputs) > 1
    }
    return {
        **packed_fields(rows, ("name", "type", "output_shape", "kernel", "stride")),
        "family": packed([family_of(row.type) for row in rows]),
        **{name: packed([row.figures[name] for row in rows]) for name in report.metrics},
        "at_least": _known(rows),
        "receptive_field": packed_fields([row.receptive_field for row in rows], ReceptiveField._fields),
        "receptive_fields": several,
    }


def _known(rows: Sequence[Row]) -> dict[str, dict[int, Any]]:
    """What is known of figures that have a gap: by figure, by layer."""
    known: dict[str, dict[int, Any]] = {}
    for number, row in enumerate(rows):
        for name, value in row.figures.at_least.items():
            known.setdefault(name, {})[number] = plain(value)
    return known
