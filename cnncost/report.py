"""The result of an analysis: frozen data, to and from JSON, regrouped and sorted. No formatting.

Figures are per row, one row per layer to begin with; totals are those of the whole network, however rows are regrouped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.errors import SpecError, did_you_mean
from cnncost.figures import Figures, total
from cnncost.layers.tensor import Operations
from cnncost.passes import METRICS, Settings
from cnncost.passes.base import CHEAPEST
from cnncost.passes.counting import ConventionTotal
from cnncost.passes.receptive_field import ReceptiveField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_PRODUCTS = "_multiplications"
"""How the figures of convolution algorithms end; a report has them only when it was asked for them."""

SCHEMA_VERSION = 1
"""Version of the JSON form; a reader refuses any other."""

FIELD_KEYS = ("size", "jump", "start_padding", "center", "aligned", "global")
"""The fields of a :class:`ReceptiveField`, as the JSON calls them."""


class Row(NamedTuple):
    """One layer, or several that were merged.

    Attributes:
        name: unique, hierarchical: ``stage[0].bottleneck[1].residual.conv``.
        type: the layer type, or the kind of block that was merged.
        inputs: names of the rows and of the network's inputs that it reads.
        output_shape: with the batch; of the last layer of a block, ``None`` for layers that are merely of one type.
        figures: the metrics.
        operations: of the forward pass, by kind, for the whole batch.
        receptive_field: in the first input of the network that reaches it; of the last layer of a block.
        receptive_fields: in every input that reaches it, where the network has several inputs.
        scopes: kinds of the containers it lies in, outermost first.
        count: layers that it stands for.
        counts: what each of several conventions counts, where several were asked for.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: tuple[int, ...] | None
    figures: Figures
    operations: Operations
    receptive_field: ReceptiveField | None = None
    receptive_fields: Mapping[str, ReceptiveField] | None = None
    scopes: tuple[str, ...] = ()
    count: int = 1  # type: ignore[assignment]  # not the method of tuples
    counts: Mapping[str, int] = {}

    @property
    def flops_per_byte(self) -> float | None:
        """The layer's arithmetic intensity."""
        return self.figures.flops_per_byte

    @property
    def cheapest_algorithm(self) -> str | None:
        """What computes this convolution with the fewest multiplications, and of several with the least memory.

        Nothing for other layers, for several layers at once, and where the report is not by algorithm.
        """
        products = {
            name.removesuffix(_PRODUCTS): count
            for name, count in self.figures.items()
            if name.endswith(_PRODUCTS) and name != CHEAPEST and count
        }
        if not products or self.count > 1:
            return None
        return min(products, key=lambda name: (products[name], self.figures[f"{name}_bytes"] or 0))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        row: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "inputs": list(self.inputs),
            "output_shape": None if self.output_shape is None else list(self.output_shape),
            **self.figures,
            "ops": self.operations._asdict(),
            "receptive_field": self.receptive_field and _field_to_dict(self.receptive_field),
        }
        if self.receptive_fields is not None:
            row["receptive_fields"] = {name: _field_to_dict(field) for name, field in self.receptive_fields.items()}
        if CHEAPEST in self.figures:
            row["cheapest_algorithm"] = self.cheapest_algorithm
        counts = {"counts": dict(self.counts)} if self.counts else {}
        return {**row, "scopes": list(self.scopes), "count": self.count, **counts}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Row:
        """The row that :meth:`to_dict` described."""
        shape, field, fields = data["output_shape"], data["receptive_field"], data.get("receptive_fields")
        return cls(
            data["name"],
            data["type"],
            tuple(data["inputs"]),
            None if shape is None else tuple(shape),
            _figures_from_dict(data),
            Operations(**data["ops"]),
            field and _field_from_dict(field),
            fields and {name: _field_from_dict(field) for name, field in fields.items()},
            tuple(data["scopes"]),
            data["count"],
            dict(data.get("counts", {})),
        )


class Report(NamedTuple):
    """What a network costs, layer by layer.

    Attributes:
        name: the network's. source: where it was published.
        settings: how it runs.
        inputs: shape of every input, with the batch. outputs: names of the layers that are outputs.
        totals: the metrics of the whole network.
        rows: one per layer, in the order of execution, until they are regrouped.
        warnings: what the loader found odd.
        variables: what was set from outside, by variable, as it was written.
        counts: what each of several conventions counts in total, where several were asked for.
    """

    name: str
    source: str | None
    settings: Settings
    inputs: Mapping[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    totals: Figures
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    counts: Mapping[str, ConventionTotal] = {}

    @property
    def flops_per_byte(self) -> float | None:
        """The network's arithmetic intensity."""
        return self.totals.flops_per_byte

    def grouped(self, depth: int) -> Report:
        """The report with one row per block: rows whose names agree in the first `depth` segments are merged.

        Raises:
            SpecError: `depth` is less than 1.
        """
        if depth < 1:
            raise SpecError(f"the depth must be at least 1, not {depth}")
        return self._replace(rows=merge_blocks(self.rows, depth))

    def by_type(self) -> Report:
        """The report with one row per layer type, in the order of first use."""
        groups = _groups(self.rows, lambda row: row.type)
        return self._replace(rows=tuple([_merged(rows, kind, kind) for kind, rows in groups.items()]))

    def sorted_by(self, name: str, descending: bool = True) -> Report:
        """The report with its rows sorted by a metric; rows of equal value stay in order, those without one come last.

        Raises:
            SpecError: there is no such metric.
        """
        if name not in self.totals:
            hint = "known are " + ", ".join(f"`{known}`" for known in self.totals)
            raise SpecError(f"unknown metric `{name[:80]}`{did_you_mean(name, self.totals)}", hint=hint)
        sign = -1 if descending else 1

        def key(row: Row) -> tuple[bool, int]:
            value = row.figures[name]
            return value is None, sign * (value or 0)

        return self._replace(rows=tuple(sorted(self.rows, key=key)))

    def top(self, count: int) -> Report:
        """The report with its first `count` rows only; totals stay those of the network."""
        return self._replace(rows=self.rows[: max(count, 0)])

    def share(self, row: Row, name: str) -> float | None:
        """The part of a total that is a row's, from 0 to 1; nothing where the total is zero or not known."""
        value, whole = row.figures[name], self.totals[name]
        return value / whole if value is not None and whole else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it; its schema is :func:`cnncost.report_schema.report_schema`."""
        return {
            "schema": SCHEMA_VERSION,
            "name": self.name,
            "source": self.source,
            "variables": dict(self.variables),
            **self.settings._asdict(),
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            "outputs": list(self.outputs),
            "totals": dict(self.totals),
            **({"counts": counts_to_dict(self.counts)} if self.counts else {}),
            "layers": [row.to_dict() for row in self.rows],
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that :meth:`to_dict` described.

        Raises:
            SpecError: not such data, or of another schema version.
        """
        version = data.get("schema") if isinstance(data, Mapping) else None
        if version != SCHEMA_VERSION:
            raise SpecError(f"not a report: its schema is {version!r}, and {SCHEMA_VERSION} is what this version reads")
        try:
            return cls(
                data["name"],
                data["source"],
                Settings.checked(**{name: data[name] for name in Settings._fields}),
                {name: tuple(shape) for name, shape in data["inputs"].items()},
                tuple(data["outputs"]),
                _figures_from_dict(data["totals"]),
                tuple([Row.from_dict(row) for row in data["layers"]]),
                tuple(data["warnings"]),
                dict(data["variables"]),
                {name: ConventionTotal(**count) for name, count in data.get("counts", {}).items()},
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise SpecError(f"not a report: {type(error).__name__}, {error}") from error

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text."""
        import json  # only those who write JSON pay for it

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that :meth:`to_json` wrote.

        Raises:
            SpecError: not JSON, or not that of a report.
        """
        import json

        try:
            data = json.loads(text)
        except ValueError as error:
            raise SpecError(f"not a report: {error}") from error
        return cls.from_dict(data)


def merge_blocks(rows: Sequence[Row], depth: int) -> tuple[Row, ...]:
    """Rows whose names agree in the first `depth` segments, as one; a row so shallow itself stays as it is."""

    def name(full: str) -> str:
        return ".".join(full.split(".")[:depth])

    merged = []
    for prefix, members in _groups(rows, lambda row: name(row.name)).items():
        last = members[-1]
        if len(members) == 1 and last.name == prefix:
            merged.append(last._replace(inputs=tuple(dict.fromkeys(map(name, last.inputs)))))
            continue
        kind = next((row.scopes[depth - 1] for row in members if len(row.scopes) >= depth), last.type)
        reads = dict.fromkeys(name(read) for row in members for read in row.inputs)
        merged.append(
            _merged(members, prefix, kind)._replace(
                inputs=tuple([read for read in reads if read != prefix]),
                output_shape=last.output_shape,
                receptive_field=last.receptive_field,
                receptive_fields=last.receptive_fields,
                scopes=members[0].scopes[: depth - 1],
            )
        )
    return tuple(merged)


def _groups(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _merged(rows: list[Row], name: str, kind: str) -> Row:
    """Several rows as one that has no place in the network."""
    operations = Operations(*map(sum, zip(*[row.operations for row in rows], strict=True)))
    figures = total({name: [row.figures[name] for row in rows] for name in rows[0].figures})
    counts = {name: sum(row.counts[name] for row in rows) for name in rows[0].counts}
    return Row(name, kind, (), None, figures, operations, count=sum(row.count for row in rows), counts=counts)


def counts_to_dict(counts: Mapping[str, ConventionTotal]) -> dict[str, Any]:
    """What conventions count in total, as the JSON holds it."""
    return {name: count._asdict() for name, count in counts.items()}


def _figures_from_dict(data: Mapping[str, Any]) -> Figures:
    names = [*METRICS]
    if CHEAPEST in data:
        from cnncost.passes import algorithms  # only such reports need it

        names += algorithms.names()
    return Figures({name: data[name] for name in names})


def _field_to_dict(field: ReceptiveField) -> dict[str, Any]:
    values = [list(value) if isinstance(value, tuple) else value for value in field]
    return dict(zip(FIELD_KEYS, values, strict=True))


def _field_from_dict(data: Mapping[str, Any]) -> ReceptiveField:
    return ReceptiveField._make([tuple(data[key]) if isinstance(data[key], list) else data[key] for key in FIELD_KEYS])
