"""Layers that multiply by weights and sum, and what their weights may be: trained, given, or normalised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Buffers, GradientMacs, Operations
from cnncost.layers.base.counterpart import buffered, computed
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.recording import record_computed, record_spectral_norm, record_weight_norm

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Tensor

FIXED = "whether weights and bias are given: buffers, not parameters"
WEIGHT_NORM = "whether weights are a direction and a length, both trained"
SPECTRAL_NORM = "whether weights are divided by their largest singular value"
COMPUTED_FROM = "how many numbers the weights and the bias are computed from, trained ones and given ones"


class Contraction(Layer):
    """Layers that multiply and accumulate with weights: convolutions and linear layers."""

    has_weight_matrices = True

    bias: bool

    def weights(self, x: Tensor) -> int:
        """Elements of the weight tensor."""
        raise NotImplementedError

    def parameters(self, x: Tensor) -> int:
        """Weights and one bias per output channel."""
        return self.weights(x) + self.bias * self.output(x).channels

    def biases(self, x: Tensor) -> int:
        """What is no weight."""
        return self.parameters(x) - self.weights(x)

    def bias_additions(self, x: Tensor, y: Tensor) -> int:
        """One for every output."""
        return self.bias * y.elements


class Parametrised(Contraction):
    """Contractions whose weights are trained as they are, or given, or computed from what is trained at every pass.

    Weights that are computed otherwise, or that belong to another layer too, say how many numbers they are computed
    from that no other layer has: those are stored in their place. What computing them takes is not counted.

    Weight norm is that of Salimans & Kingma 2016, equation 2, spectral norm that of Miyato et al. 2018, algorithm 1,
    both as ``torch.nn.utils.parametrizations`` has them.
    """

    out: int
    fixed: bool
    weight_norm: bool
    spectral_norm: bool
    computed_from: tuple[int, ...] | None

    def check(self, x: Tensor) -> None:
        chosen = [name for name in ("fixed", "weight_norm", "spectral_norm", "computed_from") if getattr(self, name)]
        if len(chosen) > 1:
            message = f"the weights of `{self.keyword}` are `{chosen[0]}` or `{chosen[1]}`, not both"
            raise LayerError(message, field=chosen[1])

    def kernels(self, x: Tensor) -> tuple[int, ...]:
        """Sizes of the weight tensor, in PyTorch's order."""
        raise NotImplementedError

    def weight_shape(self, x: Tensor) -> tuple[int, ...] | None:
        """Sizes of the weight tensor, unless the weights are computed at every pass."""
        computed = self.weight_norm or self.spectral_norm or self.computed_from is not None
        return None if computed else self.kernels(x)

    def lengths(self, x: Tensor) -> int:
        """The lengths that weight norm trains: one per output channel."""
        return self.out

    def matrix(self, x: Tensor) -> tuple[int, int]:
        """Rows and columns of the weights as the matrix whose largest singular value spectral norm takes."""
        raise NotImplementedError

    def parameters(self, x: Tensor) -> int:
        """Weights and one bias per output channel; the lengths of weight norm besides; none where they are fixed."""
        if self.computed_from is not None:
            return self.computed_from[0]
        if self.fixed:
            return 0
        return self.weights(x) + self.biases(x) + (self.lengths(x) if self.weight_norm else 0)

    def biases(self, x: Tensor) -> int:
        """One per output channel, unless they are fixed or computed."""
        return 0 if self.fixed or self.computed_from is not None else self.bias * self.out

    def buffers(self, x: Tensor) -> Buffers:
        """Fixed weights and biases; of spectral norm the two singular vectors, as long as a column and a row."""
        if self.computed_from is not None:
            return Buffers(weights=self.computed_from[1])
        if self.fixed:
            return Buffers(weights=self.weights(x) + self.bias * self.out)
        return Buffers(statistics=sum(self.matrix(x)) if self.spectral_norm else 0)

    def record_weights(self, tape: Tape, x: Tensor) -> list[Value]:
        """The weight and the bias as the product reads them."""
        weights = [self._record_weight(tape, x)]
        if not self.bias:
            return weights
        if self.computed_from is not None:
            return [*weights, record_computed(tape, self.out, (0, 0), "bias")]
        return [*weights, tape.buffer(self.out, "bias") if self.fixed else tape.parameter(self.out, "bias")]

    def _record_weight(self, tape: Tape, x: Tensor) -> Value:
        elements = self.weights(x)
        if self.computed_from is not None:
            return record_computed(tape, elements, self.computed_from, "weight")
        if self.weight_norm:
            return record_weight_norm(tape, elements, self.lengths(x))
        if self.spectral_norm:
            return record_spectral_norm(tape, *self.matrix(x))
        return tape.buffer(elements, "weight") if self.fixed else tape.parameter(elements, "weight")

    def weight_operations(self, x: Tensor, training: bool) -> Operations:
        """Of weight norm g v / |v|, of spectral norm W / (u W v), and the step in training that improves u and v.

        Weight norm: a square and a product per weight, sums over each length, its root, and a division by it. Spectral
        norm: a product per weight and row, their sum, and a division per weight; in training two matrix-vector products
        besides, each divided by its length, which is at least eps. These products are multiplications and additions:
        multiply-accumulates are those of activations.
        """
        weights = self.weights(x)
        if self.weight_norm:
            lengths = self.lengths(x)
            return Operations(mul=2 * weights, add=weights - lengths, div=lengths, exp=lengths)
        if not self.spectral_norm:
            return Operations()
        rows, columns = self.matrix(x)
        normalised = Operations(mul=weights + rows, add=weights - 1, div=weights)
        step = Operations(mul=2 * weights + rows + columns, add=2 * weights - 2, div=rows + columns, cmp=2, exp=2)
        return normalised.plus(step) if training else normalised

    def gradient_macs(self, x: Tensor, y: Tensor) -> GradientMacs:
        """As many for the weights and for the inputs as forward; fixed weights have none."""
        macs = self.operations(x, y=y).mac
        return GradientMacs(weights=0 if self.fixed else macs, inputs=macs)

    def with_form(self, nn: Any, module: Any) -> Any:
        """PyTorch's module with weights of this form."""
        if self.computed_from is not None:
            return computed(nn, module, self.computed_from)
        if self.fixed:
            return buffered(module)
        if self.weight_norm:
            return nn.utils.parametrizations.weight_norm(module)
        return nn.utils.parametrizations.spectral_norm(module) if self.spectral_norm else module
