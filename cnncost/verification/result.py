"""What a verification found, as records: they are shown, written to files, and read back as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import ConfigDict, Field, computed_field, model_validator

from cnncost.display import displayed
from cnncost.measurement.devices import Machine
from cnncost.measurement.results import LatencyResult, MemoryResult
from cnncost.settings import Settings
from cnncost.validation import Count, Flag, Number, Positive, Record, Text, Whole

if TYPE_CHECKING:
    from cnncost.metrics.figures import Figures
    from cnncost.metrics.receptive_field.figures import ReceptiveField

What = Literal["input", "type", "fields", "reads", "weights", "shape", "missing", "extra", "output"]
"""How two layers differ, or a layer and nothing."""

Verdict = Literal["same", "different", "not measured"]

SAME: Literal["same"] = "same"
DIFFERENT: Literal["different"] = "different"
NOT_MEASURED: Literal["not measured"] = "not measured"

PerAxis = tuple[Number, ...]
Shape = tuple[Whole, ...]
Shapes = tuple[Shape, ...]


class RunSettings(Record):
    """How the network runs: the settings of the report that predicts."""

    batch: Positive
    """samples at once"""
    dtype: Text
    """of parameters, gradients, activations and optimizer states"""
    optimizer: Text
    """whose state training keeps"""
    mode: Text
    """which layers run: auxiliary heads and dropout in `train` only"""
    convention: Text
    """name of the rule by which operations become FLOPs"""
    amp: Text | None = None
    """what autocast runs operations in; null without autocast"""

    @classmethod
    def of(cls, settings: Settings) -> RunSettings:
        """The record of the settings of a report."""
        return cls(**settings.to_dict())

    def checked(self) -> Settings:
        """The settings of a report.

        Raises:
            SpecError: a value that this version does not know.
        """
        return Settings.checked(**dict(self))


class FieldFigures(Record):
    """The figures of a receptive field that are measured, in pixels of one input, per axis."""

    model_config = ConfigDict(validate_by_name=True)

    size: Shape
    """extent; the largest where it depends on the position"""
    jump: PerAxis | None
    """pixels between the fields of neighbours; null where it was not seen"""
    start_padding: PerAxis | None
    """pixels of the first unit's field before the border; null where it was not seen"""
    is_global: Flag = Field(validation_alias="global", serialization_alias="global")
    """whether some path reads the whole input"""

    @classmethod
    def of(cls, field: ReceptiveField) -> FieldFigures:
        """Those of a field that the report says."""
        return cls(size=field.size, jump=field.jump, start_padding=field.start_padding, is_global=field.is_global)


Value = Whole | FieldFigures | Shape | Shapes | None
"""A figure of any kind; ``None`` where there is none."""


class Check(Record):
    """One figure of one layer, or of the whole network, predicted and measured."""

    layer: Text
    """name of the layer; empty for the whole network"""
    figure: Text
    """its name as in a report: `params`, `macs`, `output_shape`, `receptive_field`"""
    predicted: Value
    """what the report says; null where it says nothing"""
    measured: Value
    """what PyTorch gives; null where it was not measured"""
    verdict: Verdict
    """whether they are the same"""
    note: Text
    """why it was not measured, or what is odd about it; empty where there is nothing to say"""

    @classmethod
    def of(cls, layer: str, figure: str, predicted: Value, measured: Value, note: str = "") -> Check:
        """The check of a figure that was measured.

        >>> Check.of("conv", "params", 1792, 1792).verdict
        'same'
        """
        verdict = SAME if predicted == measured else DIFFERENT
        return cls(layer=layer, figure=figure, predicted=predicted, measured=measured, verdict=verdict, note=note)

    @classmethod
    def of_said(cls, layer: str, figure: str, figures: Figures, measured: Value, note: str = "") -> Check:
        """The check of a figure that was measured; a gap where a layer of the spec's own does not say it."""
        predicted = figures[figure]
        if predicted is None and figure in figures.at_least:
            return cls.gap(layer, figure, None, "a definition under `layers` does not say it")
        return cls.of(layer, figure, predicted, measured, note)

    @classmethod
    def different(cls, layer: str, figure: str, predicted: Value, measured: Value, note: str) -> Check:
        """The check of a figure that is wrong for a reason that the note has."""
        return cls(layer=layer, figure=figure, predicted=predicted, measured=measured, verdict=DIFFERENT, note=note)

    @classmethod
    def gap(cls, layer: str, figure: str, predicted: Value, why: str) -> Check:
        """The check of a figure that could not be measured here."""
        return cls(layer=layer, figure=figure, predicted=predicted, measured=None, verdict=NOT_MEASURED, note=why)


class LayerPlace(Record):
    """A layer of one of the networks."""

    layer: Text
    """its name; of a model in PyTorch, the path of the module"""
    where: Text
    """file, line and column of the spec, or file, line and module of a model; empty where nothing is known"""

    def __str__(self) -> str:
        return f"`{self.layer}` ({self.where})" if self.where else f"`{self.layer}`"


class Change(Record):
    """A field with another value."""

    field: Text
    """its name"""
    spec: Text
    """its value in the spec"""
    model: Text
    """its value in the model"""


class Difference(Record):
    """One thing that differs and does not follow from another."""

    what: What
    """what differs; `missing` is a layer that the spec alone has, `extra` one that the model alone has"""
    spec: LayerPlace | None
    """the layer of the spec; of one that is extra in the model, the layer behind which it would stand"""
    model: LayerPlace | None
    """the layer of the model; of one that is missing there, the layer behind which it would stand"""
    changes: tuple[Change, ...]
    """what is another value, by field"""
    layers: Count
    """how many layers it is about: of those that are missing, the first is named"""
    text: Text
    """all of it in a sentence"""


class ModelComparison(Record):
    """A network compared with another one, layer by layer."""

    model: Text
    """what the other one was asked for by"""
    compared: Count
    """layers that both have"""
    following: Count
    """of those, layers whose shape differs only because something before them does"""
    differences: tuple[Difference, ...]
    """what differs, in the order of execution"""
    totals: tuple[Check, ...]
    """figures of the whole networks: the spec's are predicted, those of the model measured"""


@displayed
class Verification(Record):
    """All that was found out about one network."""

    network: Text
    """its name, or what it was asked for by"""
    settings: RunSettings
    """of the report that predicts"""
    machine: Machine
    """where it was measured"""
    checks: tuple[Check, ...] = ()
    """every figure that was compared"""
    latency: LatencyResult | None = None
    """how long it takes; null where it was not measured"""
    memory: MemoryResult | None = None
    """the memory that it takes; null where it was not measured"""
    failure: Text = ""
    """why the verification broke off; empty when it did not"""
    against: ModelComparison | None = None
    """the network compared with another one; null where there is none, or where it cannot be imported"""
    device_lost: Flag = Field(default=False, exclude=True)
    """whether the device no longer answers; not written to documents"""
    interrupted: Flag = Field(default=False, exclude=True)
    """whether Ctrl-C ended it before all was done; not written to documents"""

    @model_validator(mode="before")
    @classmethod
    def _without_verdict(cls, data: Any) -> Any:
        """A document says whether it passed and is complete, which follows from the rest."""
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in cls.model_computed_fields}

    def __repr__(self) -> str:
        state = "passed" if self.passed else "broke off" if self.failure else f"{self._differing} differ"
        return f"<Verification of {self.network!r}: {len(self.every_check)} checks, {state}>"

    __str__ = __repr__

    @property
    def every_check(self) -> tuple[Check, ...]:
        """The checks, and those of the totals of another network."""
        return (*self.checks, *(self.against.totals if self.against else ()))

    @property
    def mismatches(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple([check for check in self.every_check if check.verdict == DIFFERENT])

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs from another network, layer by layer."""
        return self.against.differences if self.against else ()

    @property
    def _differing(self) -> int:
        return len(self.mismatches) + len(self.differences)

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorator of a property
    @property
    def passed(self) -> bool:
        """whether nothing differs and nothing broke off"""
        return not self.failure and not self._differing

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def complete(self) -> bool:
        """whether every figure was measured: what was not may be wrong, though nothing differs"""
        unmeasured = any(check.verdict == NOT_MEASURED for check in self.every_check)
        return not self.failure and not unmeasured

    def replace(self, **values: Any) -> Self:
        """The same with other values."""
        return self.model_copy(update=values)
