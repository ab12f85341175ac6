"""From a configuration file of Darknet to a graph."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.graph.builder import GraphBuilder
from cnncost.importers.darknet import joins, layers
from cnncost.importers.darknet.network import Network
from cnncost.importers.darknet.sections import read_sections
from cnncost.language.expansion.scopes.inputs import input_tensor

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.importers.darknet.sections import Section
    from cnncost.language.limits import Limits

__all__ = ["joins", "load_darknet"]

# fmt: off
_TRAINING = frozenset((
    "angle", "assisted_excitation", "bin_output", "burnin_update", "crop_height", "crop_width", "dont_update",
    "dontload", "dontloadscales", "dot", "dropblock", "dropblock_size_abs", "dropblock_size_rel", "exposure",
    "flip", "flipped", "grad_centr", "keep_delta_gpu", "label_smooth_eps", "learning_scale_policy",
    "maxpool_zero_nonmax", "noadjust", "noloss", "ratio", "rotate", "saturation", "scale", "shift", "spatial",
    "stopbackward", "stream", "stretch", "stretch_sway", "sway", "temperature", "train_only_bn", "tree", "type",
    "wait_stream",
))
# fmt: on
"""Options of layers that concern training, or how a convolution's weights are turned, which costs nothing."""


def load_darknet(data: bytes, name: str, shape: object, limits: Limits) -> Graph:
    """The graph of a configuration file.

    Nodes are called by the numbers that Darknet gives the layers: ``layers[3].conv`` is of the fourth. What decodes
    detections is an output of the network, and the graph says that it is not counted.

    Args:
        data: the file.
        name: what errors call it; the network is called so, without the suffix.
        shape: another input than the file's `[net]` has, channels first.
        limits: how large the file and the network may be.

    Raises:
        SpecError: not a configuration file, or a layer, option or activation that is not known.

    >>> from cnncost.language.limits import Limits
    >>> text = b"[net]\\nwidth=8\\nheight=8\\n[convolutional]\\nfilters=4\\nsize=3\\npad=1\\nactivation=leaky"
    >>> [(node.name, str(node.y)) for node in load_darknet(text, "tiny.cfg", None, Limits()).layers]
    [('layers[0].conv', '[4, 8, 8]'), ('layers[0].leaky_relu', '[4, 8, 8]')]
    """
    sections = read_sections(_decoded(data, name, limits), name)
    if not sections or sections[0].kind not in ("net", "network"):
        raise SpecError(f"`{name}` does not begin with `[net]`", sections[0].span if sections else None)
    builder = GraphBuilder(PurePath(name).stem, limits.nodes)
    network = Network(builder, builder.add_input("input", input_tensor("input", _shape(sections[0], shape))))
    for section in sections[1:]:
        reader = layers.READERS.get(section.kind)
        if reader is None:
            raise _unknown(section)
        network.outputs.append(reader(network, section))
        network.notes.extend(_ignored(section))
    return _finished(network, sections)


def _decoded(data: bytes, name: str, limits: Limits) -> str:
    if len(data) > limits.bytes:
        raise SpecError(f"`{name}` is larger than {limits.bytes:,} bytes", hint="`--max-bytes` raises the limit")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(f"`{name}` is not text in UTF-8") from None


def _shape(net: Section, shape: object) -> object:
    """The input: as given, or as `[net]` has it, with as many channels as an image if it does not say."""
    given = shape.get("input") if isinstance(shape, dict) else shape
    if isinstance(shape, dict) and set(shape) - {"input"}:
        raise SpecError(f"there is no input `{min(set(shape) - {'input'})}`", hint="the input is called `input`")
    if given is not None:
        return given
    sizes = [net.integer(name, 0, low=1) for name in ("height", "width") if name in net.options]
    if len(sizes) < 2:
        raise SpecError("`[net]` says neither height nor width", net.span, hint="`--input 3x416x416` does")
    return [net.integer("channels", 3, low=1), *sizes]


def _unknown(section: Section) -> SpecError:
    close = did_you_mean(section.kind, layers.READERS)
    hint = None if close else f"known are {', '.join(sorted(layers.READERS))}"
    return SpecError(f"`[{section.kind[:40]}]` is not known{close}", section.span, hint=hint)


def _ignored(section: Section) -> list[str]:
    """A sentence for each option that nothing asked for and that is not known to cost nothing."""
    if section.kind in ("yolo", "region", "detection", "Gaussian_yolo"):
        return []
    return [
        f"`{name}` of `[{section.kind}]` on line {option.span.line} is not known, and is ignored"
        for name, option in section.options.items()
        if name not in section.used and name not in _TRAINING
    ]


def _finished(network: Network, sections: list[Section]) -> Graph:
    """The graph, whose outputs are the heads, the last layer, and whatever no other layer reads."""
    builder = network.builder
    if builder.size == 1:
        raise SpecError("there are no layers", sections[0].span)
    read = {node for each in builder.nodes for node in each.inputs}
    ends = [node.id for node in builder.nodes if node.id not in read]
    outputs = list(dict.fromkeys([*network.heads, *ends]))
    if network.heads:
        plural = "s are" if len(network.heads) > 1 else " is"
        network.notes.append(f"{len(network.heads)} output{plural} what detections are decoded from: not counted")
    return builder.finish(outputs, warnings=tuple(network.notes))
