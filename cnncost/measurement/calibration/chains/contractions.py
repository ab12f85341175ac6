"""Convolutions of every kind, linear layers and attention: what takes most of a network's time.

Each stands between the layers that stand around it in networks, so that it finds the caches as it does there, and in
training makes the gradient of what it reads too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.measurement.calibration.case import Chain, links

if TYPE_CHECKING:
    from cnncost.measurement.calibration.draw import Draw

_WIDENINGS = {0.25: 1.0, 0.5: 1.5, 1.0: 4.0, 2.0: 1.5, 4.0: 1.0}
"""Output by input channels, and how often that is drawn."""


def _between(family: str, channels: int, spatial: tuple[int, ...], layer: str, **arguments: Any) -> Chain:
    """A layer between a normalisation and an activation."""
    return Chain(
        family=family,
        channels=channels,
        spatial=spatial,
        links=links("batchnorm", (layer, arguments), "batchnorm", "relu"),
    )


def _out(draw: Draw, channels: int) -> int:
    return max(draw.rounded(channels * draw.weighted(_WIDENINGS), 8 if channels % 8 == 0 else 1), 4)


def pointwise(draw: Draw) -> Chain:
    """A convolution with one weight for each pair of channels."""
    side = draw.side()
    channels = draw.channels(side)
    stride = draw.weighted({1: 9.0, 2: 1.0})
    return _between("pointwise", channels, (side, side), "conv", out=_out(draw, channels), stride=stride, bias=False)


def convolution(draw: Draw) -> Chain:
    """A convolution with a square kernel."""
    side = draw.side()
    channels, kernel = draw.channels(side), draw.weighted({3: 7.0, 5: 1.5, 7: 0.5, 2: 0.5, 4: 0.5})
    return _between(
        "convolution",
        channels,
        (side, side),
        "conv",
        out=_out(draw, channels),
        kernel=kernel,
        stride=draw.weighted({1: 7.0, 2: 3.0}),
        padding=kernel // 2,
        bias=draw.chance(0.3),
    )


def stem(draw: Draw) -> Chain:
    """The first convolution of a network, which reads an image, and no gradient of it is made."""
    side, kernel = (
        draw.one_of((32, 64, 128, 224, 299)),
        draw.weighted({3: 5.0, 5: 1.0, 7: 2.0, 4: 1.0, 11: 1.0, 16: 1.0}),
    )
    stride = 4 if kernel in (4, 11) else 16 if kernel == 16 else draw.one_of((1, 2))
    convolved = {"out": draw.one_of((16, 24, 32, 48, 64, 96)), "kernel": kernel, "stride": stride}
    padding = 0 if kernel in (4, 16) else kernel // 2
    return Chain(
        family="stem",
        channels=draw.weighted({3: 6.0, 1: 1.0}),
        spatial=(side, side),
        links=links(("conv", {**convolved, "padding": padding}), "relu"),
    )


def depthwise(draw: Draw) -> Chain:
    """A convolution of every channel by itself."""
    side = draw.side(112)
    channels, kernel = draw.channels(side, 16), draw.weighted({3: 5.0, 5: 3.0, 7: 2.0, 9: 0.5})
    stride = draw.weighted({1: 7.0, 2: 3.0})
    return _between(
        "depthwise",
        channels,
        (side, side),
        "conv",
        out=channels,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        groups=channels,
        bias=False,
    )


def grouped(draw: Draw) -> Chain:
    """A convolution in groups of channels."""
    side = draw.side(112)
    groups, width = draw.one_of((2, 3, 4, 8, 16, 32)), draw.one_of((4, 8, 16, 24, 32, 64))
    kernel = draw.weighted({3: 3.0, 1: 1.0})
    return _between(
        "grouped",
        groups * width,
        (side, side),
        "conv",
        out=groups * width,
        kernel=kernel,
        stride=draw.weighted({1: 3.0, 2: 1.0}),
        padding=kernel // 2,
        groups=groups,
        bias=False,
    )


def dilated(draw: Draw) -> Chain:
    """A convolution whose kernel has holes."""
    side = draw.one_of((14, 28, 32, 56))
    channels, dilation = draw.channels(side), draw.one_of((2, 4, 6))
    return _between(
        "dilated",
        channels,
        (side, side),
        "conv",
        out=channels,
        kernel=3,
        padding=dilation,
        dilation=dilation,
        bias=False,
    )


def oblong(draw: Draw) -> Chain:
    """A convolution along one axis of a map."""
    side, length = draw.one_of((7, 8, 14, 17, 28, 35)), draw.one_of((3, 5, 7))
    kernel = draw.one_of(([1, length], [length, 1]))
    padding = [size // 2 for size in kernel]
    channels = draw.channels(side)
    return _between(
        "oblong", channels, (side, side), "conv", out=_out(draw, channels), kernel=kernel, padding=padding, bias=False
    )


def line(draw: Draw) -> Chain:
    """A convolution of a signal."""
    length, kernel = draw.one_of((128, 256, 512, 1024, 2048)), draw.one_of((1, 3, 7, 11))
    channels = draw.rounded(draw.between(16, 512), 8)
    return _between(
        "line", channels, (length,), "conv", out=_out(draw, channels), kernel=kernel, padding=kernel // 2, bias=False
    )


def volume(draw: Draw) -> Chain:
    """A convolution of a volume."""
    side = draw.one_of((8, 14, 16, 28, 32, 56))
    channels = draw.rounded(draw.between(8, 1024 / side * 8), 8)
    depth, kernel = draw.one_of((4, 8, 16)), draw.one_of(([3, 3, 3], [1, 3, 3], [3, 1, 1], [1, 1, 1]))
    padding = [size // 2 for size in kernel]
    return _between(
        "volume", channels, (depth, side, side), "conv", out=channels, kernel=kernel, padding=padding, bias=False
    )


def transposed(draw: Draw) -> Chain:
    """A transposed convolution."""
    side = draw.side(64)
    kernel, padding = draw.one_of(((2, 0), (4, 1), (3, 1)))
    channels = draw.channels(side)
    return _between(
        "transposed",
        channels,
        (side, side),
        "conv_transpose",
        out=max(channels // draw.one_of((1, 2)), 1),
        kernel=kernel,
        stride=2,
        padding=padding,
        bias=False,
    )


def linear(draw: Draw) -> Chain:
    """Linear layers, as classifiers have them and as gates of channels do."""
    width = draw.rounded(draw.between(16, 9216), 8)
    hidden, out = (draw.rounded(draw.between(8, 4096), 8) for _ in range(2))
    return Chain(
        family="linear",
        channels=width,
        links=links(("linear", {"out": hidden}), "relu", ("linear", {"out": out}), "sigmoid"),
    )


def perceptron(draw: Draw) -> Chain:
    """The two linear layers of a transformer's block."""
    width = draw.one_of((64, 96, 128, 192, 256, 384, 512, 768, 1024))
    return Chain(
        family="perceptron",
        channels=width,
        spatial=(draw.one_of((49, 50, 64, 196, 197, 256, 784, 1024)),),
        tokens=True,
        links=links("layernorm", ("linear", {"out": 4 * width}), "gelu", ("linear", {"out": width})),
    )


def attention(draw: Draw) -> Chain:
    """Attention of a transformer's block."""
    width = draw.one_of((64, 128, 192, 256, 384, 512, 768, 1024))
    heads = draw.one_of([heads for heads in (2, 4, 8, 12, 16) if width % heads == 0])
    return Chain(
        family="attention",
        channels=width,
        spatial=(draw.one_of((49, 50, 64, 196, 197, 256, 784)),),
        tokens=True,
        links=links("layernorm", ("attention", {"heads": heads})),
    )


FAMILIES = {
    "pointwise": pointwise,
    "convolution": convolution,
    "depthwise": depthwise,
    "linear": linear,
    "stem": stem,
    "grouped": grouped,
    "perceptron": perceptron,
    "attention": attention,
    "transposed": transposed,
    "dilated": dilated,
    "oblong": oblong,
    "line": line,
    "volume": volume,
}
"""By name."""

SHARES = {
    "pointwise": 14.0,
    "convolution": 14.0,
    "depthwise": 7.0,
    "linear": 4.0,
    "stem": 3.0,
    "grouped": 5.0,
    "perceptron": 2.0,
    "attention": 2.0,
    "transposed": 2.0,
    "dilated": 2.0,
    "oblong": 2.0,
    "line": 1.0,
    "volume": 1.0,
}
"""How many cases of each are measured, as parts of all."""
