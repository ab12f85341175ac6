"""Normalisations, activations and joins: what reads and writes each number once or a few times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.measurement.calibration.case import Chain, links, reading

if TYPE_CHECKING:
    from cnncost.measurement.calibration.draw import Draw

_ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "silu", "sigmoid", "tanh", "gelu", "hardswish", "hardsigmoid", "hardtanh"),
    *("elu", "mish", "prelu", "softplus", "relu"),
)
"""Of which `relu` is drawn twice as often as any other."""


def activation(draw: Draw) -> Chain:
    """Two activations behind a normalisation, and one in place."""
    side = draw.side()
    first, second = draw.one_of(_ACTIVATIONS), draw.one_of(_ACTIVATIONS)
    return Chain(
        family="activation",
        channels=draw.channels(side),
        spatial=(side, side),
        links=links("batchnorm", first, second, ("relu", {"inplace": True})),
    )


def normalisation(draw: Draw) -> Chain:
    """A normalisation of another kind than a batch's."""
    side = draw.side()
    channels = draw.rounded(draw.channels(side, 32), 32)
    norms: tuple[tuple[str, dict[str, object]], ...] = (
        ("groupnorm", {"groups": draw.one_of((8, 16, 32))}),
        ("instancenorm", {"affine": True}),
        ("local_response_norm", {"size": 5}),
        ("layernorm", {}),
        ("l2_normalize", {}),
    )
    layer = draw.one_of(norms)
    return Chain(
        family="normalisation", channels=channels, spatial=(side, side), links=links("batchnorm", layer, "relu")
    )


def token_normalisation(draw: Draw) -> Chain:
    """A normalisation of tokens, their softmax and activation."""
    return Chain(
        family="token normalisation",
        channels=draw.one_of((48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)),
        spatial=(draw.one_of((49, 64, 196, 784, 1024, 3136)),),
        tokens=True,
        links=links("layernorm", "gelu", draw.one_of(("softmax", "rms_norm", "layer_scale", "sigmoid"))),
    )


def sums(draw: Draw) -> Chain:
    """The joins of residual blocks, and a mean of maps."""
    side = draw.side()
    return Chain(
        family="sums",
        channels=draw.channels(side),
        spatial=(side, side),
        links=links("batchnorm", "relu", reading("add", 1, 2), "relu", reading(draw.one_of(("add", "multiply")), 2, 4)),
    )


def gate(draw: Draw) -> Chain:
    """The gate of a squeeze-and-excitation block."""
    side = draw.side(112)
    channels = draw.channels(side, 16)
    squeezed = max(draw.rounded(channels / draw.one_of((4, 16)), 1), 4)
    return Chain(
        family="gate",
        channels=channels,
        spatial=(side, side),
        links=links(
            "batchnorm",
            "global_avgpool",
            ("conv", {"out": squeezed}),
            "relu",
            ("conv", {"out": channels}),
            draw.one_of(("sigmoid", "hardsigmoid")),
            reading("multiply", 1, 6),
        ),
    )


FAMILIES = {
    "activation": activation,
    "sums": sums,
    "gate": gate,
    "normalisation": normalisation,
    "token normalisation": token_normalisation,
}
"""By name."""

SHARES = {"activation": 6.0, "sums": 4.0, "gate": 3.0, "normalisation": 2.0, "token normalisation": 2.0}
"""How many cases of each are measured, as parts of all."""
