"""Where a step is to run: a device that was measured, or a card of which the datasheet is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.arguments import is_path, wrong_type
from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.devices import Device, DeviceProfile

_THIS_MACHINE = ("cpu", "cuda")
_UNKNOWN_CARD = "another one that you have is measured by `cnncost calibrate`, which writes a profile for `--device`"


class Place(NamedTuple):
    """Where a step is to run."""

    name: str
    """What it was asked for as."""
    profile: DeviceProfile | None = None
    """What was measured on it, latency included; ``None`` where that was not measured."""
    card: Device | None = None
    """The card, where its datasheet is all that is known of it."""

    @property
    def title(self) -> str:
        """The device's name."""
        if self.profile is not None:
            return self.profile.title
        assert self.card is not None
        return self.card.title

    @property
    def step_device(self) -> str:
        """The device as the settings of a step name it: a card that was not measured is any ``cuda``."""
        if self.profile is None:
            return "cuda"
        is_processor = self.profile.latency is not None and self.profile.latency.device == "cpu"
        return "cpu" if is_processor else self.name


def place_that_predicts(device: object) -> Place:
    """The device of a name, of which times are predicted.

    Raises:
        SpecError: what :func:`place_called` raises; or its datasheet is all that is known.

    >>> place_that_predicts("rtx4090")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: an NVIDIA GeForce RTX 4090 is known by its datasheet alone, which bounds latencies\
 and predicts none
      = hint: `h200` was measured, and `cnncost calibrate` measures a device that you have
    """
    place = place_called(device)
    if place.profile is None:
        raise SpecError(
            f"an {place.title} is known by its datasheet alone, which bounds latencies and predicts none",
            hint="`h200` was measured, and `cnncost calibrate` measures a device that you have",
        )
    return place


def place_called(device: object) -> Place:
    """The device of a name, or of the path of a profile.

    Raises:
        SpecError: no such device; or nothing that says how fast it is.

    >>> place_called("RTX 4090").title, place_called("rtx4090").profile
    ('NVIDIA GeForce RTX 4090', None)
    >>> place_called("cpu")
    Traceback (most recent call last):
    cnncost.errors.SpecError: error: how fast `cpu` is here was not measured
      = hint: `cnncost calibrate --device cpu -o device.yaml` measures it, then `--device device.yaml`; known without\
 that are `h200` and, by their datasheets, cards such as `rtx4090`
    """
    if not is_path(device):
        raise wrong_type("`device`", "the name of a device, or the path of a profile", device)
    name = str(device)
    from cnncost.devices import device as card_called
    from cnncost.devices import profile, profiles

    if name.endswith((".yaml", ".yml")):
        found = profile(name)
        if found.latency is None:
            raise SpecError(
                f"the profile `{name[-80:]}` says nothing of latency",
                hint="`cnncost calibrate` measures a device, and writes a profile that does",
            )
        return Place(name, found)
    if name in _THIS_MACHINE:
        known = ", ".join(f"`{each}`" for each in profiles() if profile(each).latency is not None)
        raise SpecError(
            f"how fast `{name}` is here was not measured",
            hint=f"`cnncost calibrate --device {name} -o device.yaml` measures it, then `--device device.yaml`; known "
            f"without that are {known} and, by their datasheets, cards such as `rtx4090`",
        )
    card = card_called(name, _UNKNOWN_CARD)
    if card.name in profiles() and profile(card.name).latency is not None:
        return Place(card.name, profile(card.name))
    return Place(card.name, card=card)
