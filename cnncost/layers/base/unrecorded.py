"""What a tape is told of a layer of which nothing is known but its weights and its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor


def record_unknown(tape: Tape, layer: Layer, xs: tuple[Value, ...], y: Tensor, kept: int | None = None) -> Value:
    """The layer as one operation that makes its output.

    Args:
        tape: what is recorded on.
        layer: whose weights are placed.
        xs: what it reads.
        y: one sample of its output.
        kept: numbers that backward needs besides the input, of one sample. Where that is not known nothing is kept, and
            what is recorded is less than the truth: the layer must say so by its `unsaid`.
    """
    shapes = [x.shape for x in xs]
    weights = [tape.parameter(count)] if (count := layer.parameters(*shapes)) else []
    buffers = layer.buffers(*shapes)
    if buffers.statistics or buffers.weights:
        tape.buffer(buffers.statistics + buffers.weights, "buffers")
    if buffers.counters:
        tape.buffer(buffers.counters, "counters", "int64")
    keeps = [] if kept is None else [*xs]
    dtype = xs[0].dtype if xs else tape.dtype
    if kept:
        keeps.append(tape.make(tape.batch * kept, dtype))
    return tape.run(layer.keyword, [*xs, *weights], tape.batch * y.elements, dtype=dtype, keeps=keeps)
