"""Darknet's layers, a function each: from the options of a section to layers of cnncost.

Sizes and defaults are those of Darknet's `src/parser.c` and of the `make_..._layer` that it calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.importers.darknet.network import Network
    from cnncost.importers.darknet.sections import Section

    Reader = Callable[[Network, Section], int]

READERS: dict[str, Reader] = {}
"""What reads a section, by what stands in its brackets; it gives the node of the layer's output."""


def reads(*kinds: str) -> Callable[[Reader], Reader]:
    """Register a function as the reader of sections of these kinds."""

    def register(reader: Reader) -> Reader:
        READERS.update(dict.fromkeys(kinds, reader))
        return reader

    return register


def _strides(section: Section) -> tuple[int, int]:
    """The strides along height and width."""
    stride = section.integer("stride", 1, low=1)
    return section.integer("stride_y", stride, low=1), section.integer("stride_x", stride, low=1)


@reads("convolutional", "conv")
def convolutional(network: Network, section: Section) -> int:
    """A convolution, with batch normalisation in the place of its bias where that is asked for, and its activation."""
    network.refuse(section, "antialiasing", "binary", "xnor", "share_index", "cbn", "coordconv", "deform")
    size = section.integer("size", 1, low=1)
    padding = section.integer("padding", 0)
    padding = size // 2 if section.integer("pad", 0) else padding
    dilation = section.integer("dilation", 1, low=1) if size > 1 else 1
    normalised = bool(section.integer("batch_normalize", 0))
    node = network.add(
        section,
        "conv",
        [network.last],
        out=section.integer("filters", 1, low=1),
        kernel=size,
        stride=list(_strides(section)),
        padding=padding,
        dilation=dilation,
        groups=section.integer("groups", 1, low=1),
        bias=not normalised,
    )
    if normalised:
        node = network.add(section, "batchnorm", [node])
    return network.activate(section, node, "logistic")


@reads("deconvolutional", "deconv")
def deconvolutional(network: Network, section: Section) -> int:
    """A transposed convolution."""
    size = section.integer("size", 1, low=1)
    padding = section.integer("padding", 0)
    padding = size // 2 if section.integer("pad", 0) else padding
    normalised = bool(section.integer("batch_normalize", 0))
    node = network.add(
        section,
        "conv_transpose",
        [network.last],
        out=section.integer("filters", 1, low=1),
        kernel=size,
        stride=section.integer("stride", 1, low=1),
        padding=padding,
        bias=not normalised,
    )
    if normalised:
        node = network.add(section, "batchnorm", [node])
    return network.activate(section, node, "logistic")


@reads("connected", "conn")
def connected(network: Network, section: Section) -> int:
    """A fully connected layer over all that it reads."""
    normalised = bool(section.integer("batch_normalize", 0))
    node = network.last
    if network.shape(node).layout != "flat":
        node = network.add(section, "flatten", [node])
    node = network.add(section, "linear", [node], out=section.integer("output", 1, low=1), bias=not normalised)
    if normalised:
        node = network.add(section, "batchnorm", [node])
    return network.activate(section, node, "logistic")


@reads("batchnorm")
def batchnorm(network: Network, section: Section) -> int:
    """Batch normalisation on its own."""
    return network.add(section, "batchnorm", [network.last])


@reads("normalization", "lrn")
def normalization(network: Network, section: Section) -> int:
    """Local response normalisation over channels, whose `alpha` is not divided by how many are summed up."""
    size = section.integer("size", 5, low=1)
    numbers = {
        "alpha": size * section.real("alpha", 1e-4),
        "beta": section.real("beta", 0.75),
        "k": section.real("kappa", 1.0),
    }
    return network.add(section, "local_response_norm", [network.last], size=size, **numbers)


@reads("activation")
def activation(network: Network, section: Section) -> int:
    """An activation on its own."""
    return network.activate(section, network.last, "linear")


def _windows(network: Network, section: Section) -> dict[str, list[int] | list[list[int]]]:
    """Size, stride and padding of a pool, which Darknet pads by `padding` numbers altogether, the odd one behind.

    What is padded behind and read by no window is left out.
    """
    strides = _strides(section)
    size = section.integer("size", strides[0], low=1)
    padding = section.integer("padding", size - 1)
    pairs = []
    for extent, stride in zip(network.shape(network.last).spatial, strides, strict=True):
        outputs = (extent + padding - size) // stride + 1
        needed = (outputs - 1) * stride + size - extent - padding // 2
        pairs.append([padding // 2, max(0, needed)])
    return {"kernel": [size, size], "stride": list(strides), "padding": pairs}


@reads("maxpool", "max")
def maxpool(network: Network, section: Section) -> int:
    """Max pooling."""
    network.refuse(section, "maxpool_depth", "antialiasing")
    return network.add(section, "maxpool", [network.last], **_windows(network, section))


@reads("local_avgpool", "local_avg")
def local_avgpool(network: Network, section: Section) -> int:
    """Average pooling without padding; what Darknet's padding averages over is its own."""
    windows = _windows(network, section)
    if any(side for pair in windows["padding"] if isinstance(pair, list) for side in pair):
        hint = "with `padding=0` it is average pooling as elsewhere"
        raise SpecError("average pooling with padding is not known", section.where("padding"), hint=hint)
    return network.add(section, "avgpool", [network.last], **windows | {"padding": 0})


@reads("avgpool", "avg")
def avgpool(network: Network, section: Section) -> int:
    """The mean of every channel, which stays a map of one position."""
    return network.add(section, "adaptive_avgpool", [network.last], size=1)


@reads("upsample")
def upsample(network: Network, section: Section) -> int:
    """Nearest neighbours."""
    if section.real("scale", 1.0) != 1.0:
        raise SpecError("`scale` of `[upsample]` is not known", section.where("scale"), hint="only 1 is")
    return network.add(section, "upsample", [network.last], scale=section.integer("stride", 2, low=1))


@reads("reorg", "reorg3d")
def reorg(network: Network, section: Section) -> int:
    """Positions become channels, in an order of Darknet's own, which costs the same."""
    network.refuse(section, "reverse")
    stride = section.integer("stride", 1, low=1)
    return network.add(section, "space_to_depth", [network.last], factor=stride)


@reads("dropout")
def dropout(network: Network, section: Section) -> int:
    """Dropout, which is free in inference."""
    return network.add(section, "dropout", [network.last], p=section.real("probability", 0.2))


@reads("softmax", "soft")
def softmax(network: Network, section: Section) -> int:
    """Softmax over all that it reads."""
    section.integer("groups", 1)
    return network.add(section, "softmax", [network.last])


@reads("crop", "cost", "empty", "silence", "contrastive")
def passed(network: Network, _section: Section) -> int:
    """What exists in training, or changes nothing: crops of larger images, losses."""
    return network.last


@reads("yolo", "region", "detection", "Gaussian_yolo")
def head(network: Network, _section: Section) -> int:
    """Where detections are decoded: an output of the network."""
    network.heads.append(network.last)
    return network.last
