"""Configuration files of Darknet, composed as the papers describe the networks."""

from __future__ import annotations

HEADER = "[net]\nwidth={size}\nheight={size}\nchannels=3\nmomentum=0.9\n"


def conv(filters: int, size: int, stride: int = 1, activation: str = "leaky") -> str:
    """A convolution with batch normalisation."""
    return (
        f"[convolutional]\nbatch_normalize=1\nfilters={filters}\nsize={size}\nstride={stride}\npad=1\n"
        f"activation={activation}\n"
    )


def head(filters: int) -> str:
    """The convolution that boxes are decoded from, and what decodes them."""
    last = f"[convolutional]\nsize=1\nstride=1\npad=1\nfilters={filters}\nactivation=linear\n"
    return last + "[yolo]\nmask = 6,7,8\nanchors = 10,13\nclasses=80\nnum=9\njitter=.3\n"


def route(*layers: int) -> str:
    """Earlier layers side by side."""
    return f"[route]\nlayers = {', '.join(map(str, layers))}\n"


def pool(size: int, stride: int) -> str:
    """Max pooling."""
    return f"[maxpool]\nsize={size}\nstride={stride}\n"


UPSAMPLE = "[upsample]\nstride=2\n"
SHORTCUT = "[shortcut]\nfrom=-3\nactivation=linear\n"


def darknet53() -> str:
    """The backbone of YOLOv3: 52 convolutions (Redmon and Farhadi 2018, table 1)."""
    text = conv(32, 3)
    for filters, blocks in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        text += conv(filters, 3, 2) + (conv(filters // 2, 1) + conv(filters, 3) + SHORTCUT) * blocks
    return text


def yolov3(size: int = 416) -> str:
    """YOLOv3 (Redmon and Farhadi 2018): three heads, each but the first joined with a map of the backbone."""

    def tail(filters: int) -> str:
        five = conv(filters, 1) + (conv(filters * 2, 3) + conv(filters, 1)) * 2
        return five + conv(filters * 2, 3) + head(255)

    text = HEADER.format(size=size) + darknet53() + tail(512)
    text += route(-4) + conv(256, 1) + UPSAMPLE + route(-1, 61) + tail(256)
    return text + route(-4) + conv(128, 1) + UPSAMPLE + route(-1, 36) + tail(128)


def yolov3_tiny(size: int = 416) -> str:
    """The small one: pools instead of strides, the last of them over the border, and two heads."""
    text = HEADER.format(size=size)
    for filters in (16, 32, 64, 128, 256):
        text += conv(filters, 3) + pool(2, 2)
    text += conv(512, 3) + pool(2, 1) + conv(1024, 3) + conv(256, 1) + conv(512, 3) + head(255)
    return text + route(-4) + conv(128, 1) + UPSAMPLE + route(-1, 8) + conv(256, 3) + head(255)


def yolov4(size: int = 608) -> str:
    """YOLOv4 (Bochkovskiy et al. 2020): cross-stage partial stages with Mish, pools of three sizes, and two ways up."""
    text = HEADER.format(size=size) + conv(32, 3, 1, "mish")
    for stage, (filters, blocks) in enumerate(((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4))):
        text += _partial_stage(filters, blocks, whole=stage == 0)
    text += conv(512, 1) + conv(1024, 3) + conv(512, 1)
    text += pool(5, 1) + route(-2) + pool(9, 1) + route(-4) + pool(13, 1) + route(-1, -3, -5, -6)
    text += conv(512, 1) + conv(1024, 3) + conv(512, 1)  # layer 116
    text += conv(256, 1) + UPSAMPLE + route(85) + conv(256, 1) + route(-1, -3) + _five(256)  # layer 126
    text += conv(128, 1) + UPSAMPLE + route(54) + conv(128, 1) + route(-1, -3) + _five(128)  # layer 136
    text += conv(256, 3) + head(255)
    text += route(-4) + conv(256, 3, 2) + route(-1, -16) + _five(256) + conv(512, 3) + head(255)
    return text + route(-4) + conv(512, 3, 2) + route(-1, -37) + _five(512) + conv(1024, 3) + head(255)


def _five(filters: int) -> str:
    return conv(filters, 1) + (conv(filters * 2, 3) + conv(filters, 1)) * 2


def _partial_stage(filters: int, blocks: int, *, whole: bool) -> str:
    """Half of the channels go through the blocks of a stage; in the first stage, as many as there are go both ways."""
    half = filters if whole else filters // 2
    inner = filters // 2
    text = conv(filters, 3, 2, "mish") + conv(half, 1, 1, "mish") + route(-2) + conv(half, 1, 1, "mish")
    text += (conv(inner, 1, 1, "mish") + conv(half, 3, 1, "mish") + SHORTCUT) * blocks
    return text + conv(half, 1, 1, "mish") + route(-1, -(3 * blocks + 4)) + conv(filters, 1, 1, "mish")
