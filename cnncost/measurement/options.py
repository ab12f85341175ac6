"""What to measure and how: the settings of latency and memory measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.arguments import text
from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple
from cnncost.report.analyze import analyze_graph
from cnncost.settings import MODES, OPTIMIZER_STATES, Settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph
    from cnncost.report.report import Report

DTYPES = ("float32", "tf32", "float16", "bfloat16")
"""Number formats of a measurement: ``tf32`` is float32 whose matrix products and convolutions run in TF32."""

_LONGEST_SECONDS = 3600.0


class MeasureOptions(NamedTuple):
    """How a network is measured."""

    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``meta``."""
    batch: int = 1
    """Samples at once; it is never changed to make them fit."""
    dtype: str = "float32"
    """One of :data:`DTYPES`."""
    mode: str = "infer"
    """``infer`` or ``train``."""
    compile: bool = False
    """Also measure what ``torch.compile`` makes of the network."""
    channels_last: bool = False
    """Lay maps out with the channels last in memory."""
    optimizer: str = "adam"
    """Whose step ends a training step."""
    seconds: float = 2.0
    """Time budget of one measurement."""
    per_layer: bool = True
    """Also measure every layer by itself."""
    convention: str = "textbook"
    """How the report counts FLOPs, one of :data:`cnncost.conventions.CONVENTIONS`."""
    profile: str = ""
    """A device's profile, whose prediction stands beside the latency; empty for that of a card that is known."""

    @property
    def trains(self) -> bool:
        """Whether a training step is measured."""
        return self.mode == "train"

    @property
    def report_settings(self) -> Settings:
        """The settings of the report that predicts what is measured: tf32 numbers take the room of float32.

        >>> MeasureOptions(batch=8, dtype="tf32").report_settings.dtype
        'float32'
        """
        dtype = "float32" if self.dtype == "tf32" else self.dtype
        return Settings.checked(
            batch=self.batch, dtype=dtype, optimizer=self.optimizer, mode=self.mode, convention=self.convention
        )

    def step_settings(self, device: str) -> StepSettings:
        """The settings of the step whose memory is predicted beside what is measured: of a model without containers.

        >>> MeasureOptions(batch=8, mode="train").step_settings("cuda:0").device
        'cuda'
        """
        from cnncost.footprint.settings import StepSettings

        return StepSettings(
            mode=self.mode,
            batch=self.batch,
            dtype="float32" if self.dtype == "tf32" else self.dtype,
            optimizer=self.optimizer,
            device="cuda" if device.startswith("cuda") else "cpu",
            channels_last=self.channels_last,
            adds_in_place=True,
            nested=False,
        )

    def checked(self) -> MeasureOptions:
        """The options themselves, if they can be measured. The device is checked where it is resolved.

        Raises:
            SpecError: an unknown dtype, mode or optimizer, or a batch or time budget that is not positive.

        >>> MeasureOptions(dtype="float61").checked()
        Traceback (most recent call last):
        cnncost.errors.SpecError: error: unknown dtype `float61` of a measurement; did you mean `float16`?
          = hint: known are `float32`, `tf32`, `float16`, `bfloat16`
        """
        _known("dtype", self.dtype, DTYPES)
        _known("mode", self.mode, MODES)
        _known("optimizer", self.optimizer, OPTIMIZER_STATES)
        Settings.checked(batch=self.batch, convention=self.convention)
        if not 0 < self.seconds <= _LONGEST_SECONDS:
            raise SpecError(f"the time budget must be from 0 to {_LONGEST_SECONDS:.0f} seconds, not {self.seconds}")
        return self


def report_for(graph: Graph, report: Report, options: MeasureOptions) -> Report:
    """The report that predicts what is measured: `report`, unless it is one of other settings."""
    settings = options.report_settings._replace(convention=report.settings.convention)
    return report if report.settings == settings else analyze_graph(graph, settings)


def _known(what: str, name: str, known: Collection[str]) -> None:
    if text(f"the {what} of a measurement", name, "a name") not in known:
        hint = "known are " + ", ".join(f"`{each}`" for each in known)
        raise SpecError(f"unknown {what} `{name[:80]}` of a measurement{did_you_mean(name, known)}", hint=hint)
