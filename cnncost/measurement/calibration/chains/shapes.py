"""Pools, concatenations, resizing and what else moves numbers; and layers that take no longer than to be started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.measurement.calibration.case import Chain, links, reading

if TYPE_CHECKING:
    from cnncost.measurement.calibration.draw import Draw

TINY = "tiny"
"""The family of layers that take no longer than it takes to start them."""


def pool(draw: Draw) -> Chain:
    """A pool of windows."""
    side, kernel = draw.side(), draw.weighted({2: 2.0, 3: 3.0, 5: 0.5})
    stride = draw.weighted({2: 3.0, 1: 1.0})
    windows = {"kernel": kernel, "stride": stride, "padding": kernel // 2 if kernel > 2 else 0}
    return Chain(
        family="pool",
        channels=draw.channels(side),
        spatial=(side, side),
        links=links("batchnorm", "relu", (draw.weighted({"maxpool": 2.0, "avgpool": 1.0}), windows)),
    )


def global_pool(draw: Draw) -> Chain:
    """A pool of whole maps, and the classifier behind it."""
    side = draw.one_of((4, 7, 8, 14, 28, 56))
    pooled = draw.weighted({"global_avgpool": 4.0, "global_maxpool": 1.0})
    return Chain(
        family="global pool",
        channels=draw.channels(side),
        spatial=(side, side),
        links=links("batchnorm", pooled, "flatten", ("linear", {"out": draw.one_of((10, 100, 1000))})),
    )


def concat(draw: Draw) -> Chain:
    """What dense blocks and inception modules join."""
    side = draw.side(112)
    return Chain(
        family="concat",
        channels=draw.channels(side),
        spatial=(side, side),
        links=links("batchnorm", "relu", reading("concat", *draw.one_of(((1, 2), (2, 1, 2), (1, 2, 1, 2)))), "relu"),
    )


def resize(draw: Draw) -> Chain:
    """Maps made larger."""
    side = draw.one_of((7, 8, 14, 16, 28, 32, 56, 64))
    mode = draw.one_of(("nearest", "bilinear"))
    return Chain(
        family="resize",
        channels=draw.channels(2 * side),
        spatial=(side, side),
        links=links("batchnorm", ("upsample", {"scale": 2, "mode": mode}), "relu"),
    )


def moves(draw: Draw) -> Chain:
    """Numbers that change their place."""
    side = draw.one_of((8, 14, 16, 28, 32, 56))
    moving: tuple[tuple[str, dict[str, object]], ...] = (
        ("channel_shuffle", {"groups": draw.one_of((2, 4))}),
        ("pixel_shuffle", {"factor": 2}),
        ("space_to_depth", {"factor": 2}),
        ("pad", {"before_after": [[1, 1], [1, 1]]}),
        ("permute", {"axes": [1, 2, 0]}),
    )
    layer = draw.one_of(moving)
    channels = draw.rounded(draw.channels(side, 16), 16)
    even = side if side % 2 == 0 else side + 1
    return Chain(
        family="moves", channels=channels, spatial=(even, even), links=links("batchnorm", "relu", layer, "sigmoid")
    )


def tiny(draw: Draw) -> Chain:
    """Layers that take no longer than it takes to start them."""
    channels = draw.one_of((1, 4, 8))
    conv = ("conv", {"out": channels, "kernel": draw.one_of((1, 3)), "padding": 1})
    return Chain(
        family=TINY,
        channels=channels,
        spatial=(4, 4),
        links=links(
            "batchnorm",
            "relu",
            conv,
            "batchnorm",
            "relu",
            reading("add", 2, 5) if conv[1]["kernel"] == 3 else "sigmoid",
            ("maxpool", {"kernel": 2}),
            "flatten",
            ("linear", {"out": 8}),
            "relu",
        ),
    )


FAMILIES = {
    TINY: tiny,
    "pool": pool,
    "concat": concat,
    "global pool": global_pool,
    "resize": resize,
    "moves": moves,
}
"""By name."""

SHARES = {TINY: 2.0, "pool": 4.0, "concat": 3.0, "global pool": 3.0, "resize": 2.0, "moves": 2.0}
"""How many cases of each are measured, as parts of all."""
