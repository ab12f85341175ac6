"""From a model file of Ultralytics to a graph."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.graph.builder import LIMIT_HINT, GraphBuilder
from cnncost.graph.graph import Container
from cnncost.importers.names import kind_of_class
from cnncost.importers.ultralytics import attention, blocks, heads, layers
from cnncost.importers.ultralytics.model_file import read_model_file
from cnncost.importers.ultralytics.modules import Module, find
from cnncost.importers.ultralytics.site import ACTIVATIONS, Site
from cnncost.language.expansion.scopes.inputs import input_tensor
from cnncost.language.yaml.reader import parse

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.importers.ultralytics.model_file import ModelFile, Row
    from cnncost.language.limits import Limits

__all__ = ["attention", "blocks", "layers", "load_ultralytics"]

_IMAGE = 640
"""Along the edge of the images that the published figures are of; 224 for networks that classify."""
_IMAGE_TO_CLASSIFY = 224
_DEEPER = ("m", "l", "x")
"""Sizes whose `C3k2` blocks hold `C3` blocks."""


def load_ultralytics(data: bytes, name: str, shape: object, limits: Limits, size: str | None = None) -> Graph:
    """The graph of a model file.

    Nodes are called as in Ultralytics' module tree: ``model[0].conv``. What boxes are decoded from is an output of
    the network, and the graph says that decoding is not counted.

    Args:
        data: the file.
        name: what errors call it, which also tells the scale: ``yolov8s.yaml``.
        shape: the input, channels first; by default an image of 640 x 640, or of 224 x 224 to classify.
        limits: how large the file and the network may be.
        size: the letter of the scale, in the place of the one in `name`.

    Raises:
        SpecError: not a model file, a module that is not known, or arguments that do not fit one.

    >>> from cnncost.language.limits import Limits
    >>> text = b"nc: 2\\nbackbone: [[-1, 1, Conv, [16, 3, 2]]]\\nhead: [[-1, 1, Classify, [nc]]]"
    >>> [node.name for node in load_ultralytics(text, "yolo.yaml", [3, 32, 32], Limits()).layers][:4]
    ['model[0].conv', 'model[0].bn', 'model[0].act', 'model[1].conv.conv']
    """
    model = read_model_file(parse(data, name, limits), name, size)
    builder = GraphBuilder(f"{PurePath(name).stem}{size or ''}", limits.nodes)
    start = builder.add_input("input", input_tensor("input", _shape(model, shape)))
    activation = _activation(model)
    is_light = any(row.module == "C3k2" for row in model.rows)  # how Ultralytics tells YOLO11 from YOLOv8
    outputs: list[int | tuple[int, ...]] = []
    for index, row in enumerate(model.rows):
        site = Site(
            builder,
            (Container(f"model[{index}]", kind_of_class(row.module)),),
            row.span,
            activation=activation,
            is_light=is_light,
        )
        module, reads = find(row.module, row.span), _reads(outputs, row, start)
        repeated = row._replace(repeats=_repeats(model, row, limits.nodes))
        outputs.append(_add(site, module, model, repeated, reads))
    return _finished(builder, outputs, model)


def _shape(model: ModelFile, shape: object) -> object:
    given = shape.get("input") if isinstance(shape, dict) else shape
    if isinstance(shape, dict) and set(shape) - {"input"}:
        raise SpecError(f"there is no input `{min(set(shape) - {'input'})}`", hint="the input is called `input`")
    if given is not None:
        return given
    edge = _IMAGE_TO_CLASSIFY if model.rows and model.rows[-1].module == "Classify" else _IMAGE
    return [model.channels, edge, edge]


def _activation(model: ModelFile) -> str:
    if model.activation is None:
        return "silu"
    known = model.activation.replace("torch.", "")
    if known not in ACTIVATIONS:
        hint = f"known are {', '.join(ACTIVATIONS)}"
        raise SpecError(f"the activation `{model.activation[:40]}` is not known", hint=hint)
    return ACTIVATIONS[known]


def _reads(outputs: list[int | tuple[int, ...]], row: Row, start: int) -> list[int]:
    """The nodes that a row reads."""
    nodes = []
    for number in row.reads:
        index = number if number >= 0 else len(outputs) + number
        if index == -1 and not outputs:
            nodes.append(start)
            continue
        if not 0 <= index < len(outputs):
            raise SpecError(f"there is no row {number} before row {len(outputs)}", row.span)
        output = outputs[index]
        if isinstance(output, tuple):
            raise SpecError(f"row {index} is a head, and nothing reads its outputs", row.span)
        nodes.append(output)
    return nodes


def _repeats(model: ModelFile, row: Row, most: int) -> int:
    """How often a row is repeated, at the scale.

    Raises:
        SpecError: more often than there may be layers.
    """
    repeats = max(round(row.repeats * model.scale.depth), 1) if row.repeats > 1 else row.repeats
    if repeats > most:
        raise SpecError(f"more than {most:,} layers", row.span, hint=LIMIT_HINT)
    return repeats


def _add(site: Site, module: Module, model: ModelFile, row: Row, reads: list[int]) -> int | tuple[int, ...]:
    """Add the layers of a row, as often as it is repeated, and as wide as the scale says."""
    repeats = row.repeats
    given = list(row.arguments)
    if module.is_told_repeats:
        given.insert(1, repeats)
        repeats = 1
    if row.module == "C3k2" and model.letter in _DEEPER:
        given[2:3] = [True]
    arguments = module.read(given, row.span)
    for name in module.scaled:
        channels = getattr(arguments, name)
        if name != "out" or channels != model.classes:  # Ultralytics takes channels that equal the classes for them
            setattr(arguments, name, model.scale.channels(channels))
    if module.joins:
        outputs: int | tuple[int, ...] = module.build(site, reads, arguments)
        return outputs
    if len(reads) > 1:
        raise SpecError(f"`{row.module}` reads one row, not {len(reads)}", row.span)
    return _repeated(site, module, reads[0], arguments, repeats)


def _repeated(site: Site, module: Module, x: int, arguments: Any, repeats: int) -> int:
    places = [site] if repeats == 1 else [site.inside(f"[{index}]", module.name) for index in range(repeats)]
    for place in places:
        x = module.build(place, x, arguments)
    return x


def _finished(builder: GraphBuilder, outputs: list[int | tuple[int, ...]], model: ModelFile) -> Graph:
    if not outputs:
        raise SpecError("there are no rows")
    last = outputs[-1]
    warnings = [*([heads.DECODED] if isinstance(last, tuple) else []), *model.notes]
    read = {node for each in builder.nodes for node in each.inputs}
    ends = [node.id for node in builder.nodes if node.id not in read]
    first = list(last) if isinstance(last, tuple) else [last]
    return builder.finish(list(dict.fromkeys([*first, *ends])), warnings=tuple(warnings))
