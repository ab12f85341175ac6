"""Other sizes of a map: interpolation, padding, and windows as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation

_MODES = {
    "upsample_nearest1d": "nearest",
    "upsample_nearest2d": "nearest",
    "upsample_nearest3d": "nearest",
    "upsample_linear1d": "linear",
    "upsample_bilinear2d": "bilinear",
    "upsample_trilinear3d": "trilinear",
    "upsample_bicubic2d": "bicubic",
}
_PADS = {"constant": "pad", "reflect": "reflection_pad", "replicate": "replication_pad", "circular": "circular_pad"}


@operator(*_MODES)
def upsample(call: Call) -> Activation:
    """Interpolation to a size, or by whole numbers."""
    sizes, before = call.shape[2:], call.x.shape[2:]
    scaled = call.get("scale_factors") is not None
    if scaled and all(size % old == 0 for size, old in zip(sizes, before, strict=True)):
        scale = [size // old for size, old in zip(sizes, before, strict=True)]
        fields: dict[str, Any] = {"scale": scale[0] if len(set(scale)) == 1 else scale}
    else:
        fields = {"size": list(sizes)}
    if call.get("align_corners"):
        call.warn("interpolates with aligned corners: its receptive field is that of corners that are not")
    return call.layer("upsample", {**fields, "mode": _MODES[call.name]})


@operator("pad", "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "replication_pad2d")
def pad(call: Call) -> Activation:
    """Something around a map; less than nothing cuts off."""
    mode = "reflect" if "reflection" in call.name else "replicate" if "replication" in call.name else "constant"
    sides = list(call.get("pad", call.get("padding")))
    pairs = [tuple(sides[place : place + 2]) for place in range(0, len(sides), 2)]
    by_axis = {len(call.x.shape) - 1 - back: pair for back, pair in enumerate(pairs) if any(pair)}
    x = call.x
    for axis, (before, after) in list(by_axis.items()):
        x = _cut(call, x, axis, before, after)
        by_axis[axis] = max(before, 0), max(after, 0)
    return _padded(call, x, {axis: pair for axis, pair in by_axis.items() if any(pair)}, call.get("mode", mode))


def _cut(call: Call, x: Activation, axis: int, before: int, after: int) -> Activation:
    """What is left where the padding is below zero."""
    start, stop = max(-before, 0), x.shape[axis] - max(-after, 0)
    if (start, stop) == (0, x.shape[axis]):
        return x
    shape = (*x.shape[:axis], stop - start, *x.shape[axis + 1 :])
    return call.layer("slice", {"start": start, "stop": stop, **call.axis_field(x, axis)}, x, shape=shape)


def _padded(call: Call, x: Activation, by_axis: dict[int, tuple[int, int]], mode: str) -> Activation:
    spatial = [(0, 0)] * len(call.tensor(x).spatial)
    shape = list(x.shape)
    for axis, (before, after) in by_axis.items():
        name = call.axis(x, axis)
        shape[axis] += before + after
        if isinstance(name, int):
            spatial[name] = before, after
            continue
        if mode != "constant":
            raise call.unsupported(f"it pads the channels by `{mode}`")
        channels = (*x.shape[:axis], shape[axis], *x.shape[axis + 1 :])
        x = call.layer("pad_channels", {"before": before, "after": after}, x, shape=channels)
    if not any(map(any, spatial)):
        return x._replace(shape=tuple(shape))
    return call.layer(_PADS[mode], {"before_after": [list(pair) for pair in spatial]}, x)


@operator("im2col")
def im2col(call: Call) -> Activation:
    """Windows as columns."""
    return call.layer("unfold", _windows(call))


@operator("col2im")
def col2im(call: Call) -> Activation:
    """Columns added up where they came from."""
    return call.layer("fold", {"size": list(call["output_size"]), **_windows(call)})


def _windows(call: Call) -> dict[str, Any]:
    return {
        "kernel": list(call["kernel_size"]),
        "dilation": list(call["dilation"]),
        "padding": list(call["padding"]),
        "stride": list(call["stride"]),
    }
