"""What a device makes of a step besides its tensors, as it was fitted to measurements, and what holds without that."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.errors import SpecError, did_you_mean
from cnncost.footprint.cards.devices.rules import WorkspaceRule, workspace_of
from cnncost.language.yaml.plain import read_plain
from cnncost.records import NamedTuple
from cnncost.settings import ITEM_SIZES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.algorithms import ConvolutionCall

FOLDER = Path(__file__).parent
"""Where the profiles that ship with cnncost lie, called as their device is."""

_NOT_PROFILES = ("cards",)


class DeviceProfile(NamedTuple):
    """What was fitted to measurements on a device.

    >>> h200 = profile("h200")
    >>> h200.title, h200.torch, h200.matrix_workspaces(training=True)
    ('NVIDIA H200', '2.11.0', (33554432, 1048576, 33554432))
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
    workspaces_of_matrices: Mapping[str, tuple[int, ...]]
    """What cuBLAS takes and keeps, in bytes: in ``forward`` and in ``backward``."""
    context: tuple[int, int]
    """Bounds of what lies outside of PyTorch's allocator, in bytes."""
    rules: tuple[WorkspaceRule, ...]
    """Which way is taken for a convolution: the first that fits."""

    def workspace(self, call: ConvolutionCall, direction: str, dtype: str, channels_last: bool = False) -> int:
        """The bytes that a convolution holds while it runs, taken after its result and given back at once.

        Args:
            call: the convolution, with its input, output and batch.
            direction: one of :data:`DIRECTIONS`.
            dtype: of the tensors as the convolution reads them: ``bfloat16`` under autocast.
            channels_last: whether they lie in memory with their channels last, as its matrix units read them.

        >>> from cnncost import load
        >>> from cnncost.algorithms import ConvolutionCall
        >>> from cnncost.footprint.cards.devices import DIRECTIONS, profile
        >>> node = load("vgg16").nodes[3]  # the second convolution
        >>> call = ConvolutionCall(node.layer, node.xs[0], node.y, batch=8)
        >>> [profile("h200").workspace(call, direction, "float32") for direction in DIRECTIONS]
        [0, 26738688, 463011840]
        """
        if channels_last:
            return 0
        return workspace_of(self.rules, call, direction, dtype, ITEM_SIZES[dtype])

    def matrix_workspaces(self, training: bool) -> tuple[int, ...]:
        """The blocks that cuBLAS takes in a process that multiplies matrices, and keeps."""
        forward, backward = self.workspaces_of_matrices["forward"], self.workspaces_of_matrices["backward"]
        return (*forward, *backward) if training else forward


def largest_workspace(call: ConvolutionCall, dtype: str) -> int:
    """The most that a convolution may hold while it runs, by any of the ways that are known: what a device without a
    profile is given as a bound, from 0.

    >>> from cnncost import load
    >>> from cnncost.algorithms import ConvolutionCall
    >>> node = load("vgg16").nodes[3]
    >>> largest_workspace(ConvolutionCall(node.layer, node.xs[0], node.y, batch=8), "float32")
    2434940928
    """
    item = ITEM_SIZES[dtype]
    return max(each.bytes(call, item) for each in WORKSPACES.values() if each.applies(call))


def profile(name: str) -> DeviceProfile:
    """The profile that ships under this name, or that of a file.

    Raises:
        SpecError: there is none of that name, or the file is not a profile.
    """
    shipped = profiles()
    if name in shipped:
        return _shipped(name)
    if name.endswith((".yaml", ".yml")):
        from cnncost.footprint.cards.devices.record import (
            checked,  # pydantic: only who brings a file of their own waits
        )

        return _profile_of(checked(read_plain(name), name))
    known = ", ".join(f"`{each}`" for each in shipped)
    raise SpecError(
        f"no profile of a device is called `{name[:80]}`{did_you_mean(name[:80], shipped)}",
        hint=f"there is {known}; the path of a YAML file is a profile of your own",
    )


@cache
def profiles() -> dict[str, Path]:
    """The files of the profiles that ship with cnncost, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml")) if path.stem not in _NOT_PROFILES}


@cache
def _shipped(name: str) -> DeviceProfile:
    return _profile_of(read_plain(profiles()[name]))


def _profile_of(data: Mapping[str, Any]) -> DeviceProfile:
    values = {name: value for name, value in data.items() if name not in ("matrix_workspaces", "context", "workspaces")}
    return DeviceProfile(
        **{"card": None, **values},
        workspaces_of_matrices={when: tuple(sizes) for when, sizes in data["matrix_workspaces"].items()},
        context=tuple(data["context"]),
        rules=tuple([WorkspaceRule(**_frozen(rule)) for rule in data["workspaces"]]),
    )


def _frozen(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list | tuple) else value for name, value in rule.items()}
