"""The learned tensor: what a network starts from, or adds, multiplies or concatenates, without reading anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Buffers, Operations
from cnncost.layers.base.counterpart import buffered, computed, module_of, parameter, torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.recording import record_computed
from cnncost.layers.base.specifiers import flag, numbers, sources
from cnncost.layers.base.tensor import Tensor

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.window import Reach

_MOST_SIZES = 8
_SIZES_OF_TOKENS = 2


class Parameter(Layer, keyword="parameter"):
    """A learned tensor, the same for every sample: a constant input, a class token, queries, an embedding of positions.

    It reads nothing. Its sizes are those of an input, channels first, or of tokens: how many, and their channels.

    >>> Parameter(shape=(512, 4, 4)).parameters()
    8192
    >>> Parameter(shape=(1, 192), tokens=True).output()
    Tensor(channels=192, spatial=(1,), layout='tokens')
    """

    family = "tensor"
    source = "Karras et al. 2019, section 2 (StyleGAN's constant); Dosovitskiy et al. 2021, 3.1; PyTorch's Parameter"
    accepts = ()
    is_source = True
    is_view = True

    shape: tuple[int, ...] = numbers("sizes of a sample, without the batch", symbol="n")
    tokens: bool = flag("whether it is tokens: how many, and their channels", default=False)
    fixed: bool = flag("whether it is given: a buffer, not a parameter", default=False)
    computed_from: tuple[int, ...] | None = sources("how many numbers it is computed from, trained ones and given ones")

    def check(self) -> None:
        if self.fixed and self.computed_from is not None:
            message = "what `parameter` is computed from says which of it is given: leave out `fixed`"
            raise LayerError(message, field="fixed")
        if self.tokens and len(self.shape) != _SIZES_OF_TOKENS:
            message = f"`parameter` of tokens has 2 sizes, not {len(self.shape)}"
            raise LayerError(message, field="shape", hint="how many tokens, and their channels: [1, 192]")
        if len(self.shape) > _MOST_SIZES:
            message = f"`parameter` has 1 to {_MOST_SIZES} sizes, not {len(self.shape)}"
            raise LayerError(message, field="shape", hint="channels first, without the batch: [512, 4, 4]")

    def output(self) -> Tensor:
        """The tensor itself: a map, or tokens, or flat where it has one size."""
        if self.tokens:
            return Tensor(self.shape[1], self.shape[:1], "tokens")
        return Tensor(self.shape[0], self.shape[1:], "map" if len(self.shape) > 1 else "flat")

    def parameters(self) -> int:
        """Its elements, however many samples there are; none where it is fixed; what it is computed from, if it is."""
        if self.computed_from is not None:
            return self.computed_from[0]
        return 0 if self.fixed else self.output().elements

    def buffers(self) -> Buffers:
        """Its elements where it is fixed."""
        if self.computed_from is not None:
            return Buffers(weights=self.computed_from[1])
        return Buffers(weights=self.output().elements if self.fixed else 0)

    def operations(self, y: Tensor) -> Operations:
        """None: it is stored, and every sample has a view of it."""
        return Operations()

    def reach(self, y: Tensor) -> tuple[Reach, ...]:
        return ()

    def record(self, tape: Tape, y: Tensor) -> Value:
        if self.computed_from is not None:
            tensor = record_computed(tape, y.elements, self.computed_from, "tensor")
        elif self.fixed:
            tensor = tape.buffer(y.elements, "tensor")
        else:
            tensor = tape.parameter(y.elements, "tensor")
        tensor.strides = Strides.of((1, *y.dims))
        return views.expand(tape, tensor, (tape.batch, *y.dims))

    def counterpart(self, nn: Any) -> Any:
        def forward(module: Any, samples: int) -> Any:
            # Without gradients, a view of a parameter would say that it requires one, and have no function for it.
            tensor = module.tensor if torch_of(nn).is_grad_enabled() else module.tensor.detach()
            return tensor.expand(samples, *self.shape)

        module = module_of(nn, forward, tensor=parameter(nn, *self.shape))
        if self.computed_from is not None:
            return computed(nn, module, self.computed_from)
        return buffered(module) if self.fixed else module

    def one_channel(self, nn: Any, line: Line, y: Tensor) -> Any:
        """Always dark."""
        return lambda: None
