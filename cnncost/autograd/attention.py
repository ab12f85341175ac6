"""Attention, as PyTorch runs it: in one kernel where there is one for it, else product by product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd import views
from cnncost.autograd.backward import passed
from cnncost.autograd.products import multiplied
from cnncost.autograd.strides import Strides
from cnncost.autograd.tensors import ITEM_BYTES
from cnncost.symbolic.dims import ceil_div, product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.autograd.backward import Gradients
    from cnncost.autograd.engine import Engine
    from cnncost.autograd.operation import Operation
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

    Kernel = Callable[[Tape, Sequence[Value]], Value]

_FUSED_RANK = 4
_BY_ROWS = (0, 2, 1, 3)
_LONGEST_HEAD = 256
_HEAD_MULTIPLE = 8
_ALIGNED_BYTES = 16
_ROWS_TOGETHER = 32
_MASK_MULTIPLE = 8


def attend(tape: Tape, query: Value, key: Value, value: Value, mask: Value | None = None) -> Value:
    """Scaled dot-product attention of queries, keys and values (B, heads, N, d), and a mask that is added.

    On CPUs a flash kernel runs it where there are four axes, heads are as long in the values as in the queries, and
    the mask needs no gradient. On GPUs it is the flash kernel in half precision without a mask, or the
    memory-efficient one where heads are not grouped and lie at multiples of 16 bytes. Anything else is multiplied out.
    (PyTorch, ``aten/src/ATen/native/transformers/sdp_utils_cpp.h`` and ``cuda/sdp_utils.cpp``.)
    """
    operands = tape.lower_all(query, key, value, *([] if mask is None else [mask]))
    return _kernel(tape, *operands)(tape, operands)


def _kernel(tape: Tape, query: Value, key: Value, value: Value, *masks: Value) -> Kernel:
    """What runs it."""
    sizes = tape.strides(query).sizes
    heads, others, longest = sizes[-3], tape.strides(key).sizes[-3], tape.strides(value).sizes[-1]
    if len(sizes) != _FUSED_RANK:
        return _multiplied_out
    if tape.device == "cpu":
        fits = sizes[-1] == longest and not any(mask.needs_gradient for mask in masks)
        return _flash_on_cpu if fits else _multiplied_out
    item = ITEM_BYTES[query.dtype]
    if item < ITEM_BYTES["float32"] and not masks and sizes[-1] == longest <= _LONGEST_HEAD:
        return _flash
    fits = heads == others and not sizes[-1] * item % _ALIGNED_BYTES and not longest * item % _ALIGNED_BYTES
    return _memory_efficient if fits else _multiplied_out


def _flash_on_cpu(tape: Tape, operands: Sequence[Value]) -> Value:
    """Kept besides the operands and the output is the logarithm of the sum of each row of scores."""
    lies = tape.strides(operands[0])
    batch, heads, rows, _ = lies.sizes
    return _run(tape, operands, [tape.make(batch * heads * rows, "float32")], lies.packed())


def _flash(tape: Tape, operands: Sequence[Value]) -> Value:
    """The same, and the state of the random numbers; heads are padded to a multiple of 8."""
    batch, heads, rows, length = tape.strides(operands[0]).sizes
    operands = [_padded(tape, x) for x in operands]
    states = [tape.make(batch * heads * rows, "float32"), tape.make(2, "int64"), tape.make(1, "int64")]
    y = _run(tape, operands, states, tape.strides(operands[0]).packed())
    return views.narrow(tape, y, 3, length) if length % _HEAD_MULTIPLE else y


def _padded(tape: Tape, x: Value) -> Value:
    *sizes, length = tape.strides(x).sizes
    if not length % _HEAD_MULTIPLE:
        return x
    lies = Strides.of((*sizes, ceil_div(length, _HEAD_MULTIPLE) * _HEAD_MULTIPLE))
    return tape.run("constant_pad", [x], product(lies.sizes), strides=lies)


def _memory_efficient(tape: Tape, operands: Sequence[Value]) -> Value:
    """Its sums are of 32 rows at a time, its output lies row by row, and a mask lies at multiples of 8 numbers."""
    query, key, value, *masks = operands
    batch, heads, rows, _ = tape.strides(query).sizes
    scores = (batch, heads, rows, tape.strides(key).sizes[-2])
    reads = [query, key, value, *[views.expand(tape, _aligned(tape, mask), scores) for mask in masks]]
    sums = tape.make(batch * heads * ceil_div(rows, _ROWS_TOGETHER) * _ROWS_TOGETHER, "float32")
    states = [sums, tape.make(1, "int64"), tape.make(1, "int64")]
    return _run(tape, reads, states, Strides.of((batch, heads, rows, tape.strides(value).sizes[-1]), _BY_ROWS))


def _aligned(tape: Tape, mask: Value) -> Value:
    """A mask whose rows begin at multiples of 8 numbers: where they do not, a part of a larger one."""
    lies = tape.strides(mask)
    if lies.steps[-1] == 1 and not any(step % _MASK_MULTIPLE for step in lies.steps[:-1]):
        return mask
    *sizes, keys = lies.sizes
    larger = Strides.of((*sizes, keys + _MASK_MULTIPLE - keys % _MASK_MULTIPLE))
    padded = tape.run("constant_pad", [mask], product(larger.sizes), strides=larger)
    return views.narrow(tape, padded, len(sizes), keys)


def _run(tape: Tape, reads: Sequence[Value], states: Sequence[Value], strides: Strides) -> Value:
    return tape.run(
        "scaled_dot_product_attention",
        reads,
        product(strides.sizes),
        keeps=[*reads, *states],
        keeps_output=True,
        backward=_by_rows([tape.strides(read).sizes for read in reads]),
        strides=strides,
    )


def _by_rows(sizes: Sequence[tuple[int, ...]]) -> Callable[[Engine, Operation], Gradients]:
    """Each input gets a new gradient, all from one call, which lies row by row: the heads of a row side by side."""

    def rule(engine: Engine, operation: Operation) -> Gradients:
        made = [engine.new(read) if read.needs_gradient else None for read in operation.inputs]
        for gradient, own in zip(made, sizes, strict=True):
            if gradient is not None:
                gradient.strides = engine.tape.unusual(Strides.of(own, _BY_ROWS))
        return made

    return rule


def _multiplied_out(tape: Tape, operands: Sequence[Value]) -> Value:
    """softmax(q k^T) v in single precision: keys and values are repeated for their groups of queries' heads.

    Queries and keys are multiplied by the root of the scale each. (PyTorch, ``_scaled_dot_product_attention_math``.)
    """
    before = tape.made
    dtype, masks = operands[0].dtype, operands[3:]
    query, key, value = (tape.cast(x, "float32") for x in operands[:3])
    key, value = (_repeated(tape, x, tape.strides(query).sizes) for x in (key, value))
    query = tape.elementwise("mul", query, "nothing")
    key = tape.elementwise("mul", views.swap(tape, key, -2, -1), "nothing")
    scores = multiplied(tape, query, key)
    for mask in masks:
        scores = tape.run("add_", [scores, mask], scores.elements, into=scores, strides=scores.strides, backward=passed)
    weights = tape.run("_safe_softmax", [scores], scores.elements, keeps_output=True, strides=scores.strides)
    tape.let_go(before, weights, value)
    return tape.cast(multiplied(tape, weights, value), dtype)


def _repeated(tape: Tape, x: Value, sizes: tuple[int, ...]) -> Value:
    """Keys or values with each head as often as queries have heads for it."""
    own = tape.strides(x).sizes
    if len(own) < _FUSED_RANK or own[-3] == sizes[-3]:
        return x
    lies = Strides.of((*sizes[:-2], *own[-2:]))
    return tape.run("repeat_interleave", [x], product(lies.sizes), strides=lies, backward=passed)
