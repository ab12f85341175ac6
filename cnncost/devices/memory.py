"""What a device takes of memory besides a step's tensors: fitted to measurements, or bounded without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.devices.rules import WorkspaceRule, workspace_of
from cnncost.records import NamedTuple
from cnncost.settings import ITEM_SIZES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.algorithms import ConvolutionCall


class MemoryProfile(NamedTuple):
    """What PyTorch and its libraries take on a device.

    >>> from cnncost.devices import memory_profile
    >>> memory_profile("h200").matrix_workspaces(training=True)
    (33554432, 1048576, 33554432)
    """

    workspaces_of_matrices: Mapping[str, tuple[int, ...]]
    """What cuBLAS takes and keeps, in bytes: in ``forward`` and in ``backward``."""
    context: tuple[int, int]
    """Bounds of what lies outside of PyTorch's allocator, in bytes."""
    rules: tuple[WorkspaceRule, ...]
    """Which way is taken for a convolution: the first that fits."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> MemoryProfile:
        """The profile of the section ``memory`` of a file."""
        return cls(
            workspaces_of_matrices={when: tuple(sizes) for when, sizes in data["matrix_workspaces"].items()},
            context=tuple(data["context"]),
            rules=tuple([WorkspaceRule(**_frozen(rule)) for rule in data["workspaces"]]),
        )

    def workspace(self, call: ConvolutionCall, direction: str, dtype: str, channels_last: bool = False) -> int:
        """The bytes that a convolution holds while it runs, taken after its result and given back at once.

        Args:
            call: the convolution, with its input, output and batch.
            direction: one of :data:`DIRECTIONS`.
            dtype: of the tensors as the convolution reads them: ``bfloat16`` under autocast.
            channels_last: whether they lie in memory with their channels last, as its matrix units read them.

        >>> from cnncost import load
        >>> from cnncost.algorithms import ConvolutionCall
        >>> from cnncost.devices import DIRECTIONS, memory_profile
        >>> node = load("vgg16").nodes[3]  # the second convolution
        >>> call = ConvolutionCall(node.layer, node.xs[0], node.y, batch=8)
        >>> [memory_profile("h200").workspace(call, direction, "float32") for direction in DIRECTIONS]
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


def _frozen(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list | tuple) else value for name, value in rule.items()}
