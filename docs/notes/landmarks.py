"""Figures of the notes 004, section 11 and figure 8.1: the landmark architectures, and what is said of them."""

from __future__ import annotations

from cnncost import load
from cnncost.published.reconciliation.parameters import of_matrices
from docs.notes.counting import (
    Entry,
    bottleneck,
    chain,
    convolved,
    layer,
    macs_of,
    network,
    one,
    part,
    plain,
    quotient,
    rows,
    share,
    totals,
)

_BIASES = "`deepspeed`"

_GOOGLENET_KILO_PARAMS = (2.7, 112, 159, 380, 364, 437, 463, 580, 840, 1072, 1388, 1000)
_GOOGLENET_MEGA_OPS = (34, 360, 128, 304, 73, 88, 100, 119, 170, 54, 71, 1)


def _lenet(number: int, convention: str, times: int, way: str) -> Entry:
    """A convolution of LeNet-5, where the notes count the bias additions too."""
    counted = lambda: rows("lenet5", "conv", convention=convention)[number].figures  # noqa: E731
    return Entry(layer("lenet5", "conv", number), lambda: (counted().params, times * counted().flops), way)


def _pool(number: int) -> Entry:
    """An average pool of LeNet-5, where the notes count the k^2 - 1 additions alone."""
    ours = lambda: rows("lenet5", "avgpool")[number].figures.flops  # noqa: E731
    return one(ours, lambda: ours() * 3 // 4, "the k² - 1 additions of each output, without the division")


def _bottleneck_conv(number: int) -> Entry:
    """A convolution of the bottleneck, where the notes add the biases."""

    def figures(convention: str) -> tuple[int, int]:
        found = bottleneck(convention).rows[number].figures
        return found.params, found.flops

    return Entry(lambda: figures("textbook"), lambda: figures("deepspeed"), _BIASES)


def _gap_saving() -> int:
    head = chain("[512, 7, 7]", "global_avgpool", "flatten", "linear: 1000")
    return sum(row.figures.params for row in rows("vgg16", "linear")) - head.totals.params


def _bottleneck_with_skip() -> tuple[int, int]:
    params, flops = totals(bottleneck("deepspeed"))
    return params, flops + chain("[256, 56, 56]", "add: [[], []]").totals.flops


FIGURES: dict[str, Entry] = {
    "004-lenet-c1": _lenet(0, "ptflops_aten", 1, "`ptflops_aten`: MACs and bias additions"),
    "004-lenet-p1": _pool(0),
    "004-lenet-c2": _lenet(1, "ptflops_aten", 2, "twice `ptflops_aten`"),
    "004-lenet-p2": _pool(1),
    "004-lenet-f1": Entry(layer("lenet5", "linear", 0)),
    "004-lenet-f2": Entry(layer("lenet5", "linear", 1)),
    "004-lenet-f3": Entry(layer("lenet5", "linear", 2)),
    "004-lenet-total": Entry(part("lenet5", 0, 5)),
    **{f"004-alex-conv{n}": Entry(layer("alexnet", "conv", n - 1)) for n in range(1, 6)},
    **{f"004-alex-fc{n}": Entry(layer("alexnet", "linear", n - 6)) for n in range(6, 9)},
    "004-alex-total": Entry(part("alexnet", 0, 8)),
    "004-alex-macs": one(
        lambda: network("alexnet").totals.macs,
        lambda: network("alexnet_original").totals.macs,
        "`macs` of the two groups of the original (`alexnet_original`)",
    ),
    "004-vgg-b1": Entry(part("vgg16", 0, 2)),
    "004-vgg-b2": Entry(part("vgg16", 2, 4)),
    "004-vgg-b3": Entry(part("vgg16", 4, 7)),
    "004-vgg-b4": Entry(part("vgg16", 7, 10)),
    "004-vgg-b5": Entry(part("vgg16", 10, 13)),
    "004-vgg-fc": Entry(part("vgg16", 0, 3, "linear")),
    "004-vgg-total": macs_of("vgg16"),
    "004-goog": Entry(
        lambda: totals(network("googlenet@heads=false")),
        lambda: (1_000 * sum(_GOOGLENET_KILO_PARAMS), 1_000_000 * sum(_GOOGLENET_MEGA_OPS)),
        "sum of the rows of the paper's own table (Szegedy et al. 2015, Table 1)",
    ),
    "004-bneck-1x1 (256->64)": _bottleneck_conv(0),
    "004-bneck-3x3 (64->64)": _bottleneck_conv(1),
    "004-bneck-1x1 (64->256)": _bottleneck_conv(2),
    "004-bneck-total": Entry(lambda: totals(bottleneck()), _bottleneck_with_skip, f"{_BIASES}, and the skip addition"),
    "004-bneck-plain": Entry(lambda: totals(plain())),
    "004-resnet18": macs_of("resnet18"),
    "004-resnet34": macs_of("resnet34"),
    "004-resnet50": macs_of("resnet50_v1"),
    "004-resnet101": macs_of("resnet101_v1"),
    "004-resnet152": macs_of("resnet152"),
    "004-mbv1-1.0 (224)": macs_of("mobilenet_v1"),
    "004-mbv1-0.75 (224)": macs_of("mobilenet_v1_075"),
    "004-mbv1-0.5 (160)": macs_of("mobilenet_v1_050_160"),
    "004-mbv2": Entry(
        lambda: totals(network("mobilenet_v2")),
        lambda: (of_matrices(load("mobilenet_v2")), network("mobilenet_v2").totals.macs),
        "`macs`, and the parameters of convolutions and linear layers alone, truncated",
    ),
    "004-effB0": macs_of("efficientnet_b0"),
    "004-effB3": macs_of("efficientnet_b3"),
    "004-effB7": macs_of("efficientnet_b7"),
    "004-11.7-LeNet-5": quotient("lenet5", 0.7e6, 61e3),
    "004-11.7-AlexNet": quotient("alexnet", 2.27e9, 62.4e6),
    "004-11.7-VGG-16": quotient("vgg16", 15.5e9, 138.4e6),
    "004-11.7-GoogLeNet": quotient("googlenet@heads=false", 1.5e9, 6.8e6),
    "004-11.7-ResNet-50": quotient("resnet50_v1", 3.8e9, 25.6e6),
    "004-11.7-MobileNetV2": quotient("mobilenet_v2", 300e6, 3.4e6),
    "004-11.7-EfficientNet-B0": quotient("efficientnet_b0", 390e6, 5.3e6),
    "004-11.7-EfficientNet-B7": quotient("efficientnet_b7", 37e9, 66e6),
    "004-gap-vgg": one(_gap_saving),
    "004-fc-share-alex": one(lambda: share("alexnet", "linear", "params")),
    "004-conv-share-alex": one(lambda: share("alexnet", "conv", "macs")),
    "004-fc-share-vgg": one(lambda: share("vgg16", "linear", "params")),
    "004-fc-flops-vgg": one(lambda: share("vgg16", "linear", "macs")),
    "004-bneck-x": Entry(
        lambda: (
            plain().totals.params / bottleneck().totals.params,
            plain().totals.macs / bottleneck().totals.macs,
        )
    ),
    "004-fig8.1": Entry(convolved),
    "004-r50-r34": Entry(lambda: (network("resnet50_v1").totals.macs, network("resnet34").totals.macs)),
    "004-b7-r152": Entry(lambda: (network("efficientnet_b7").totals.macs, network("resnet152").totals.macs)),
    "004-6x": one(lambda: network("alexnet").totals.macs / network("efficientnet_b0").totals.macs),
}
