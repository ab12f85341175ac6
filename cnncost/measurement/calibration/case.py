"""A case: a small network of ours that is measured, and under which conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnncost.graph.builder import GraphBuilder
from cnncost.layers import REGISTRY, Tensor
from cnncost.measurement.options import MeasureOptions
from cnncost.validation import Count, Flag, Positive, Record, Text

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.layers.base.tensor import Layout


class Link(Record):
    """One layer of a case."""

    type: Text
    """of the layer"""
    arguments: Mapping[Text, Any] = {}
    """its fields"""
    reads: tuple[Count, ...] = ()
    """numbers of what it reads, 0 for the input; what stands before it unless said"""


class Conditions(Record):
    """How a case runs."""

    dtype: Text = "float32"
    """number format: `float32`, `tf32`, `float16` or `bfloat16`"""
    channels_last: Flag = False
    """whether maps lie with their channels last in memory"""
    mode: Text = "infer"
    """`infer` or `train`"""

    def __str__(self) -> str:
        layout = "channels-last" if self.channels_last else "contiguous"
        return f"{self.dtype}, {layout}, {self.mode}"


class Chain(Record):
    """A small network: layers one behind the other, or which read further back."""

    family: Text
    """what it tells of: `convolution`, `pool`..."""
    channels: Positive
    """of its input"""
    spatial: tuple[Positive, ...] = ()
    """sizes of its input's axes; of tokens, how many there are"""
    tokens: Flag = False
    """whether the input is of tokens, its channels last"""
    links: tuple[Link, ...]
    """its layers"""

    def graph(self) -> Graph:
        """The network.

        Raises:
            SpecError: its layers do not fit each other.

        >>> chain = Chain(family="activation", channels=8, spatial=(4, 4), links=(Link(type="relu"),))
        >>> [str(node.y) for node in chain.graph().nodes]
        ['[8, 4, 4]', '[8, 4, 4]']
        """
        builder = GraphBuilder(self.family)
        layout: Layout = "tokens" if self.tokens else "map" if self.spatial else "flat"
        numbers = [builder.add_input("input", Tensor(self.channels, self.spatial, layout))]
        for link in self.links:
            kind = REGISTRY[link.type]
            reads = [numbers[place] for place in link.reads] or numbers[-1:]
            layer = builder.make(kind, link.arguments, builder.rank(kind, reads))
            numbers.append(builder.add(layer, reads))
        return builder.finish(numbers[-1:])


class Case(Record):
    """A small network, and how it runs."""

    chain: Chain
    """the network"""
    batch: Positive
    """samples at once"""
    conditions: Conditions
    """how it runs"""

    @property
    def name(self) -> str:
        """What it is called where it is told what is being measured."""
        sizes = "x".join(map(str, (self.chain.channels, *self.chain.spatial)))
        return f"{self.chain.family} of {self.batch} x {sizes}, {self.conditions}"

    def options(self, device: str, optimizer: str) -> MeasureOptions:
        """How it is measured on a device."""
        return MeasureOptions(
            device=device,
            batch=self.batch,
            dtype=self.conditions.dtype,
            mode=self.conditions.mode,
            channels_last=self.conditions.channels_last,
            optimizer=optimizer,
        )


def links(*steps: str | tuple[str, Mapping[str, Any]] | Link) -> tuple[Link, ...]:
    """Layers in short: by their type, with arguments, or as they are.

    >>> links("relu", ("conv", {"out": 8}))[1]
    Link(type='conv', arguments={'out': 8}, reads=())
    """
    return tuple([_link(step) for step in steps])


def _link(step: str | tuple[str, Mapping[str, Any]] | Link) -> Link:
    if isinstance(step, Link):
        return step
    if isinstance(step, str):
        return Link(type=step)
    return Link(type=step[0], arguments=dict(step[1]))


def reading(layer: str, *reads: int, **arguments: Any) -> Link:
    """A layer that reads further back."""
    return Link(type=layer, arguments=arguments, reads=reads)
