"""What a step takes, as data: the peak, what lives there, and the course of the step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.footprint.fitting.capacity import Verdict
    from cnncost.footprint.settings import StepSettings


_PLACES = {"loss": "the loss", "backward": "backward of the loss", "optimizer": "the optimizer's step"}
"""What phases are where no layer runs."""

_FITS = {True: "fits", False: "does not fit", None: "may fit"}


class Part(NamedTuple):
    """One kind of what lives at the peak."""

    kind: str
    """``parameters``, ``buffers``, ``optimizer`` states, ``weight gradients``, ``input``, ``target``; and of what the
    step makes ``kept`` for backward, other ``activation``, ``gradient`` of an activation, ``loss``."""
    bytes: int
    """Of all of it."""
    stages: Mapping[str, int]
    """The same by where in the network it was made; empty where that says nothing."""


class Moment(NamedTuple):
    """One operation in the course of a step."""

    phase: str
    """``forward``, ``loss``, ``backward``, ``optimizer``."""
    layer: str | None
    """The layer that runs, or whose backward does; ``None`` where none does."""
    peak_bytes: int
    """The most that lived while it ran."""
    bytes: int
    """What lives once it has run."""
    parts: Mapping[str, int]
    """What lived at that most, by kind."""

    def __repr__(self) -> str:
        where = self.phase if self.layer is None else f"{self.phase} of {self.layer!r}"
        return f"<Moment {where}: peak_bytes={self.peak_bytes:_}, then bytes={self.bytes:_}>"


@displayed
class MemoryReport(NamedTuple):
    """What a steady step of a network takes.

    `peak_bytes` is exact: the live tensors, in PyTorch's order. What the allocator and the libraries make of that on a
    card is apart: `allocated_bytes`, `reserved_bytes` and `workspace_bytes`, which are ``None`` on a processor.
    """

    name: str
    """Of the network."""
    settings: StepSettings
    """How the step runs."""
    inputs: Mapping[str, tuple[int, ...]]
    """The shape of every input, with the batch."""
    peak_bytes: int
    """The most that lives at once."""
    kept_bytes: int
    """What autograd keeps for backward; parameters and buffers are not counted. 0 in inference."""
    steady_bytes: int
    """What lives between two steps: parameters, buffers, gradients, the optimizer's states, the batch."""
    peak_phase: str
    """When the peak is: in ``forward``, ``loss``, ``backward`` or ``optimizer``."""
    peak_layer: str | None
    """The layer that runs at the peak, or whose backward does; ``None`` where none does."""
    parts: tuple[Part, ...]
    """What lives at the peak, the largest first."""
    timeline: tuple[Moment, ...]
    """The step in its course."""
    kept_by_layer: Mapping[str, int]
    """What is kept, by the layer that keeps it first."""
    allocated_bytes: int | None = None
    """The most that PyTorch's allocator hands out at once on the card; without a device's profile, to tensors alone."""
    reserved_bytes: int | None = None
    """What it takes from the card for them."""
    workspace_bytes: int | None = None
    """What libraries hold at that peak; without a device's profile, the most that any convolution may hold besides."""
    unknown_layers: tuple[str, ...] = ()
    """Layers of a spec's own, and gaps, that leave open what they keep or store: where there are any, all figures are
    lower bounds."""
    verdict: Verdict | None = None
    """Whether it fits, where a memory was given."""
    warnings: tuple[str, ...] = ()
    """What is odd about the network, or left out."""

    def __repr__(self) -> str:
        settings, verdict = self.settings, self.verdict
        fits = "" if verdict is None else f", {_FITS[verdict.fits]} {verdict.capacity.place}"
        return (
            f"<MemoryReport of {self.name!r}: batch {settings.batch}, {settings.mode}, "
            f"peak_bytes={self.peak_bytes:_} in {self.peak_place!r}{fits}>"
        )

    @property
    def peak_place(self) -> str:
        """Where the peak is, in words.

        >>> from cnncost import memory
        >>> memory("resnet18", mode="infer").peak_place
        'forward of conv_bn.batchnorm'
        """
        if self.peak_layer is None:
            return _PLACES.get(self.peak_phase, self.peak_phase)
        return f"{self.peak_phase} of {self.peak_layer}"

    @property
    def lower_bound(self) -> bool:
        """Whether the figures are no more than the truth, and perhaps less."""
        return bool(self.unknown_layers)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "schema": 1,
            "name": self.name,
            "settings": self.settings.to_dict(),
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            **{name: getattr(self, name) for name in _FIGURES},
            "lower_bound": self.lower_bound,
            "unknown_layers": list(self.unknown_layers),
            "verdict": None if self.verdict is None else self.verdict.to_dict(),
            "parts": [{**part._asdict(), "stages": dict(part.stages)} for part in self.parts],
            "kept_by_layer": dict(self.kept_by_layer),
            "timeline": [{**moment._asdict(), "parts": dict(moment.parts)} for moment in self.timeline],
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text."""
        import json  # only those who write JSON pay for it

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each moment of the step in its course; all figures are bytes.

        Columns are the phase, the layer, the most that lived meanwhile and what lives then, and of that most each kind.

        Raises:
            SpecError: pandas is not installed.
        """
        from cnncost.frames import data_frame

        moments = self.timeline
        kinds = dict.fromkeys(kind for moment in moments for kind in moment.parts)
        columns: dict[str, list[Any]] = {
            **{name: [getattr(moment, name) for moment in moments] for name in _MOMENT},
            **{f"{kind.replace(' ', '_')}_bytes": [moment.parts.get(kind, 0) for moment in moments] for kind in kinds},
        }
        figures = {name: getattr(self, name) for name in _FIGURES}
        attrs = {"name": self.name, "settings": self.settings.to_dict(), **figures}
        return data_frame(columns, index_name="moment", attrs=attrs)


_MOMENT = ("phase", "layer", "peak_bytes", "bytes")
_FIGURES = (
    *("peak_bytes", "kept_bytes", "steady_bytes", "allocated_bytes", "reserved_bytes", "workspace_bytes"),
    *("peak_phase", "peak_layer"),
)
