"""Where a module of a network is built: the nodes that it adds are called by its place in the module tree."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

from cnncost.graph.graph import Container
from cnncost.graph.names import joined
from cnncost.importers.names import kind_of_class
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.errors import Span
    from cnncost.graph.builder import GraphBuilder
    from cnncost.layers import Tensor

ACTIVATIONS = {
    "nn.ELU()": "elu",
    "nn.GELU()": "gelu",
    "nn.Hardswish()": "hardswish",
    "nn.Identity()": "identity",
    "nn.LeakyReLU(0.1)": "leaky_relu",
    "nn.Mish()": "mish",
    "nn.ReLU()": "relu",
    "nn.ReLU6()": "relu6",
    "nn.SiLU()": "silu",
}
"""Layers by what a model file calls its activation, as it is written in Python."""


class Site:
    """One place in the module tree.

    Attributes:
        builder: where nodes are added.
        containers: what the place lies in, itself last.
        span: the row of the model file, which errors show.
        activation: the layer that convolutions are followed by.
        is_light: whether heads find classes by depthwise convolutions, as YOLO11's do.
    """

    __slots__ = ("activation", "builder", "containers", "is_light", "span")

    def __init__(
        self,
        builder: GraphBuilder,
        containers: tuple[Container, ...],
        span: Span,
        *,
        activation: str,
        is_light: bool,
    ) -> None:
        self.builder = builder
        self.containers = containers
        self.span = span
        self.activation = activation
        self.is_light = is_light

    def inside(self, name: str, kind: str) -> Site:
        """The place of a module of this one."""
        containers = (*self.containers, Container(name, kind_of_class(kind)))
        return Site(self.builder, containers, self.span, activation=self.activation, is_light=self.is_light)

    def shape(self, node: int) -> Tensor:
        """The shape of one sample of what a node gives."""
        return self.builder.nodes[node].y

    def channels(self, node: int) -> int:
        """How many channels a node gives."""
        return self.shape(node).channels

    def add(
        self, kind: str, inputs: Sequence[int], name: str | None = None, trainable: bool = True, **fields: Any
    ) -> int:
        """Add a layer, called `name` in this place."""
        layer_type = REGISTRY[kind]
        rank = self.builder.rank(layer_type, inputs, self.span)
        layer = self.builder.make(layer_type, fields, rank, origin=self.span)
        path = joined([*[container.name for container in self.containers], name]) if name else None
        return self.builder.add(layer, inputs, path, containers=self.containers, trainable=trainable, origin=self.span)

    def norm(self, node: int, name: str | None = "bn") -> int:
        """Add a batch normalisation with the epsilon that Ultralytics gives all of them, in `initialize_weights`."""
        return self.add("batchnorm", [node], name, eps=1e-3)

    def activate(self, node: int) -> int:
        """Add the activation of convolutions."""
        slope: dict[str, Any] = {"slope": 0.1} if self.activation == "leaky_relu" else {}
        return self.add(self.activation, [node], "act", **slope)

    def conv(self, name: str, x: int, out: int, kernel: Any = 1, **options: Any) -> int:
        """A convolution without bias, its batch normalisation and its activation: Ultralytics' `Conv`."""
        return self.inside(name, "Conv").convolution(x, out=out, kernel=kernel, **options)

    def depthwise(self, name: str, x: int, out: int, kernel: int, **options: Any) -> int:
        """A convolution of as many groups as divide its channels: Ultralytics' `DWConv`."""
        groups = gcd(self.channels(x), out)
        return self.inside(name, "DWConv").convolution(x, out=out, kernel=kernel, groups=groups, **options)

    def convolution(
        self,
        x: int,
        *,
        out: int,
        kernel: int | list[int],
        stride: int = 1,
        padding: int | list[int] | None = None,
        groups: int = 1,
        dilation: int = 1,
        act: bool = True,
    ) -> int:
        """What :meth:`conv` adds, in this very place; padding is half the kernel unless it is given."""
        sizes = kernel if isinstance(kernel, list) else [kernel, kernel]
        half = [(dilation * (size - 1) + 1) // 2 for size in sizes]
        shape: dict[str, Any] = {"kernel": sizes, "stride": stride, "padding": half if padding is None else padding}
        y = self.add("conv", [x], "conv", out=out, bias=False, dilation=dilation, groups=groups, **shape)
        y = self.norm(y)
        return self.activate(y) if act else y
