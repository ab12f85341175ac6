"""Darknet's layers that read earlier ones, a function each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.importers.darknet.layers import reads

if TYPE_CHECKING:
    from cnncost.importers.darknet.network import Network
    from cnncost.importers.darknet.sections import Section


@reads("route")
def route(network: Network, section: Section) -> int:
    """Channels of earlier layers side by side, or a group of them."""
    groups, group = section.integer("groups", 1, low=1), section.integer("group_id", 0)
    if group >= groups:
        raise SpecError(f"there is no group {group} of {groups}", section.where("group_id"), hint="they count from 0")
    nodes = [network.layer(section, "layers", number) for number in section.integers("layers")]
    if groups > 1:
        nodes = [_group(network, section, node, groups, group) for node in nodes]
    return nodes[0] if len(nodes) == 1 else network.add(section, "concat", nodes)


def _group(network: Network, section: Section, node: int, groups: int, group: int) -> int:
    """One of equal groups of a layer's channels."""
    channels = network.shape(node).channels
    if channels % groups:
        raise SpecError(f"{groups} groups do not divide {channels} channels", section.where("groups"))
    width = channels // groups
    return network.add(section, "slice", [node], start=group * width, stop=(group + 1) * width)


@reads("shortcut")
def shortcut(network: Network, section: Section) -> int:
    """The sum with earlier layers, whose channels and positions may be others (Darknet's `shortcut_cpu`)."""
    for name in ("weights_type", "weights_normalization"):
        if (value := section.text(name, "none")) != "none":
            hint = "without it, figures would be another network's"
            raise SpecError(f"`{name}={value[:40]}` is not known", section.where(name), hint=hint)
    others = [network.layer(section, "from", number) for number in section.integers("from")]
    fitted = [_fitted(network, section, other) for other in others]
    node = network.add(section, "add", [network.last, *fitted])
    return network.activate(section, node, "linear")


def _fitted(network: Network, section: Section, node: int) -> int:
    """An earlier layer with the positions and channels of the current one: thinned out, cut or filled with zeros."""
    x, y = network.shape(node), network.shape(network.last)
    strides = [size // kept if size % kept == 0 else 0 for size, kept in zip(x.spatial, y.spatial, strict=True)]
    if 0 in strides:
        raise SpecError(f"a shortcut from {x} does not fit {y}", section.where("from"))
    if max(strides) > 1:
        node = network.add(section, "maxpool", [node], kernel=1, stride=strides)
    if x.channels > y.channels:
        node = network.add(section, "slice", [node], start=0, stop=y.channels)
    if x.channels < y.channels:
        node = network.add(section, "pad_channels", [node], before=0, after=y.channels - x.channels)
    return node


@reads("scale_channels", "sam")
def scaled(network: Network, section: Section) -> int:
    """An earlier layer times the current one: one number for each channel, or for each element."""
    network.refuse(section, "scale_wh")
    numbers = section.integers("from")
    if len(numbers) > 1:
        raise SpecError(f"`[{section.kind}]` reads one layer, not {len(numbers)}", section.where("from"))
    node = network.add(section, "multiply", [network.layer(section, "from", numbers[0]), network.last])
    return network.activate(section, node, "linear")
