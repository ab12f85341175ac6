"""The rows of a report: one layer each, or several merged; to plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.layers.base.costs import Operations
from cnncost.metrics.metric import CHEAPEST
from cnncost.report.figures import Figures, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cnncost.metrics.receptive_field.fields import ReceptiveField

_PRODUCTS = "_multiplications"
"""How the figures of convolution algorithms end; a report has them only when it was asked for them."""

_FIELD_KEYS = ("size", "jump", "start_padding", "center", "aligned", "global")
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
    operations = Operations(*map(sum, zip(*[row.operations for row in rows], strict=True)))
    figures = total({name: [row.figures[name] for row in rows] for name in rows[0].figures})
    counts = {name: sum(row.counts[name] for row in rows) for name in rows[0].counts}
    return Row(name, kind, (), None, figures, operations, count=sum(row.count for row in rows), counts=counts)


def _field_to_dict(field: ReceptiveField) -> dict[str, Any]:
    values = [list(value) if isinstance(value, tuple) else value for value in field]
    return dict(zip(_FIELD_KEYS, values, strict=True))
