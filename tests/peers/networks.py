"""What the tools count: networks that ship, small enough to run, and probes of one layer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from cnncost import load
from cnncost.language.load import loads

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

PROBES = Path(__file__).parent.parent / "data" / "peer_probes.yaml"

SHIPPED: dict[str, tuple[int, ...] | None] = {
    "lenet5": None,
    "alexnet": (3, 227, 227),
    "alexnet_original": (3, 227, 227),
    "alexnet_torchvision": (3, 96, 96),
    "nin_cifar10": None,
    "all_cnn_c": None,
    "vgg11": (3, 32, 32),
    "vggish": None,
    "googlenet": (3, 64, 64),
    "xception": (3, 96, 96),
    "resnet18": (3, 64, 64),
    "resnet20": None,
    "resnet50": (3, 64, 64),
    "resnetv2_18": (3, 64, 64),
    "seresnet50": (3, 64, 64),
    "cbam_resnet50": (3, 64, 64),
    "small_resnet": None,
    "densenet121": (3, 64, 64),
    "mobilenet_v1": (3, 64, 64),
    "mobilenet_v2": (3, 64, 64),
    "mobilenet_v3_small": (3, 64, 64),
    "shufflenet_g3_w1": (3, 64, 64),
    "shufflenet_v2_x0_5": (3, 64, 64),
    "efficientnet_b0": (3, 64, 64),
    "convnext_tiny": (3, 64, 64),
    "vit_b_32": (3, 64, 64),
    "unet": (3, 64, 64),
    "deeplabv3_resnet50": (3, 64, 64),
    "p4cnn": None,
    "wavenet_10": (256, 512),
    "c3d": (3, 16, 32, 32),
    "r3d_18": (3, 8, 32, 32),
    "r2plus1d_18": (3, 8, 32, 32),
}
"""Architectures that ship, with the input that they are counted at where their own is large."""

TRAINED = (
    "googlenet",  # with its auxiliary heads
    "resnet18",
    "probe: batchnorm flat",
    "probe: batchnorm 2d",
    "probe: batchnorm plain",
    "probe: dropout",
    "probe: groupnorm",
    "probe: instancenorm",
    "probe: layernorm flat",
    "probe: prelu",
    "probe: stochastic_depth",
)
"""Networks that are counted in training too."""

_STRIDES = "the tokens of a map are not contiguous, and PyTorch executes no addmm"
INEXACT = {
    ("ptflops_aten", "probe: linear on tokens of a map"): _STRIDES,
    ("ptflops_aten", "probe: attention on tokens of a map"): _STRIDES,
}
"""Presets that do not give the tool's number for a network, and why. A preset sees layers, not strides in memory."""


class Network(NamedTuple):
    """A network by its name, `probe: relu` or that of an architecture, and how it is counted.

    Attributes:
        input: the shape of a sample, where it is not the network's own.
        training: whether it is counted in training; few tools do that.
    """

    name: str
    input: tuple[int, ...] | None = None
    training: bool = False

    @property
    def settings(self) -> str:
        """What is set, as the command line takes it."""
        return "" if self.input is None else f"input={list(self.input)}".replace(" ", "")

    @property
    def mode(self) -> str:
        """The mode, as the command line takes it."""
        return "train" if self.training else "infer"

    @property
    def batches(self) -> tuple[int, ...]:
        """The batches that it is counted at; norms over a batch of one cannot train."""
        return (2,) if self.training else (1, 2)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.settings, self.training and self.mode)))

    def graph(self) -> Graph:
        """The graph of the network."""
        if self.name.startswith("probe: "):
            return loads(probes()[self.name], self.name)
        return load(self.name, input=self.input and list(self.input))


@cache
def probes() -> dict[str, str]:
    """The specs of the probes, by their names in the table."""
    rows = yaml.safe_load(PROBES.read_text(encoding="utf-8"))
    return {
        f"probe: {name}": yaml.safe_dump({"input": shape, "network": steps}, sort_keys=False)
        for name, (shape, *steps) in rows.items()
    }


def shipped() -> list[Network]:
    """The architectures that ship."""
    return [Network(name, shape) for name, shape in SHIPPED.items()]


def networks() -> list[Network]:
    """Every network that is counted."""
    trained = [Network(name, SHIPPED.get(name), training=True) for name in TRAINED]
    return [*shipped(), *map(Network, probes()), *trained]
