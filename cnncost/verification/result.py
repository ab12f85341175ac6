"""What a verification found: plain data, to be shown, kept and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cnncost.measurement.devices import Machine

SAME, DIFFERENT, NOT_MEASURED = "same", "different", "not measured"


class Check(NamedTuple):
    """One figure of one layer, or of the whole network, predicted and measured.

    Attributes:
        layer: the layer's name; empty for the whole network.
        figure: its name as in a report (``params``, ``macs``, ``output_shape``, ``receptive_field``).
        predicted: what the report says. measured: what PyTorch gives; ``None`` where it was not measured.
        verdict: :data:`SAME`, :data:`DIFFERENT` or :data:`NOT_MEASURED`.
        note: why it was not measured, or where PyTorch's own count is wrong.
    """

    layer: str
    figure: str
    predicted: Any
    measured: Any
    verdict: str
    note: str = ""

    @classmethod
    def of(cls, layer: str, figure: str, predicted: Any, measured: Any, note: str = "") -> Check:
        """The check of a figure that was measured.

        >>> Check.of("conv", "params", 1792, 1792).verdict
        'same'
        """
        return cls(layer, figure, predicted, measured, SAME if predicted == measured else DIFFERENT, note)

    @classmethod
    def gap(cls, layer: str, figure: str, predicted: Any, why: str) -> Check:
        """The check of a figure that could not be measured here."""
        return cls(layer, figure, predicted, None, NOT_MEASURED, why)


class Verification(NamedTuple):
    """All that was found out about one network.

    Attributes:
        network: its name. settings: of the report that predicted (batch, dtype, ...).
        machine: where it was measured. checks: every figure that was compared.
        latency, memory: what was measured of them, as plain data; ``None`` where it was not asked for.
        failure: why the verification broke off; empty when it did not.
        against: every figure that was compared with a model of the user's own.
    """

    network: str
    settings: dict[str, Any]
    machine: Machine
    checks: tuple[Check, ...] = ()
    latency: dict[str, Any] | None = None
    memory: dict[str, Any] | None = None
    failure: str = ""
    against: tuple[Check, ...] = ()

    @property
    def mismatches(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple([check for check in (*self.checks, *self.against) if check.verdict == DIFFERENT])

    @property
    def passed(self) -> bool:
        """Whether nothing differs and nothing broke off."""
        return not self.failure and not self.mismatches

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            **self._asdict(),
            "machine": self.machine._asdict(),
            "checks": [check._asdict() for check in self.checks],
            "against": [check._asdict() for check in self.against],
            "passed": self.passed,
        }
