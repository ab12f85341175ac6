"""The JSON Schema of a report (Draft 2020-12), generated from the registry of metrics."""

from __future__ import annotations

from typing import Any

from cnncost.layers.base.tensor import Operations
from cnncost.metrics import METRICS
from cnncost.metrics import convolution_algorithms as algorithms
from cnncost.metrics.metric import metric_called
from cnncost.report.report import SCHEMA_VERSION
from cnncost.settings import ITEM_SIZES, LARGEST_BATCH, MODES, OPTIMIZER_STATES

_NAME = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_SHAPE = {"type": "array", "items": {"type": "integer", "minimum": 1}}
_PER_AXIS = {"type": "array", "items": {"type": "number"}}

_OPERATIONS = {
    "mac": "multiply-accumulates of convolutions, linear layers and matrix products",
    "add": "additions and subtractions",
    "mul": "multiplications",
    "div": "divisions",
    "cmp": "comparisons",
    "exp": "exponentials and other transcendental functions",
}


def report_schema() -> dict[str, Any]:
    """What ``analyze --format json`` prints and :meth:`cnncost.report.report.Report.to_dict` returns.

    >>> report_schema()["properties"]["totals"]["properties"]["im2col_bytes"]["description"]
    'Bytes of the im2col matrix for the whole batch; one buffer serves every layer; the largest of all layers'
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cnncost report",
        "description": "What a network costs, layer by layer. Counts are whole numbers of any size.",
        **_object({**_settings(), **_contents()}, optional=("counts",)),
        "$defs": {"count": _count(), "layer": _layer(), "receptive_field": _receptive_field()},
    }


def _settings() -> dict[str, Any]:
    return {
        "schema": {"const": SCHEMA_VERSION, "description": "version of this format"},
        "name": _NAME | {"description": "name of the network"},
        "source": {"type": ["string", "null"], "description": "where the architecture was published"},
        "variables": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "what was set from outside, by variable, as it was written",
        },
        "batch": {"type": "integer", "minimum": 1, "maximum": LARGEST_BATCH, "description": "samples at once"},
        "dtype": {"enum": list(ITEM_SIZES), "description": "of parameters, gradients, activations, optimizer states"},
        "optimizer": {"enum": list(OPTIMIZER_STATES), "description": "whose state training keeps"},
        "mode": {"enum": list(MODES), "description": "which layers run: auxiliary heads and dropout in `train` only"},
        "convention": _NAME | {"description": "how operations become `flops`; `cnncost conventions` lists them"},
    }


def _contents() -> dict[str, Any]:
    names = (*METRICS, *algorithms.names())
    totals = {name: _figure(name, _HOW_TOTALLED[metric_called(name).total]) for name in names}
    return {
        "inputs": {
            "type": "object",
            "additionalProperties": _SHAPE,
            "description": "shape of every input of the network, with the batch",
        },
        "outputs": _list(_NAME, "names of the layers that are outputs"),
        "totals": _object(totals, optional=algorithms.names())
        | {"description": "the whole network, whatever rows are shown"},
        "counts": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/count"},
            "description": "what each of several conventions counts, by name, where `--convention` asks for several",
        },
        "layers": _list({"$ref": "#/$defs/layer"}, "in the order of execution, unless sorted or merged"),
        "warnings": _list(_NAME, "what is odd about the spec"),
    }


_HOW_TOTALLED = {"sum": "; the sum over all layers", "max": "; the largest of all layers"}


def _layer() -> dict[str, Any]:
    properties = {
        "name": _NAME | {"description": "unique, hierarchical: stage[0].bottleneck[1].residual.conv"},
        "type": _NAME | {"description": "layer type, or the kind of block whose layers were merged"},
        "inputs": _list(_NAME, "names of the layers and inputs that it reads"),
        "output_shape": _or_null(_SHAPE, "with the batch; null for merged layers of one type"),
        **{name: _figure(name) for name in (*METRICS, *algorithms.names())},
        "ops": _object({kind: _COUNT | {"description": _OPERATIONS[kind]} for kind in Operations._fields})
        | {"description": "operations of the forward pass by kind, for the whole batch"},
        "receptive_field": {
            "anyOf": [{"$ref": "#/$defs/receptive_field"}, {"type": "null"}],
            "description": "in the first input that reaches the layer; of the last layer where several were merged",
        },
        "receptive_fields": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/receptive_field"},
            "description": "in every input that reaches the layer, where the network has several",
        },
        "cheapest_algorithm": _or_null(
            _NAME, "what computes the convolution with the fewest multiplications; null for all else, and merged layers"
        ),
        "scopes": _list(_NAME, "kinds of the blocks and loops it lies in, outermost first"),
        "count": {"type": "integer", "minimum": 1, "description": "layers that it stands for"},
        "counts": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "what each of several conventions counts, by name, where there are several",
        },
    }
    return _object(properties, optional=("receptive_fields", "counts", "cheapest_algorithm", *algorithms.names()))


def _count() -> dict[str, Any]:
    return _object(
        {
            "unit": {"enum": ["FLOPs", "MACs"], "description": "what the convention counts"},
            "total": {"type": "integer", "description": "of the whole network and batch, in the forward pass"},
            "source": _NAME | {"description": "the tool and its version, or who published the rules"},
        }
    )


def _receptive_field() -> dict[str, Any]:
    return _object(
        {
            "size": _SHAPE
            | {"description": "extent in pixels, per axis; the largest where it depends on the position"},
            "jump": _or_null(_PER_AXIS, "pixels between the fields of neighbours; null where there is no such number"),
            "start_padding": _or_null(_PER_AXIS, "pixels of the first unit's field before the border"),
            "center": _or_null(_PER_AXIS, "middle of the first unit's field; null where the place is unknown"),
            "aligned": {"type": "boolean", "description": "whether all paths that met had the same center and jump"},
            "global": {"type": "boolean", "description": "whether some path reads the whole input"},
        }
    )


def _figure(name: str, how_totalled: str = "") -> dict[str, Any]:
    about = metric_called(name).about + how_totalled
    return {"type": ["integer", "null"], "minimum": 0, "description": about}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: dict[str, Any], about: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": about}


def _or_null(schema: dict[str, Any], about: str) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"], "description": about}
