"""Profiles of devices: what was fitted to measurements on them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncost.devices.latency import LatencyProfile
from cnncost.devices.memory import MemoryProfile
from cnncost.errors import SpecError, did_you_mean
from cnncost.language.yaml.plain import read_plain
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent
"""Where the profiles that ship with cnncost lie, called as their device is."""

_NOT_PROFILES = ("cards",)


class DeviceProfile(NamedTuple):
    """What was fitted to measurements on a device.

    >>> h200 = profile("h200")
    >>> h200.title, h200.torch, h200.memory.context
    ('NVIDIA H200', '2.11.0', (287000000, 446693376))
    """

    name: str
    """What it is called in options."""
    title: str
    """The device's name."""
    card: str | None
    """The device in the table of known cards."""
    driver: str
    """Version of the driver that was measured with."""
    cuda: str
    """Version of CUDA."""
    torch: str
    """Version of PyTorch."""
    source: str
    """What was measured."""
    memory: MemoryProfile | None
    """What a step takes of memory besides its tensors, where that was measured."""
    latency: LatencyProfile | None
    """How long its kernels take, where that was measured."""


def profile(name: str) -> DeviceProfile:
    """The profile that ships under this name, or that of a file.

    Raises:
        SpecError: there is none of that name, or the file is not a profile.
    """
    shipped = profiles()
    if name in shipped:
        return _shipped(name)
    if name.endswith((".yaml", ".yml")):
        from cnncost.devices.record import checked  # pydantic: only who brings a file of their own waits

        return _profile_of(checked(read_plain(name), name))
    known = ", ".join(f"`{each}`" for each in shipped)
    raise SpecError(
        f"no profile of a device is called `{name[:80]}`{did_you_mean(name[:80], shipped)}",
        hint=f"there is {known}; the path of a YAML file is a profile of your own",
    )


def memory_profile(name: str) -> MemoryProfile:
    """What a profile says of memory.

    Raises:
        SpecError: there is no such profile, or it says nothing of memory.
    """
    memory = profile(name).memory
    if memory is None:
        raise SpecError(
            f"the profile `{name[-80:]}` says nothing of memory",
            hint="`--device cpu` and `--device cuda` need none",
        )
    return memory


def latency_profile(name: str) -> LatencyProfile:
    """What a profile says of times.

    Raises:
        SpecError: there is no such profile, or it says nothing of times.
    """
    latency = profile(name).latency
    if latency is None:
        raise SpecError(
            f"the profile `{name[-80:]}` says nothing of times", hint="`cnncost calibrate` measures a device"
        )
    return latency


@cache
def profiles() -> dict[str, Path]:
    """The files of the profiles that ship with cnncost, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml")) if path.stem not in _NOT_PROFILES}


@cache
def _shipped(name: str) -> DeviceProfile:
    return _profile_of(read_plain(profiles()[name]))


def _profile_of(data: Mapping[str, Any]) -> DeviceProfile:
    memory, latency = data.get("memory"), data.get("latency")
    sections = {
        "memory": None if memory is None else MemoryProfile.of(memory),
        "latency": None if latency is None else LatencyProfile.of(latency),
    }
    return DeviceProfile(**{"card": None, **data, **sections})
