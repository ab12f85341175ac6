"""Tokens: what a vision transformer needs besides linear layers and layer norm.

A map becomes tokens by a convolution whose stride is the patch, and `patch_tokens` (Dosovitskiy et al. 2021, 3.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.attention import attend
from cnncost.autograd.products import linear
from cnncost.errors import LayerError
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.counterpart import module_of, parameter, torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, everywhere, unchanged
from cnncost.layers.base.specifiers import count
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads, Relabelling, Window

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


class PatchTokens(Layer, keyword="patch_tokens"):
    """Every position of a map as a token, row by row.

    >>> PatchTokens().output(Tensor(768, (14, 14))).dims
    (196, 768)
    """

    family = "token"
    source = "Dosovitskiy et al. 2021, 3.1"
    is_view = True

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels, (x.positions,), "tokens")

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None: a view."""
        return Operations()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The positions row by row, and the channels behind them."""
        return (Relabelling((x.channels, x.positions), (1, 0)),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.swap(tape, views.reshape(tape, x, (tape.batch, y.channels, y.positions)), 1, 2)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.flatten(2).transpose(1, 2)


class TokenLayer(Layer):
    """Layers from tokens to tokens."""

    family = "token"
    source = "Dosovitskiy et al. 2021, 3.1"
    accepts = ("tokens",)


class ClassToken(TokenLayer, keyword="class_token"):
    """A learned token put before the others."""

    def output(self, x: Tensor) -> Tensor:
        (tokens,) = x.spatial
        return Tensor(x.channels, (tokens + 1,), "tokens")

    def parameters(self, x: Tensor) -> int:
        """The token, C."""
        return x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None: a copy."""
        return Operations()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped((Window(1, 1, -1),), x.channels),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        token = tape.parameter(y.channels, "token", (1, 1, y.channels))
        return views.cat(tape, [views.expand(tape, token, (tape.batch, 1, y.channels)), x], 1)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        def forward(module: Any, x: Any) -> Any:
            return torch_of(nn).cat([module.token.expand(x.shape[0], -1, -1), x], 1)

        return module_of(nn, forward, token=parameter(nn, 1, 1, x.channels))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """The learned token is dark."""
        return lambda tokens: nn.functional.pad(tokens, (0, 0, 1, 0))


class PositionEmbedding(TokenLayer, keyword="position_embedding"):
    """A learned vector added to every token, one per place."""

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        """A vector per token, T C."""
        return x.elements

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One addition per element."""
        return Operations(add=y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.POINT,)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.add(x, tape.parameter(y.elements, "embedding", (1, *y.dims)))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return module_of(nn, lambda module, x: x + module.embedding, embedding=parameter(nn, 1, *x.dims))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class Attention(TokenLayer, keyword="attention"):
    """Multi-head self-attention, with biases, and a projection of the output.

    >>> attention, x = Attention(heads=12), Tensor(768, (197,), "tokens")
    >>> attention.parameters(x), attention.operations(x, x).mac
    (2362368, 524391936)
    """

    source = "Vaswani et al. 2017, 3.2; PyTorch's MultiheadAttention"
    has_weight_matrices = True

    heads: int = count("heads, which divide the channels", symbol="h", divides=True)

    def check(self, x: Tensor) -> None:
        if x.channels % self.heads:
            raise LayerError(f"{self.heads} heads do not divide the {x.channels} input channels", field="heads")

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        """Query, key, value and output projections, each C x C with a bias."""
        return 4 * x.channels * x.channels + self.biases(x)

    def biases(self, x: Tensor) -> int:
        """One for every channel of each projection."""
        return 4 * x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Four projections, the products Q K^T and A V, and the scaled softmax of every row of h T x T scores.

        Multiply-accumulates T 4 C^2 + 2 T^2 C. Biases add 4 T C. A score takes a division by sqrt(C / h), an
        exponential and a division by the sum of its row, which takes T - 1 additions.
        """
        scores = self.heads * x.positions**2
        rows = self.heads * x.positions
        return Operations(
            mac=4 * x.channels * x.elements + 2 * x.positions * x.elements,
            add=self.bias_additions(x, y) + scores - rows,
            div=2 * scores,
            exp=scores,
        )

    def bias_additions(self, x: Tensor, y: Tensor) -> int:
        """One for every element of the four projections."""
        return 4 * x.elements

    def gradient_macs(self, x: Tensor, y: Tensor) -> GradientMacs:
        """A gradient of the weights and one of the input for each projection, and two for each product.

        The input gradient of the output's projection and the gradients of Q K^T and A V stay inside: they lead to the
        weights of the query, key and value projections.
        """
        projection, product = x.channels * x.elements, x.positions * x.elements
        return GradientMacs(weights=4 * projection, inner=projection + 4 * product, inputs=3 * projection)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.WHOLE,)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """PyTorch has the tokens first, and queries, keys and values side by side in one product, then in a copy."""
        tokens, width, head = y.positions, y.channels, y.channels // self.heads
        x = views.swap(tape, x, 0, 1)
        before = tape.made
        weights = [tape.parameter(3 * width * width, "in_proj_weight"), tape.parameter(3 * width, "in_proj_bias")]
        projected = linear(tape, x, weights, 3 * width)
        split = views.reshape(tape, projected, (tokens, tape.batch, 3, width))
        packed = views.contiguous(tape, views.permute(tape, split, (2, 0, 1, 3)))
        tape.let_go(before, packed)
        parts = [views.select(tape, packed, 0) for _ in range(3)]
        heads = [views.reshape(tape, part, (tokens, tape.batch * self.heads, head)) for part in parts]
        turned = [views.swap(tape, part, 0, 1) for part in heads]
        attended = attend(tape, *[views.reshape(tape, x, (tape.batch, self.heads, tokens, head)) for x in turned])
        tape.let_go(before, attended)
        rows = views.contiguous(tape, views.permute(tape, attended, (2, 0, 1, 3)))
        rows = views.reshape(tape, rows, (tokens * tape.batch, width))
        weights = [tape.parameter(width * width, "out_proj_weight"), tape.parameter(width, "out_proj_bias")]
        made = views.reshape(tape, linear(tape, rows, weights, width), (tokens, tape.batch, width))
        return views.swap(tape, made, 0, 1)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        attention = nn.MultiheadAttention(x.channels, self.heads, batch_first=True)
        return module_of(nn, lambda module, x: module.attention(x, x, x, need_weights=False)[0], attention=attention)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return everywhere


class SelectToken(TokenLayer, keyword="select_token"):
    """One token as a flat tensor: the class token that the head reads."""

    is_view = True

    i: int = count("which token, counted from 0", low=0)

    def check(self, x: Tensor) -> None:
        if self.i >= x.positions:
            raise LayerError(f"there is no token {self.i} among the {x.positions} of {x}", field="i")

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels, (), "flat")

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None: a view."""
        return Operations()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped((Window(1, 1, self.i),), x.channels),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return views.select(tape, x, 1)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x[:, self.i]
