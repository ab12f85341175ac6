"""The simple modules of Ultralytics' networks: convolutions, and what rows name of `torch.nn`.

Each is a function of the place where it is built, of the node that it reads and of its arguments, in Ultralytics'
order behind the channels that it reads (`nn/modules/conv.py`).
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

from cnncost.importers.ultralytics.modules import count, flag, module, optional, real, sides, size, word

if TYPE_CHECKING:
    from cnncost.importers.ultralytics.site import Site

_OUT = ("out",)


@module(
    "Conv",
    scaled=_OUT,
    out=count(),
    kernel=size(1),
    stride=count(1),
    padding=optional(),
    groups=count(1),
    dilation=count(1),
    act=flag(True),
)
def conv(site: Site, x: int, given: Any) -> int:
    """A convolution, its batch normalisation and its activation."""
    return site.convolution(x, **vars(given))


@module("DWConv", scaled=_OUT, out=count(), kernel=size(1), stride=count(1), dilation=count(1), act=flag(True))
def depthwise(site: Site, x: int, given: Any) -> int:
    """A convolution of as many groups as divide its channels."""
    return site.convolution(x, groups=gcd(site.channels(x), given.out), **vars(given))


@module(
    "Focus",
    scaled=_OUT,
    out=count(),
    kernel=size(1),
    stride=count(1),
    padding=optional(),
    groups=count(1),
    act=flag(True),
)
def focus(site: Site, x: int, given: Any) -> int:
    """Four neighbours become channels, and a convolution."""
    y = site.add("space_to_depth", [x], "space_to_depth", factor=2)
    return site.inside("conv", "Conv").convolution(y, **vars(given))


@module(
    "ConvTranspose", scaled=_OUT, out=count(), kernel=size(2), stride=count(2), padding=optional(0), norm=flag(True)
)
def conv_transpose(site: Site, x: int, given: Any) -> int:
    """A transposed convolution, its batch normalisation and its activation."""
    shape = {"kernel": given.kernel, "stride": given.stride, "padding": given.padding or 0}
    y = site.add("conv_transpose", [x], "conv_transpose", out=given.out, bias=not given.norm, **shape)
    return site.activate(site.norm(y) if given.norm else y)


@module(
    "nn.Conv2d",
    scaled=_OUT,
    out=count(),
    kernel=size(),
    stride=size(1),
    padding=optional(0),
    dilation=size(1),
    groups=count(1),
    bias=flag(True),
)
def plain_conv(site: Site, x: int, given: Any) -> int:
    """PyTorch's convolution."""
    return site.add("conv", [x], **vars(given))


@module("nn.ConvTranspose2d", scaled=_OUT, out=count(), kernel=size(), stride=size(1), padding=optional(0))
def plain_conv_transpose(site: Site, x: int, given: Any) -> int:
    """PyTorch's transposed convolution."""
    return site.add("conv_transpose", [x], **vars(given))


@module("nn.BatchNorm2d")
def batchnorm(site: Site, x: int, _: Any) -> int:
    """PyTorch's batch normalisation."""
    return site.norm(x, name=None)


@module("nn.MaxPool2d", kernel=size(), stride=optional(), padding=optional(0), dilation=size(1))
def maxpool(site: Site, x: int, given: Any) -> int:
    """PyTorch's max pooling."""
    return site.add("maxpool", [x], **{**vars(given), "stride": given.stride or given.kernel})


@module("nn.ZeroPad2d", sides=sides())
def zero_pad(site: Site, x: int, given: Any) -> int:
    """Zeros around a map: on the left, on the right, above and below."""
    each = given.sides if isinstance(given.sides, list) else [given.sides]
    left, right, above, below = each * (4 // len(each))
    return site.add("pad", [x], before_after=[[above, below], [left, right]])


@module("nn.Upsample", size=optional(), scale=real(2), mode=word("nearest"))
def upsample(site: Site, x: int, given: Any) -> int:
    """PyTorch's upsampling, to a size or by a factor."""
    by = {"scale": given.scale} if given.size is None else {"size": given.size}
    return site.add("upsample", [x], mode=given.mode, **by)


@module("nn.Identity")
def identity(_site: Site, x: int, _: Any) -> int:
    """Nothing."""
    return x


@module("Concat", joins=True, dimension=count(1))
def concat(site: Site, xs: list[int], given: Any) -> int:
    """Channels side by side, or, along the dimensions behind them, positions."""
    return site.add("concat", xs, axis="channels" if given.dimension == 1 else given.dimension - 2)
