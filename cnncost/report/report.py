"""The result of an analysis: frozen data, to and from JSON, regrouped and sorted. No formatting.

Figures are per row, one row per layer to begin with; totals are those of the whole network, however rows are regrouped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost import arguments
from cnncost.conventions import CONVENTIONS, RecordedConvention
from cnncost.display import displayed
from cnncost.errors import SpecError
from cnncost.frozen import NOTHING, FrozenDict
from cnncost.metrics.counting import ConventionTotal
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.figures import Figures
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.records import NamedTuple
from cnncost.report.rows import Row, merge_blocks, merge_types
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.documents import AnalysisDocument

SCHEMA_VERSION = 1
"""Version of the JSON form."""


@displayed
class Report(NamedTuple):
    """What a network costs, layer by layer."""

    name: str
    """The network's."""
    source: str | None
    """Where it was published."""
    settings: Settings
    """How it runs."""
    inputs: Mapping[str, tuple[int, ...]]
    """Shape of every input, with the batch."""
    outputs: tuple[str, ...]
    """Names of the layers that are outputs."""
    totals: Figures
    """The metrics of the whole network."""
    rows: tuple[Row, ...]
    """One per layer, in the order of execution, until they are regrouped."""
    warnings: tuple[str, ...] = ()
    """What the loader found odd."""
    variables: Mapping[str, str] = NOTHING
    """What was set from outside, by variable, as it was written."""
    counts: Mapping[str, ConventionTotal] = NOTHING
    """What each of several conventions counts in total, by its name, where several were asked for."""

    def __repr__(self) -> str:
        settings = self.settings
        return (
            f"<Report of {self.name!r}: {len(self.rows)} rows, batch {settings.batch}, {settings.mode}, "
            f"{self.totals.summary()}>"
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The figures that every row has; the totals have those of the network as a whole besides."""
        return tuple([name for name in self.totals if name not in ESTIMATES and name not in ON_DEVICE])

    @property
    def flops_per_byte(self) -> float | None:
        """The network's arithmetic intensity."""
        return self.totals.flops_per_byte

    def grouped(self, depth: int) -> Report:
        """The report with one row per block: rows whose names agree in the first `depth` segments are merged.

        Raises:
            SpecError: `depth` is less than 1.
        """
        return self._replace(rows=merge_blocks(self.rows, arguments.integer("the depth", depth, 1)))

    def by_type(self) -> Report:
        """The report with one row per layer type, in the order of first use."""
        return self._replace(rows=merge_types(self.rows))

    def sorted_by(self, name: str, descending: bool = True) -> Report:
        """The report with its rows sorted by a metric; rows of equal value stay in order, those without one come last.

        Raises:
            SpecError: there is no such metric.
        """
        self._refuse_unknown(name)
        sign = -1 if descending else 1

        def key(row: Row) -> tuple[bool, int]:
            value = row.figures[name]
            return value is None, sign * (value or 0)

        return self._replace(rows=tuple(sorted(self.rows, key=key)))

    def top(self, count: int) -> Report:
        """The report with its first `count` rows only; totals stay those of the network.

        Raises:
            SpecError: `count` is not a whole number.
        """
        number = arguments.whole_number(count)
        if number is None:
            raise arguments.wrong_type("the number of rows", "a whole number", count)
        return self._replace(rows=self.rows[: max(number, 0)])

    def share(self, row: Row, name: str) -> float | None:
        """The part of a total that is a row's, from 0 to 1; nothing where the total is zero or not known.

        Raises:
            SpecError: there is no such metric.
        """
        self._refuse_unknown(name)
        value, whole = row.figures[name], self.totals[name]
        return value / whole if value is not None and whole else None

    def _refuse_unknown(self, name: str) -> None:
        if arguments.text("a metric", name, "a name") not in self.metrics:
            from cnncost.report.totals import figure_meant  # only a failing run pays for the import

            hint = "known are " + ", ".join(f"`{known}`" for known in self.metrics)
            raise SpecError(f"unknown metric `{name[:80]}`{figure_meant(name, self.metrics)}", hint=hint)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it; :meth:`from_dict` reads it back."""
        own = self.settings.convention
        return {
            "schema": SCHEMA_VERSION,
            "name": self.name,
            "source": self.source,
            "variables": dict(self.variables),
            **self.settings.to_dict(),
            **({} if own.name in CONVENTIONS else {"convention_unit": own.unit}),
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            "outputs": list(self.outputs),
            "totals": dict(self.totals),
            **({"at_least": dict(self.totals.at_least)} if self.totals.at_least else {}),
            **({"counts": {name: count.to_dict() for name, count in self.counts.items()}} if self.counts else {}),
            "layers": [row.to_dict() for row in self.rows],
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text."""
        import json  # only those who write JSON pay for it

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each layer by its name; what is not known is missing.

        Figures are whole numbers, and the receptive field has a column for each axis. `attrs` has the settings, and the
        units of the columns.

        Raises:
            SpecError: pandas is not installed.
        """
        from cnncost.report.frames import layers_frame

        return layers_frame(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that :meth:`to_dict` described.

        Raises:
            SpecError: not such data, or of another version; the message has the path of the field that is wrong.
        """
        from cnncost.documents import AnalysisDocument  # only those who read pay for pydantic

        return cls._of(AnalysisDocument.of(data))

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """The report that :meth:`to_json` wrote.

        Raises:
            SpecError: not JSON, or not that of a report; the message has the path of the field that is wrong.

        >>> from cnncost import analyze
        >>> report = analyze("lenet5")
        >>> Report.from_json(report.to_json()) == report
        True
        """
        from cnncost.documents import AnalysisDocument
        from cnncost.documents.base import parsed

        if not isinstance(text, str | bytes | bytearray):
            raise arguments.wrong_type("a report", "a JSON text", text)
        return cls._of(AnalysisDocument.of(parsed(text, AnalysisDocument.label)))

    @classmethod
    def _of(cls, document: AnalysisDocument) -> Report:
        """The report that a document is of."""
        settings = {name: getattr(document, name) for name in Settings._fields}
        if document.convention_unit is not None:  # a user's own, whose rules may be elsewhere
            settings["convention"] = RecordedConvention(document.convention, document.convention_unit)
        return cls(
            document.name,
            document.source,
            Settings.checked(**settings),
            document.inputs,
            document.outputs,
            Figures(document.totals, document.at_least) if document.at_least else document.totals,
            tuple(map(Row.of, document.layers)),
            document.warnings,
            document.variables,
            FrozenDict(
                {
                    name: ConventionTotal(each.unit, each.total, each.source, each.at_least)
                    for name, each in document.counts.items()
                }
            ),
        )
