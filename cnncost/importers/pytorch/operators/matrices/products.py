"""Products of matrices: of outputs with each other, or with learned tensors."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from cnncost.importers.pytorch.operators.matrices.contractions import with_weights
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
        reads.append(call.source(mask, scores) if isinstance(mask, Weight) else call.aligned(mask, scores))
    return call.layer("scaled_dot_product_attention", fields, *reads)


def _operands(call: Call) -> tuple[Value, Value]:
    names = ("self", "mat1", "batch1", "other", "mat2", "batch2", "vec")
    first, second = [call[name] for name in names if call.get(name) is not None][-2:]
    return first, second


def _product(call: Call, first: Value, second: Value, bias: Weight | None) -> Activation:
    if isinstance(second, Weight) and len(second.shape) <= _MATRIX:
        out = second.shape[-1] if len(second.shape) == _MATRIX else 1
        return _linear(call, (first, -1), out, second, bias)
    if isinstance(first, Weight) and len(first.shape) == _MATRIX and len(second.shape) > 1:
        return _linear(call, (second, -2), first.shape[0], first, bias)
    reads = [call.source(read, call.shape) if isinstance(read, Weight) else read for read in (first, second)]
    ranks = [len(call.tensor(read).dims) for read in reads]
    most = max(*ranks, _MATRIX)
    reads = [
        read if rank == most else call.reshaped(read, [1] * (most - rank) + list(call.tensor(read).dims))
        for read, rank in zip(reads, ranks, strict=True)
    ]
    return call.layer("matmul", {}, *reads)


@operator("bilinear")
def bilinear(call: Call) -> Activation:
    """A matrix of weights for every output, multiplied by the first input; its rows, weighed by the second, add up."""
    first, second, weight, bias = (call[name] for name in ("input1", "input2", "weight", "bias"))
    if not (isinstance(first, Activation) and isinstance(second, Activation) and isinstance(weight, Weight)):
        raise call.unsupported("what it multiplies is not two outputs of layers and a learned tensor")
    out, _, size = weight.shape
    others = ascii_lowercase[: len(call.dims) - 1]
    rows = call.source(weight, (call.batch.size, *weight.shape))
    equation = f"z{others}x,zwxy->z{others}wy"
    apart = (*call.shape[:-1], out, size)
    product = call.layer("einsum", {"equation": equation}, first, rows, shape=apart)
    beside = call.reshaped(second, [*call.dims[:-1], 1, size])
    weighed = call.layer("multiply", {}, product, beside, name=False, shape=apart)
    summed = call.layer("sum", {"axes": [call.axis(weighed, -1)], "keep": False}, weighed, name=False)
    return summed if bias is None else call.joined("add", summed, bias)


def _linear(call: Call, along: tuple[Activation, int], out: int, weight: Weight, bias: Weight | None) -> Activation:
    """A linear layer along an axis; over the channels of a map that is a convolution by kernels of one element."""
    x, _ = along
    field = call.axis_field(*along)
    if not field and call.tensor(x).layout == "map":
        return with_weights(call, "conv", {"out": out, "kernel": 1}, weight, bias, x)
    return with_weights(call, "linear", {"out": out, **field}, weight, bias, x)


def _along(call: Call, terms: tuple[str, str, str], operands: list[Value]) -> Activation:
    """The first operand is an output of a layer; the letter of the batch leads every term.

    Where windows lie on the axis of the batch, they keep its letter, and the batch has one of its own.
    """
    first, second, out = terms
    x, other = operands
    place = call.batch.axis(x.shape)
    if place is None:
        return _without_samples(call, terms, x, other)
    batch = first[place]
    learned = isinstance(other, Weight)
    if batch not in out or (learned and batch in second) or (not learned and batch not in second):
        raise call.unsupported("it works along the batch, and mixes the samples")
    inner = [first, second, out]
    if x.shape[place] == call.batch.size:
        inner = [term.replace(batch, "") for term in inner]
    else:
        batch = next(letter for letter in ascii_lowercase if letter not in first + second + out)
    if not learned:
        return call.layer("einsum", {"equation": _equation(batch, *inner)}, x, other)
    summed = [letter for letter in inner[1] if letter not in inner[2]]
    made = [letter for letter in inner[1] if letter not in inner[0]]
    if len(inner[1]) == _MATRIX and len(summed) == len(made) == 1 and inner[0].replace(summed[0], made[0]) == inner[2]:
        return _linear(call, (x, first.index(summed[0])), other.shape[second.index(made[0])], other, None)
    source = call.source(other, (call.batch.size, *other.shape))
    return call.layer("einsum", {"equation": _equation(batch, *inner)}, x, source)


def _without_samples(call: Call, terms: tuple[str, str, str], x: Activation, other: Value) -> Activation:
    """A product of tensors that read no input, the same for every sample."""
    if call.batch.axis(call.shape) is not None:
        raise call.unsupported("it has no axis for the samples of a batch")
    second = call.source(other, other.shape) if isinstance(other, Weight) else other
    batch = next(letter for letter in ascii_lowercase if letter not in "".join(terms))
    return call.layer("einsum", {"equation": _equation(batch, *terms)}, x, second)


def _equation(batch: str, first: str, second: str, out: str) -> str:
    return f"{batch}{first},{batch}{second}->{batch}{out}"
