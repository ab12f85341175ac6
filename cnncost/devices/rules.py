"""Which way a library takes for a convolution on a device: rules that are tried in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.records import NamedTuple
from cnncost.symbolic.dims import ceil_div, product

if TYPE_CHECKING:
    from cnncost.algorithms import ConvolutionCall

    Range = tuple[int | None, int | None]

DIRECTIONS = ("forward", "input_gradient", "weight_gradient")
"""What is computed of a convolution: its output, or in backward the gradient of its input or of its weights."""

_TILE = 30
"""Outputs of a tile of 32 × 32 along each axis, for a kernel of 3 × 3."""


class WorkspaceRule(NamedTuple):
    """One rule: the way that is taken where all that it says holds. What it leaves open is ``None``."""

    algorithm: str
    """One of :data:`cnncost.algorithms.workspaces.WORKSPACES`."""
    directions: tuple[str, ...] | None = None
    """Some of :data:`DIRECTIONS`."""
    dtypes: tuple[str, ...] | None = None
    """Of the tensors, as the convolution reads them."""
    axes: int | None = None
    """Axes of the map: 2 for images, 3 for videos."""
    kernel: tuple[int, ...] | None = None
    """Exactly this kernel."""
    pointwise: bool | None = None
    """Whether the kernel is of one element."""
    strided: bool | None = None
    """Whether outputs are left out along some axis."""
    dilated: bool | None = None
    """Whether the kernel has holes."""
    widens: bool | None = None
    """Whether there are more output than input channels."""
    ragged: int | None = None
    """The channels, which are in no groups, of the input or of the output are no multiple of so many."""
    batch: Range | None = None
    """From how many samples to how many."""
    in_channels: Range | None = None
    """From how many to how many."""
    out_channels: Range | None = None
    """From how many to how many."""
    weights: Range | None = None
    """How many."""
    map: Range | None = None
    """The shortest axis of the output."""
    positions: Range | None = None
    """Outputs of one channel, of the whole batch."""
    channels_per_tile: int | None = None
    """At most so many input channels for each tile of 30 × 30 outputs of the batch."""

    def fits(self, call: ConvolutionCall, direction: str, dtype: str) -> bool:
        """Whether all that the rule says holds."""
        return (
            (self.directions is None or direction in self.directions)
            and (self.dtypes is None or dtype in self.dtypes)
            and self._fits_layer(call)
            and self._fits_sizes(call)
        )

    def _fits_layer(self, call: ConvolutionCall) -> bool:
        layer = call.layer
        return (
            (self.axes is None or self.axes == len(layer.kernel))
            and (self.kernel is None or self.kernel == layer.kernel)
            and (self.pointwise is None or self.pointwise == (product(layer.kernel) == 1))
            and (self.strided is None or self.strided == (max(layer.stride) > 1))
            and (self.dilated is None or self.dilated == (max(layer.dilation) > 1))
            and (self.ragged is None or _is_ragged(call, self.ragged))
            and (self.widens is None or self.widens == (layer.out > call.x.channels))
        )

    def _fits_sizes(self, call: ConvolutionCall) -> bool:
        return (
            _within(self.batch, call.batch)
            and _within(self.in_channels, call.x.channels)
            and _within(self.out_channels, call.layer.out)
            and _within(self.weights, call.filters * product(call.layer.kernel))
            and _within(self.map, min(call.y.spatial))
            and _within(self.positions, call.batch * call.y.positions)
            and (self.channels_per_tile is None or call.x.channels <= self.channels_per_tile * _tiles(call))
        )


def workspace_of(rules: tuple[WorkspaceRule, ...], call: ConvolutionCall, direction: str, dtype: str, item: int) -> int:
    """The workspace that the first fitting rule names, in bytes; 0 where none does."""
    for rule in rules:
        if rule.fits(call, direction, dtype):
            workspace = WORKSPACES[rule.algorithm]
            if workspace.applies(call):
                return workspace.bytes(call, item)
    return 0


def _is_ragged(call: ConvolutionCall, whole: int) -> bool:
    channels = (call.x.channels, call.layer.out)
    return getattr(call.layer, "groups", 1) == 1 and any(count % whole for count in channels)


def _within(bounds: Range | None, value: int) -> bool:
    if bounds is None:
        return True
    low, high = bounds
    return (low is None or low <= value) and (high is None or value <= high)


def _tiles(call: ConvolutionCall) -> int:
    return call.batch * product(ceil_div(size, _TILE) for size in call.y.spatial)
