"""Batch normalisation: what it counts is what the notes count, and a frozen one what is left to compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Buffers, Operations
from cnncost.layers.base.counterpart import buffered, module_of, parameter, torch_of
from cnncost.layers.base.sliding import check_rank
from cnncost.layers.base.specifiers import flag, real
from cnncost.layers.base.window import Reach, Reads
from cnncost.layers.normalisation.norm import Normalisation, record_affine, record_statistics

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Tensor


class BatchNormalisation(Normalisation):
    """Normalisations by the statistics of a channel over the batch and all positions, whose running means are kept."""

    normalises_over_batch = True

    eps: float

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """The notes' five per element, of y = (x - mean) / sqrt(var + eps) * gain + bias.

        Subtract the mean, add eps, divide by the root, multiply by the gain, add the bias; three when not affine.
        """
        return Operations(add=(2 + self.affine) * y.elements, mul=self.affine * y.elements, div=y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.POINT,)

    def record_norm(self, tape: Tape, x: Value, channels: int) -> Value:
        """Mean and inverse deviation of every channel are kept with the input."""
        weights = record_affine(tape, channels, affine=self.affine)
        stored = [tape.buffer(channels, name) for name in ("running_mean", "running_var")]
        tape.buffer(1, "num_batches_tracked", "int64")
        keeps = [x, *weights[:1], *stored]
        if tape.training:
            keeps += record_statistics(tape, channels, x, stored)
        return tape.run("batch_norm", [x, *weights], x.elements, keeps=keeps, strides=x.strides and x.strides.packed())


class BatchNorm(BatchNormalisation, keyword="batchnorm"):
    """Batch normalisation: statistics per channel over the batch and all positions; frozen, where it is `fixed`.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> norm, x = BatchNorm.make({}, rank=2), Tensor(64, (56, 56))
    >>> norm.parameters(x), norm.buffers(x), sum(norm.operations(x, x)) == 5 * x.elements
    (128, Buffers(statistics=128, counters=1, weights=0), True)
    >>> frozen = BatchNorm.make({"fixed": True}, rank=2)
    >>> frozen.parameters(x), frozen.buffers(x), sum(frozen.operations(x, x)) == 2 * x.elements
    (0, Buffers(statistics=128, counters=0, weights=128), True)
    """

    source = (
        "notes 004, Computational Summary; Ioffe & Szegedy 2015, algorithm 1; torchvision's FrozenBatchNorm2d, if fixed"
    )

    affine: bool = flag("whether a gain and a bias are learned", default=True)
    eps: float = real("added to the variance", default=1e-5, low=0)
    fixed: bool = flag("whether gain, bias and statistics are given: buffers, not parameters", default=False)

    def check(self, x: Tensor) -> None:
        if x.layout == "map":
            check_rank(self, x)
        if self.fixed and not self.affine:
            message = "`batchnorm` without a gain and a bias has nothing to be `fixed` but its statistics"
            raise LayerError(message, field="fixed", hint="`fixed` gives the gain and the bias too: leave out `affine`")

    def parameters(self, x: Tensor) -> int:
        """Gain and bias of every channel (notes 004, Computational Summary: 2C); none where they are fixed."""
        return 0 if self.fixed else super().parameters(x)

    def buffers(self, x: Tensor) -> Buffers:
        """Running mean and variance of every channel, and the number of batches seen; or all that is fixed, 4C."""
        if self.fixed:
            return Buffers(statistics=2 * x.channels, weights=2 * x.channels)
        return Buffers(statistics=2 * x.channels, counters=1)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """The notes' five per element, of y = (x - mean) / sqrt(var + eps) * gain + bias.

        Subtract the mean, add eps, divide by the root, multiply by the gain, add the bias; three when not affine. Where
        it is fixed, a product and an addition: what each channel is multiplied by, and what is added, is known before.
        """
        return Operations(add=y.elements, mul=y.elements) if self.fixed else super().operations(x, y)

    def weight_operations(self, x: Tensor, training: bool) -> Operations:
        """Where it is fixed, gain / sqrt(var + eps) and bias - mean * that, once for every channel.

        Additions of eps, roots, divisions; products and subtractions.
        """
        return Operations(add=2, mul=1, div=1, exp=1).times(x.channels) if self.fixed else Operations()

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return self._record_frozen(tape, x, y) if self.fixed else self.record_norm(tape, x, y.channels)

    def _record_frozen(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """A product and a sum with what is computed of buffers: no gradient comes to those, and x is not kept."""
        for name in ("weight", "bias", "running_mean", "running_var"):
            tape.buffer(y.channels, name)
        sizes = (1, y.channels, *[1] * len(y.spatial))
        scale, shift = (tape.make(y.channels, tape.dtype, sizes=sizes) for _ in range(2))
        return tape.add(tape.multiply(x, scale), shift)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        if self.fixed:
            return _frozen(nn, x, self.eps)
        rank = max(1, len(x.spatial))
        return getattr(nn, f"BatchNorm{rank}d")(x.channels, eps=self.eps, affine=self.affine)


def _frozen(nn: Any, x: Tensor, eps: float) -> Any:
    """torchvision's FrozenBatchNorm2d, for any number of axes; its buffers are in that order."""
    per_channel = (x.channels, *[1] * len(x.spatial))

    def forward(module: Any, x: Any) -> Any:
        scale = module.weight * (module.running_var + eps).rsqrt()
        shift = module.bias - module.running_mean * scale
        return x * scale.reshape(per_channel) + shift.reshape(per_channel)

    gain, variance = (parameter(nn, x.channels) for _ in range(2))
    bias, mean = (nn.Parameter(torch_of(nn).zeros(x.channels)) for _ in range(2))
    return buffered(module_of(nn, forward, weight=gain, bias=bias, running_mean=mean, running_var=variance))
