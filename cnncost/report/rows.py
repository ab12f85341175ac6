"""The rows of a report: one layer each, or several merged; to and from plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.frozen import NOTHING, FrozenDict
from cnncost.graph.names import joined, segments
from cnncost.layers.base.costs import Operations
from cnncost.metrics.counting import sum_of
from cnncost.metrics.figures import Figures, merged
from cnncost.metrics.receptive_field.figures import ReceptiveField
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cnncost.documents import analyze

_FIELD_KEYS = ("size", "jump", "start_padding", "center", "aligned", "global", "bound", "nominal")
"""The fields of a :class:`ReceptiveField`, as the JSON calls them."""


class Row(NamedTuple):
    """One layer, or several that were merged."""

    name: str
    """Unique and hierarchical: ``stage[0].bottleneck[1].residual.conv``."""
    type: str
    """The layer type, or the kind of block that was merged."""
    inputs: tuple[str, ...]
    """Names of the rows and of the network's inputs that it reads."""
    output_shape: tuple[int, ...] | None
    """With the batch; of the last layer of a block, ``None`` for layers that are merely of one type."""
    figures: Figures
    """The metrics."""
    operations: Operations | None
    """Of the forward pass, by kind, for the whole batch; ``None`` where a layer does not say them."""
    receptive_field: ReceptiveField | None = None
    """In the first input of the network that reaches it; of the last layer of a block."""
    receptive_fields: Mapping[str, ReceptiveField] | None = None
    """In every input that reaches it, where the network has several inputs."""
    scopes: tuple[str, ...] = ()
    """Kinds of the containers it lies in, outermost first."""
    count: int = 1  # type: ignore[assignment]  # not the method of tuples
    """Layers that it stands for."""
    counts: Mapping[str, int | None] = NOTHING
    """What each of several conventions counts, by its name, where several were asked for; ``None`` for a layer that it
    does not know."""
    kernel: tuple[int, ...] | None = None
    """Extent of the kernel or window per axis; ``None`` for layers without one, and for several at once."""
    stride: tuple[int, ...] | None = None
    """Its step per axis."""

    def __repr__(self) -> str:
        what = self.type if self.count == 1 else f"{self.type}, {self.count} layers"
        shape = "" if self.output_shape is None else f", output {'x'.join(map(str, self.output_shape))}"
        return f"<Row {self.name!r}: {what}{shape}, {self.figures.summary()}>"

    @property
    def flops_per_byte(self) -> float | None:
        """The layer's arithmetic intensity."""
        return self.figures.flops_per_byte

    @property
    def cheapest_algorithm(self) -> str | None:
        """What computes this convolution with the fewest multiplications, and of several with the least memory.

        Nothing for other layers, for several layers at once, and where the report is not by algorithm.
        """
        if self.count > 1 or not self.figures.by_algorithm:
            return None
        from cnncost.metrics.convolution_algorithms import cheapest_of

        return cheapest_of(self.figures)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        row: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "inputs": list(self.inputs),
            "output_shape": None if self.output_shape is None else list(self.output_shape),
            "kernel": None if self.kernel is None else list(self.kernel),
            "stride": None if self.stride is None else list(self.stride),
            **self.figures,
            "ops": self.operations and self.operations._asdict(),
            "receptive_field": self.receptive_field and _field_to_dict(self.receptive_field),
        }
        if self.receptive_fields is not None:
            row["receptive_fields"] = {name: _field_to_dict(field) for name, field in self.receptive_fields.items()}
        if self.figures.by_algorithm:
            row["cheapest_algorithm"] = self.cheapest_algorithm
        counts = {"counts": dict(self.counts)} if self.counts else {}
        least = {"at_least": dict(self.figures.at_least)} if self.figures.at_least else {}
        return {**row, "scopes": list(self.scopes), "count": self.count, **counts, **least}

    @classmethod
    def of(cls, layer: analyze.Layer) -> Row:
        """The row that a layer of a document describes."""
        several = FrozenDict({name: _field_of(field) for name, field in layer.receptive_fields.items()})
        return cls(
            layer.name,
            layer.type,
            layer.inputs,
            layer.output_shape,
            layer.figures,
            None if layer.ops is None else Operations(**layer.ops.model_dump()),
            None if layer.receptive_field is None else _field_of(layer.receptive_field),
            several if "receptive_fields" in layer.model_fields_set else None,
            layer.scopes,
            layer.count,
            layer.counts,
            layer.kernel,
            layer.stride,
        )


def block_of(name: str, depth: int) -> str:
    """The first `depth` segments of a name.

    >>> block_of("stage[0].bottleneck[1].conv", 2), block_of("conv", 2), block_of("features[0][2]", 1)
    ('stage[0].bottleneck[1]', 'conv', 'features[0]')
    """
    return joined(segments(name)[:depth])


def merge_blocks(rows: Sequence[Row], depth: int) -> tuple[Row, ...]:
    """Rows whose names agree in the first `depth` segments, as one; a row so shallow itself stays as it is."""
    merged = []
    for prefix, members in _groups(rows, lambda row: block_of(row.name, depth)).items():
        last = members[-1]
        if len(members) == 1 and last.name == prefix:
            reads = dict.fromkeys(block_of(read, depth) for read in last.inputs)
            merged.append(last._replace(inputs=tuple(reads)))
            continue
        kind = next((row.scopes[depth - 1] for row in members if len(row.scopes) >= depth), last.type)
        reads = dict.fromkeys(block_of(read, depth) for row in members for read in row.inputs)
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


def merge_types(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows of one layer type as one, in the order of first use."""
    groups = _groups(rows, lambda row: row.type)
    return tuple([_merged(members, kind, kind) for kind, members in groups.items()])


def _groups(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _merged(rows: list[Row], name: str, kind: str) -> Row:
    """Several rows as one that has no place in the network."""
    known = [row.operations for row in rows if row.operations is not None]
    operations = Operations(*map(sum, zip(*known, strict=True))) if len(known) == len(rows) else None
    figures = merged([row.figures for row in rows])
    counts = FrozenDict({name: sum_of([row.counts[name] for row in rows]) for name in rows[0].counts})
    return Row(name, kind, (), None, figures, operations, count=sum(row.count for row in rows), counts=counts)


def _field_of(field: analyze.ReceptiveField) -> ReceptiveField:
    return ReceptiveField(**{name: getattr(field, name) for name in ReceptiveField._fields})


def _field_to_dict(field: ReceptiveField) -> dict[str, Any]:
    values = [list(value) if isinstance(value, tuple) else value for value in field]
    return dict(zip(_FIELD_KEYS, values, strict=True))
