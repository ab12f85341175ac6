"""Attention as a product of three outputs: queries, keys and values that a network has made itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.attention import attend
from cnncost.errors import LayerError
from cnncost.layers.base.axes import channel_dimension, resized
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.one_channel import anything
from cnncost.layers.base.specifiers import flag, real
from cnncost.layers.base.window import Contracted, Reach
from cnncost.layers.joins.join import Join
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor

_OPERANDS = 3
_AXES = 2
_HEADS = -3


class ScaledDotProductAttention(Join, keyword="scaled_dot_product_attention"):
    """softmax(q k^T / sqrt(d)) v of queries, keys and values [heads, N, d], and a mask that is added, as a fourth.

    Heads may be grouped: a whole number of the queries' heads for each head of the keys and values. What is `causal` is
    counted in full, as the products are.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> attention, x = ScaledDotProductAttention(), Tensor(12, (197, 64))
    >>> y = attention.output(x, x, x)
    >>> y.dims, attention.operations(x, x, x, y=y).mac  # 2 x 12 x 197 x 197 x 64
    ((12, 197, 64), 59610624)
    """

    source = "Vaswani et al. 2017, 3.2.1; PyTorch's scaled_dot_product_attention; Ainslie et al. 2023 (grouped heads)"
    needs_all_inputs = True

    causal: bool = flag("whether queries read the keys up to their own place only", default=False)
    scale: float | None = real("what products are multiplied by; 1 / sqrt(d) when absent", default=None)

    def check(self, *xs: Tensor) -> None:
        if len(xs) not in (_OPERANDS, _OPERANDS + 1):
            message = f"`{self.keyword}` reads queries, keys and values, and maybe a mask, not {len(xs)} outputs"
            raise LayerError(message)
        query, key, value, *mask = xs
        for x in (query, key, value):
            if len(x.dims) < _AXES or len(x.dims) != len(query.dims):
                message = f"`{self.keyword}` takes queries, keys and values of the same two axes or more, not "
                raise LayerError(message + f"{query}, {key} and {value}", hint="as in [heads, N, d]")
        if mask and self.causal:
            raise LayerError(f"`{self.keyword}` has a mask or is `causal`, not both", field="causal")
        self._refuse_unlike(query, key, value)
        if mask:
            self._refuse_mask(mask[0], (*query.dims[:-1], key.dims[-2]))

    def _refuse_unlike(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        """Raise a LayerError where rows and columns do not meet, or heads are not whole groups."""
        if query.dims[-1] != key.dims[-1]:
            message = f"queries {query} and keys {key} are of unlike length, {query.dims[-1]} and {key.dims[-1]}"
            raise LayerError(message)
        if key.dims[:-1] != value.dims[:-1]:
            raise LayerError(f"keys {key} and values {value} are not as many")
        batch, others = query.dims[:-2], key.dims[:-2]
        if batch != others and (batch[:-1] != others[:-1] or batch[-1] % others[-1]):
            message = f"queries {query} and keys {key} are of unlike heads"
            raise LayerError(message, hint="a whole number of the queries' heads may share one of the keys'")

    def _refuse_mask(self, mask: Tensor, scores: tuple[int, ...]) -> None:
        """Raise a LayerError where a mask cannot be added to the scores."""
        behind = scores[-len(mask.dims) :]
        if len(mask.dims) > len(scores) or any(a not in (1, b) for a, b in zip(mask.dims, behind, strict=True)):
            raise LayerError(f"a mask of {mask} cannot be added to scores of {list(scores)}")

    def scores(self, query: Tensor, key: Tensor) -> int:
        """Products of a query with a key."""
        return product(query.dims[:-1]) * key.dims[-2]

    def output(self, *xs: Tensor) -> Tensor:
        """As many vectors as there are queries, as long as the values."""
        query, _, value, *_ = xs
        return resized(query, {len(query.dims) - 1: value.dims[-1]})

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """Of N queries, M keys and each head: N M multiply-accumulates for every number of a key and of a value.

        Scores take a product with the scale, a sum with the mask if there is one, an exponential, and a division by
        the sum of their row, which takes M - 1 additions.
        """
        query, key, value, *mask = xs
        scores = self.scores(query, key)
        rows = product(query.dims[:-1])
        mac = scores * (key.dims[-1] + value.dims[-1])
        return Operations(mac=mac, mul=scores, add=(1 + len(mask)) * scores - rows, exp=scores, div=scores)

    def gradient_macs(self, *xs: Tensor, y: Tensor) -> GradientMacs:
        """As many as forward for either factor of both products, whichever of the three inputs needs a gradient."""
        return GradientMacs(inner=2 * self.operations(*xs, y=y).mac)

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Of its own head, the query at its own place, every key, and its own number of every value."""
        query, key, _, *mask = xs
        batch: tuple[int | None, ...] = tuple(range(len(query.dims) - _AXES))
        heads = tuple(
            [place if a == b else None for place, (a, b) in enumerate(zip(query.dims, key.dims, strict=True))]
        )
        shared = heads[: len(batch)]
        row, number = len(batch), len(batch) + 1
        reaches = [
            Contracted((*batch, row, None)),
            Contracted((*shared, None, None)),
            Contracted((*shared, None, number)),
        ]
        for x in mask:
            before = len(query.dims) - len(x.dims)
            sizes = zip(range(before, row + 1), x.dims[:-1], strict=True)
            reaches.append(Contracted((*[p if size == query.dims[p] else None for p, size in sizes], None)))
        return tuple(reaches)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        """A mask of fewer axes has those that it lacks behind the batch."""
        query, key, value, *masks = xs
        for mask in masks:
            sizes = tape.strides(mask).sizes
            more = (1,) * (1 + len(y.dims) - len(sizes))
            return attend(tape, query, key, value, views.reshape(tape, mask, (sizes[0], *more, *sizes[1:])))
        return attend(tape, query, key, value)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        query, key, *_ = xs
        options = {"is_causal": self.causal, "scale": self.scale}
        if query.dims[:-2] != key.dims[:-2]:
            options["enable_gqa"] = True
        missing = [len(query.dims) - len(mask.dims) for mask in xs[_OPERANDS:]]

        def attend(query: Any, key: Any, value: Any, *mask: Any) -> Any:
            added = [x.unflatten(0, (len(x), *[1] * axes)) for x, axes in zip(mask, missing, strict=True)]
            return nn.functional.scaled_dot_product_attention(query, key, value, *added, **options)

        return attend

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """What all keys and values see, and what the queries see."""
        views = [self._view(line, x, y) for x in xs]

        def total(*inputs: Any) -> Any:
            return sum(view(x) for view, x in zip(views, inputs, strict=True) if x is not None)

        return total

    def _view(self, line: Line, x: Tensor, y: Tensor) -> Callable[[Any], Any]:
        """Everything, which is what one query of one head sees at the least where one channel stands for all."""
        if channel_dimension(x) != len(x.dims) - 1 or x.layout != y.layout:
            raise LayerError("heads or queries trade places with channels, which one channel cannot show")
        return lambda lit: anything(lit, line.thin(y).dims)
