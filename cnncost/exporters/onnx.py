"""A network as an ONNX file, by PyTorch's own exporter: the only one here that imports PyTorch, when it is asked to."""

from __future__ import annotations

import warnings
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, install_hint
from cnncost.exporters.exporter import Exporter
from cnncost.graph.indices import holds_indices
from cnncost.units import bytes_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph

_MOST_BYTES = 2**31
"""What a protobuf message may hold, which an ONNX file is."""
_FLOAT_BYTES = 4
_PACKAGES = ("torch", "onnx", "onnxscript")


def export_onnx(graph: Graph, build: Callable[[Graph], Any]) -> bytes:
    """The file of a network with random weights, since ONNX has none without; for a batch of one sample.

    Args:
        graph: the network.
        build: makes the PyTorch module of a graph.

    Raises:
        SpecError: more weights than a file may hold, something that PyTorch cannot export, or a package that is not
            installed.
    """
    size = weight_bytes(graph)
    if size >= _MOST_BYTES:
        raise SpecError(
            f"`{graph.name}` has {bytes_text(size)} of weights, and an ONNX file holds less than 2 GiB",
            hint="`--to pytorch` writes it without weights",
        )
    _refuse_missing_packages()
    model = build(graph).eval()
    import torch

    types = {number: torch.long if holds_indices(graph, number) else torch.float32 for number in graph.inputs}
    inputs = tuple([torch.zeros(1, *graph.nodes[number].y.dims, dtype=types[number]) for number in graph.inputs])
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            program: Any = torch.onnx.export(
                model,
                inputs,
                dynamo=True,
                input_names=[graph.nodes[number].name for number in graph.inputs],
                output_names=[graph.nodes[number].name for number in graph.outputs],
                verbose=False,
            )
    except Exception as error:  # whatever PyTorch's exporter raises, it is about an operator or a shape
        reason = str(error).strip().partition("\n")[0][:200]
        raise SpecError(f"PyTorch cannot export `{graph.name}` to ONNX: {reason}") from error
    serialized: bytes = program.model_proto.SerializeToString()
    return serialized


def weight_bytes(graph: Graph) -> int:
    """Bytes of parameters and buffers, as 32-bit numbers.

    >>> from cnncost import load
    >>> weight_bytes(load("lenet5"))  # 61,706 parameters
    246824
    """
    owners = [node for node in graph.layers if node.owns_weights]
    return _FLOAT_BYTES * sum(node.parameters() + sum(node.buffers()) for node in owners)


def _refuse_missing_packages() -> None:
    for package in _PACKAGES:
        try:
            __import__(package)
        except ImportError:
            raise SpecError(f"the export to ONNX needs `{package}`", hint=install_hint(*_PACKAGES)) from None


def _remarks(exported: bytes) -> tuple[str, ...]:
    return (f"the weights are random: {bytes_text(len(exported))}",)


EXPORTER = Exporter(
    "onnx", "an ONNX file with random weights", (".onnx",), export_onnx, is_binary=True, remarks=_remarks
)
