"""Attention over positions, in the blocks of YOLO11 (Ultralytics' `nn/modules/block.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.ultralytics.blocks import halves
from cnncost.importers.ultralytics.modules import count, module, real

if TYPE_CHECKING:
    from cnncost.importers.ultralytics.site import Site

_CHANNELS_OF_A_HEAD = 64


@module("C2PSA", scaled=("out",), out=count(), repeats=count(1), expansion=real(0.5))
def c2psa(site: Site, x: int, given: Any) -> int:
    """Half of the channels go through attention over positions (Wang et al. 2024, YOLOv10, section 3.2)."""
    first, y = halves(site, site.conv("cv1", x, 2 * int(site.channels(x) * given.expansion)))
    for index in range(given.repeats):
        y = _block(site.inside(f"m[{index}]", "PSABlock"), y)
    return site.conv("cv2", site.add("concat", [first, y], "concat"), given.out)


def _block(site: Site, x: int) -> int:
    """Attention and two pointwise convolutions, each with the sum of what it reads."""
    channels = site.channels(x)
    x = site.add("add", [x, _attention(site.inside("attn", "Attention"), x)], "add")
    y = site.conv("ffn[1]", site.conv("ffn[0]", x, 2 * channels), channels, act=False)
    return site.add("add", [x, y], "add_2")


def _attention(site: Site, x: int) -> int:
    """Every position attends to every other; keys have half as many numbers as values.

    Queries, keys and values of all heads come from one convolution. The values pass a depthwise convolution besides,
    which tells positions apart.
    """
    shape = site.shape(x)
    heads = max(1, shape.channels // _CHANNELS_OF_A_HEAD)
    values = shape.channels // heads
    keys = values // 2
    y = site.conv("qkv", x, shape.channels + 2 * keys * heads, act=False)
    y = site.add("reshape", [y], "heads", size=[heads, 2 * keys + values, shape.positions])
    q, k, v = (
        site.add("slice", [y], name, start=start, stop=stop, axis=0)
        for name, start, stop in (("q", 0, keys), ("k", keys, 2 * keys), ("v", 2 * keys, 2 * keys + values))
    )
    q = site.add("permute", [q], "transpose", axes=[0, 2, 1])
    weights = site.add("scale", [site.add("matmul", [q, k], "matmul")], "scale", factor=keys**-0.5)
    weights = site.add("permute", [site.add("softmax", [weights], "softmax", axis=1)], "transpose_2", axes=[0, 2, 1])
    y = site.add("matmul", [v, weights], "matmul_2")
    attended, plain = (
        site.add("reshape", [node], name, size=list(shape.dims)) for node, name in ((y, "map"), (v, "map_2"))
    )
    y = site.add("add", [attended, site.depthwise("pe", plain, shape.channels, 3, act=False)], "add")
    return site.conv("proj", y, shape.channels, act=False)
