"""How long a step takes, as data: the whole, layer by layer, and what binds each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.arguments import integer, text
from cnncost.display import displayed
from cnncost.errors import SpecError, did_you_mean
from cnncost.graph.names import joined, segments
from cnncost.records import NamedTuple
from cnncost.units import seconds_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cnncost.footprint.settings import StepSettings

BOUNDS = ("compute", "bandwidth", "launches")
"""What may bind: the rate of operations, that of bytes, or how fast kernels are launched."""

FIGURES = ("seconds", "forward_seconds", "backward_seconds", "flops", "bytes", "kernels")
"""What layers have, and can be sorted by."""


class LayerTime(NamedTuple):
    """The time of one layer, or of several that were merged."""

    name: str
    """Unique and hierarchical, ``stage[0].bottleneck[1].residual.conv``; ``loss`` and ``optimizer`` are no layers."""
    type: str
    """The layer type, or the kind of block that was merged."""
    seconds: float
    """Of all of its kernels."""
    forward_seconds: float
    """Of those in the forward pass."""
    backward_seconds: float
    """Of those in the backward pass: none in inference."""
    flops: int
    """What its kernels compute: two for each multiply-accumulate, in both passes."""
    bytes: int
    """What they read and write, each tensor once for each kernel."""
    kernels: int
    """How many they are."""
    bound_by: str | None
    """What binds most of its time, one of :data:`BOUNDS`; ``None`` where it runs nothing."""
    output_shape: tuple[int, ...] | None = None
    """With the batch; of the last layer of a block."""
    scopes: tuple[str, ...] = ()
    """Kinds of the containers it lies in, outermost first."""
    count: int = 1  # type: ignore[assignment]  # not the method of tuples
    """Layers that it stands for."""
    bound_seconds: tuple[float, ...] = (0.0, 0.0, 0.0)
    """Its time by what binds each of its kernels, in the order of :data:`BOUNDS`."""

    @property
    def flops_per_byte(self) -> float | None:
        """Its arithmetic intensity; ``None`` where nothing is moved."""
        return self.flops / self.bytes if self.bytes else None

    @property
    def flops_per_second(self) -> float | None:
        """How fast it computes; ``None`` where it takes no time."""
        return self.flops / self.seconds if self.seconds else None


class DeviceFacts(NamedTuple):
    """The device, and what is known of it."""

    name: str
    """What it was asked for as: a card, or the path of a profile."""
    title: str
    """The name that its maker gave it."""
    basis: str
    """``profile``, what was measured on it, or ``datasheet``."""
    source: str
    """What was measured, or who prints the figures."""
    flops_per_second: float | None
    """The most operations in a second, of the type that products are computed in; ``None`` where that is not known."""
    bytes_per_second: float
    """The most bytes in a second, from and to its memory."""


@displayed
class LatencyReport(NamedTuple):
    """How long a step of a network takes on a device: a prediction, or a bound where only its datasheet is known.

    >>> from cnncost import latency
    >>> report = latency("resnet50", "rtx4090", batch=64, dtype="bf16")
    >>> report.is_bound, report.seconds, report.bound_by, report.samples
    (True, None, 'bandwidth', 'images')
    """

    name: str
    """Of the network."""
    settings: StepSettings
    """How the step runs."""
    number_format: str
    """What products are computed in: ``float32``, ``tf32``, ``float16``, ``bfloat16``."""
    inputs: Mapping[str, tuple[int, ...]]
    """The shape of every input, with the batch."""
    device: DeviceFacts
    """Where it runs."""
    time: float
    """Seconds of a step: what is predicted, or what it takes at the least."""
    interval: tuple[float, float] | None
    """Four measurements in five should fall inside it; ``None`` for a bound."""
    kernel_seconds: float
    """What the kernels take by themselves, one behind the other: the times of all layers."""
    device_seconds: float
    """What the device needs for them: with what lies between two of them, and less where several run at once."""
    launch_seconds: float | None
    """What launching them takes the processor; ``None`` for a bound."""
    bound_by: str
    """What binds the step: launches, or what binds most of its kernels' time."""
    phases: Mapping[str, float]
    """Seconds of the kernels by phase: ``forward``, ``loss``, ``backward``, ``optimizer``."""
    layers: tuple[LayerTime, ...]
    """In the order of execution, until they are regrouped."""
    samples: str
    """What a sample is: ``images``, ``videos`` or ``samples``."""
    launch_free_batch: int | None
    """The smallest batch at which launches do not bind; ``None`` where that is not known."""
    unknown_layers: tuple[str, ...] = ()
    """Layers of a spec's own, and gaps, of which it is not known what they run: with any of them, times are bounds."""
    notes: tuple[str, ...] = ()
    """What one must know to read the figures: what lies outside of what was measured, what is not known."""
    warnings: tuple[str, ...] = ()
    """What is odd about the network, or left out."""
    unmeasured_share: float | None = None
    """The part of the kernels' time taken by kernels that were not measured; ``None`` for a bound of a datasheet."""

    def __repr__(self) -> str:
        least = "at least " if self.is_bound else ""
        return (
            f"<LatencyReport of {self.name!r} on {self.device.name}: {least}{seconds_text(self.time)}, "
            f"batch {self.settings.batch}, {self.number_format}, {self.settings.mode}, "
            f"{self.bound_by} {'bind' if self.bound_by == 'launches' else 'binds'}>"
        )

    @property
    def is_bound(self) -> bool:
        """Whether times are what a step takes at the least: of a datasheet, or without some layers."""
        return self.interval is None

    @property
    def seconds(self) -> float | None:
        """What is predicted; ``None`` for a bound."""
        return None if self.is_bound else self.time

    @property
    def at_least_seconds(self) -> float | None:
        """What a step takes at the least; ``None`` for a prediction."""
        return self.time if self.is_bound else None

    @property
    def nanoseconds(self) -> int:
        """The time as a whole number, as comparisons, sweeps and budgets have it."""
        return round(1e9 * self.time)

    @property
    def samples_per_second(self) -> float | None:
        """Throughput: what is predicted, or the most that there can be; ``None`` where nothing takes time."""
        return self.settings.batch * self.settings.accumulate / self.time if self.time else None

    def grouped(self, depth: int) -> LatencyReport:
        """The report with one row per block: layers whose names agree in the first `depth` segments are merged.

        Raises:
            SpecError: `depth` is less than 1.
        """
        return self._replace(layers=merge_blocks(self.layers, integer("the depth", depth, 1)))

    def by_type(self) -> LatencyReport:
        """The report with one row per layer type, in the order of first use."""
        groups = _groups(self.layers, lambda layer: layer.type)
        return self._replace(layers=tuple([_merged(members, kind, kind) for kind, members in groups.items()]))

    def sorted_by(self, name: str) -> LatencyReport:
        """The report with the layers of the largest figure first.

        Raises:
            SpecError: there is no such figure.
        """
        if text("a figure", name, "a name") not in FIGURES:
            hint = "known are " + ", ".join(f"`{known}`" for known in FIGURES)
            raise SpecError(f"unknown figure `{name[:80]}`{did_you_mean(name, FIGURES)}", hint=hint)
        return self._replace(layers=tuple(sorted(self.layers, key=lambda layer: -getattr(layer, name))))

    def top(self, count: int) -> LatencyReport:
        """The report with its first `count` rows only; totals stay those of the network.

        Raises:
            SpecError: `count` is less than 1.
        """
        return self._replace(layers=self.layers[: integer("the number of rows", count, 1)])

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each layer by its name: its kernels' time, and what binds it.

        Raises:
            SpecError: pandas is not installed.
        """
        from cnncost.frames import data_frame

        fields = [name for name in LayerTime._fields if name not in ("name", "scopes", "count")]
        columns = {name: [getattr(layer, name) for layer in self.layers] for name in fields}
        columns["layers"] = [layer.count for layer in self.layers]
        plain = self.to_dict()
        attrs = {name: plain[name] for name in ("name", "settings", "seconds", "at_least_seconds", "bound_by")}
        types = {name: float for name in fields if name.endswith("seconds")}
        names = [layer.name for layer in self.layers]
        attrs["device"] = self.device.name
        return data_frame(columns, index=names, index_name="layer", types=types, attrs=attrs)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        low, high = self.interval or (None, None)
        rate = self.samples_per_second
        return {
            "schema": 1,
            "name": self.name,
            "settings": self.settings.to_dict(),
            "number_format": self.number_format,
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            "device": self.device._asdict(),
            "is_bound": self.is_bound,
            "seconds": self.seconds,
            "low_seconds": low,
            "high_seconds": high,
            "at_least_seconds": self.at_least_seconds,
            "latency_ns": None if self.is_bound else self.nanoseconds,
            "samples": self.samples,
            "samples_per_second": None if self.is_bound else rate,
            "at_most_samples_per_second": rate if self.is_bound else None,
            "bound_by": self.bound_by,
            "kernel_seconds": self.kernel_seconds,
            "device_seconds": self.device_seconds,
            "launch_seconds": self.launch_seconds,
            "launch_free_batch": self.launch_free_batch,
            "unmeasured_share": self.unmeasured_share,
            "unknown_layers": list(self.unknown_layers),
            "phases": dict(self.phases),
            "layers": [_layer_to_dict(layer) for layer in self.layers],
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text."""
        import json  # only those who write JSON pay for it

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)


def merge_blocks(layers: Sequence[LayerTime], depth: int) -> tuple[LayerTime, ...]:
    """Layers whose names agree in the first `depth` segments, as one; one so shallow itself stays as it is."""
    merged = []
    for prefix, members in _groups(layers, lambda layer: joined(segments(layer.name)[:depth])).items():
        last = members[-1]
        if len(members) == 1 and last.name == prefix:
            merged.append(last)
            continue
        kind = next((layer.scopes[depth - 1] for layer in members if len(layer.scopes) >= depth), last.type)
        block = _merged(members, prefix, kind)
        merged.append(block._replace(output_shape=last.output_shape, scopes=members[0].scopes[: depth - 1]))
    return tuple(merged)


def _groups(layers: Iterable[LayerTime], key: Callable[[LayerTime], str]) -> dict[str, list[LayerTime]]:
    groups: dict[str, list[LayerTime]] = {}
    for layer in layers:
        groups.setdefault(key(layer), []).append(layer)
    return groups


def _merged(layers: Sequence[LayerTime], name: str, kind: str) -> LayerTime:
    """Several layers as one that has no place in the network."""
    parts = tuple([sum(each) for each in zip(*[layer.bound_seconds for layer in layers], strict=True)])
    return LayerTime(
        name,
        kind,
        sum([layer.seconds for layer in layers]),
        sum([layer.forward_seconds for layer in layers]),
        sum([layer.backward_seconds for layer in layers]),
        sum([layer.flops for layer in layers]),
        sum([layer.bytes for layer in layers]),
        sum([layer.kernels for layer in layers]),
        binding(parts),
        count=sum([layer.count for layer in layers]),
        bound_seconds=parts,
    )


def binding(parts: Sequence[float]) -> str | None:
    """What binds most of a time that is given by what binds each part, in the order of :data:`BOUNDS`.

    >>> binding((1.0, 2.5, 0.0)), binding((0.0, 0.0, 0.0))
    ('bandwidth', None)
    """
    most = max(parts)
    return BOUNDS[list(parts).index(most)] if most else None


def _layer_to_dict(layer: LayerTime) -> dict[str, Any]:
    shape = layer.output_shape
    return {
        "name": layer.name,
        "type": layer.type,
        "output_shape": None if shape is None else list(shape),
        "seconds": layer.seconds,
        "forward_seconds": layer.forward_seconds,
        "backward_seconds": layer.backward_seconds,
        "bound_by": layer.bound_by,
        "flops": layer.flops,
        "bytes": layer.bytes,
        "flops_per_byte": layer.flops_per_byte,
        "kernels": layer.kernels,
        "scopes": list(layer.scopes),
        "count": layer.count,
    }
