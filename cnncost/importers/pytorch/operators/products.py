"""Products of matrices: of outputs with each other, or with learned tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.operators.contractions import with_weights
from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Value

_MATRIX = 2


@operator("matmul", "bmm", "mm", "mv")
def matmul(call: Call) -> Activation:
    """Of two outputs, a product of matrices; with a learned matrix, a linear layer."""
    first, second = _operands(call)
    return _product(call, first, second, None)


@operator("addmm", "baddbmm")
def add_product(call: Call) -> Activation:
    """A product with a learned matrix, and a bias."""
    if (call.get("beta", 1), call.get("alpha", 1)) != (1, 1) or not isinstance(call["self"], Weight):
        raise call.unsupported("what it adds is no bias")
    first, second = _operands(call)
    bias = call["self"]
    if isinstance(second, Weight) and len(bias.shape) == 1 and len(second.shape) == _MATRIX:
        return _product(call, first, second, bias)
    return call.joined("add", _product(call, first, second, None), bias)


@operator("einsum")
def einsum(call: Call) -> Activation:
    """A product along the axes that an equation names."""
    equation, operands = call["equation"].replace(" ", ""), call["tensors"]
    if "." in equation or len(operands) != _MATRIX:
        raise call.unsupported(f"`{equation}` is not a product of two tensors whose axes all have letters")
    terms, arrow, out = equation.partition("->")
    first, second = terms.split(",")
    if not arrow:
        letters = first + second
        out = "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    if isinstance(operands[0], Weight):
        first, second, operands = second, first, operands[::-1]
    return _along(call, (first, second, out), operands)


@operator("scaled_dot_product_attention")
def attention(call: Call) -> Activation:
    """Attention of queries, keys and values, with a mask that may be learned or given."""
    mask = call["attn_mask"]
    reads = [call["query"], call["key"], call["value"]]
    if not all(isinstance(read, Activation) for read in reads):
        reads = [call.source(read, call.shape) if isinstance(read, Weight) else read for read in reads]
    fields: dict[str, object] = {"causal": bool(call["is_causal"])}
    if call.get("scale") is not None:
        fields["scale"] = float(call["scale"])
    if mask is not None:
        scores = (*reads[0].shape[:-1], reads[1].shape[-2])
        reads.append(call.source(mask, scores) if isinstance(mask, Weight) else mask)
    return call.layer("scaled_dot_product_attention", fields, *reads)


def _operands(call: Call) -> tuple[Value, Value]:
    names = ("self", "mat1", "batch1", "other", "mat2", "batch2", "vec")
    first, second = [call[name] for name in names if call.get(name) is not None][-2:]
    return first, second


def _product(call: Call, first: Value, second: Value, bias: Weight | None) -> Activation:
    if isinstance(second, Weight) and len(second.shape) <= _MATRIX:
        out = second.shape[-1] if len(second.shape) == _MATRIX else 1
        fields = {"out": out, **call.axis_field(first, -1)}
        return with_weights(call, "linear", fields, second, bias, first)
    if isinstance(first, Weight) and len(first.shape) == _MATRIX and len(second.shape) > 1:
        fields = {"out": first.shape[0], **call.axis_field(second, -2)}
        return with_weights(call, "linear", fields, first, bias, second)
    reads = [call.source(read, call.shape) if isinstance(read, Weight) else read for read in (first, second)]
    ranks = [len(call.tensor(read).dims) for read in reads]
    most = max(*ranks, _MATRIX)
    reads = [
        read if rank == most else call.reshaped(read, [1] * (most - rank) + list(call.tensor(read).dims))
        for read, rank in zip(reads, ranks, strict=True)
    ]
    return call.layer("matmul", {}, *reads)


def _along(call: Call, terms: tuple[str, str, str], operands: list[Value]) -> Activation:
    """The first operand is an output of a layer; the letter of its batch leads every term."""
    first, second, out = terms
    x, other = operands
    place = call.batch.axis(x.shape)
    if place is None or x.shape[place] != call.batch.size:
        raise call.unsupported("it works on several windows of a sample at once")
    batch = first[place]
    learned = isinstance(other, Weight)
    if batch not in out or (learned and batch in second) or (not learned and batch not in second):
        raise call.unsupported("it works along the batch, and mixes the samples")
    inner = [term.replace(batch, "") for term in (first, second, out)]
    if not learned:
        return call.layer("einsum", {"equation": _equation(batch, *inner)}, x, other)
    summed = [letter for letter in inner[1] if letter not in inner[2]]
    made = [letter for letter in inner[1] if letter not in inner[0]]
    if len(inner[1]) == _MATRIX and len(summed) == len(made) == 1 and inner[0].replace(summed[0], made[0]) == inner[2]:
        size = other.shape[second.index(made[0])]
        fields = {"out": size, **call.axis_field(x, first.index(summed[0]))}
        return with_weights(call, "linear", fields, other, None, x)
    source = call.source(other, (call.batch.size, *other.shape))
    return call.layer("einsum", {"equation": _equation(batch, *inner)}, x, source)


def _equation(batch: str, first: str, second: str, out: str) -> str:
    return f"{batch}{first},{batch}{second}->{batch}{out}"
