"""What to calibrate, and how long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnncost.arguments import ArgumentError, flag, number, text, wrong_type
from cnncost.errors import SpecError, did_you_mean
from cnncost.measurement.calibration.case import Conditions
from cnncost.measurement.devices import dtypes_of, refuse_unsupported
from cnncost.measurement.options import DTYPES
from cnncost.records import NamedTuple
from cnncost.settings import MODES

if TYPE_CHECKING:
    from cnncost.measurement.devices import Choice

LAYOUTS = ("contiguous", "channels-last")
"""How maps lie in memory."""

_SEVERAL = ("dtypes", "layouts", "modes")

_LONGEST_SECONDS = 24 * 3600.0


class CalibrationOptions(NamedTuple):
    """How a device is calibrated."""

    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``cuda:1``."""
    seconds: float = 300.0
    """That measuring may take; with 0 what was measured before is fitted again."""
    dtypes: Sequence[str] = ()
    """Number formats; those that the device has unless some are named."""
    layouts: Sequence[str] = ()
    """Of :data:`LAYOUTS`; both unless one is named."""
    modes: Sequence[str] = ()
    """``infer`` and ``train``; both unless one is named."""
    again: bool = False
    """Whether to begin anew where there are measurements."""

    @classmethod
    def of(cls, **given: Any) -> CalibrationOptions:
        """The options with these values.

        Raises:
            SpecError: there is no such option, or a value is of a wrong type.

        >>> CalibrationOptions.of(dtype="float32")
        Traceback (most recent call last):
        cnncost.arguments.ArgumentError: error: there is no option `dtype`; did you mean `dtypes`?
          = hint: they are device, seconds, dtypes, layouts, modes, again
        """
        for name, value in given.items():
            if name not in cls._fields:
                hint = f"they are {', '.join(cls._fields)}"
                raise ArgumentError(f"there is no option `{name}`{did_you_mean(name, cls._fields)}", hint=hint)
            if name in _SEVERAL:
                given[name] = _names(name, value)
        options = cls(**given)
        text("the device", options.device, "a name such as `cpu`")
        number("`seconds`", options.seconds)
        flag("`again`", options.again)
        return options

    def checked(self) -> CalibrationOptions:
        """The options themselves. The device is checked where it is resolved.

        Raises:
            SpecError: an unknown number format, layout or mode, or a time budget that is not one.

        >>> CalibrationOptions(layouts=("channels-lost",)).checked()
        Traceback (most recent call last):
        cnncost.errors.SpecError: error: unknown layout `channels-lost`; did you mean `channels-last`?
          = hint: known are `contiguous`, `channels-last`
        """
        for what, named, known in (
            ("dtype", self.dtypes, DTYPES),
            ("layout", self.layouts, LAYOUTS),
            ("mode", self.modes, MODES),
        ):
            for name in named:
                _refuse_unknown(what, name, known)
        if not 0 <= self.seconds <= _LONGEST_SECONDS:
            raise SpecError(f"the time budget must be from 0 to {_LONGEST_SECONDS:.0f} seconds, not {self.seconds}")
        return self

    def conditions(self, choice: Choice) -> list[Conditions]:
        """How cases run on a device, the most important first.

        Raises:
            SpecError: a number format that the device does not have.

        >>> from cnncost.measurement.devices import Choice
        >>> [str(each) for each in CalibrationOptions(dtypes=["float32"], modes=["infer"]).conditions(Choice("cpu"))]
        ['float32, contiguous, infer', 'float32, channels-last, infer']
        """
        for dtype in self.dtypes:
            refuse_unsupported(choice, dtype)
        return [
            Conditions(dtype=dtype, channels_last=layout == "channels-last", mode=mode)
            for mode in _unique(self.modes or ("infer", "train"))
            for dtype in _unique(self.dtypes or dtypes_of(choice))
            for layout in _unique(self.layouts or LAYOUTS)
        ]


def _names(name: str, value: object) -> tuple[str, ...]:
    """Several names, as a list or another sequence."""
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(each, str) for each in value):
        raise wrong_type(f"`{name}`", "a list of names", value)
    return tuple(value)


def _unique(names: Sequence[str]) -> list[str]:
    return [*dict.fromkeys(names)]


def _refuse_unknown(what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        hint = "known are " + ", ".join(f"`{each}`" for each in known)
        raise SpecError(f"unknown {what} `{name[:80]}`{did_you_mean(name[:80], known)}", hint=hint)
