"""A layer that a spec defines itself: what its definition says at the input that it reads, and what it leaves open.

The definition's expressions are evaluated where the layer is called, since nothing here knows the language. What they
do not say is named by `unsaid`: formulas come to nothing there, and metrics make a gap of it, never a zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError, SpecError
from cnncost.layers.base.costs import Buffers, GradientMacs, Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.own_response import ResponseOfModule
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.unrecorded import record_unknown
from cnncost.layers.base.window import Reach, Reads
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line


class Written(NamedTuple):
    """A figure as the definition writes it."""

    formula: str
    """Its expression."""
    numbers: str
    """The same with numbers for its names."""


class Said(NamedTuple):
    """What a definition says of the layer at one input; ``None`` where it says nothing."""

    y: Tensor
    """Shape of the output sample."""
    parameters: int | None = None
    """Trainable elements."""
    buffers: Buffers | None = None
    """Stored elements that are not trained."""
    operations: Operations | None = None
    """Of the forward pass of one sample."""
    gradient_macs: GradientMacs | None = None
    """Multiply-accumulates of the backward pass of one sample."""
    reach: Reach | None = None
    """What an output unit reads."""
    kept: int | None = None
    """Numbers that backward needs besides the input, of one sample."""


class OwnText(NamedTuple):
    """A definition as its spec writes it."""

    signature: str
    """Its name with its parameters."""
    keys: tuple[tuple[str, str], ...]
    """What it says, each with its text in YAML."""
    variables: tuple[tuple[str, str], ...] = ()
    """The variables and functions of the file that it sees, each with its text, in the file's order."""


class OwnCall(NamedTuple):
    """A layer that a spec defines, as a step calls it."""

    name: str
    """What the spec calls it."""
    arguments: tuple[tuple[str, Any], ...]
    """Its parameters with their values, in the order of its signature."""
    x: Tensor
    """The sample that it reads, which all that is said holds for."""
    said: Said
    """What its definition says."""
    texts: tuple[tuple[str, Written], ...] = ()
    """The figures as it writes them, by their names in a report."""
    module: str | None = None
    """Where its PyTorch module is, ``package.module:Class``; ``None`` where that is not said."""
    definition: OwnText | None = None
    """How its spec writes it."""


class OwnLayer(Layer):
    """A layer that the spec defines under `layers`.

    Args:
        call: what it is.
        maker: makes its module, where the user allowed that code to run.

    >>> x = Tensor(8, (4, 4))
    >>> swish = OwnLayer(OwnCall("swish", (), x, Said(x, parameters=0, reach=Reads.POINT)))
    >>> swish.output(x).dims, sorted(swish.unsaid)
    ((8, 4, 4), ['buffers', 'gradient_macs', 'kept', 'operations'])
    """

    family = "own"
    source = "its definition in the spec"
    accepts = ANY_LAYOUT
    is_own = True

    call: OwnCall
    maker: Callable[[OwnLayer], Any] | None

    def __init__(self, call: OwnCall, maker: Callable[[OwnLayer], Any] | None = None) -> None:
        self.__dict__.update(keyword=call.name, call=call, maker=maker)

    def __repr__(self) -> str:
        return f"{self.keyword}({', '.join(f'{name}={value!r}' for name, value in self.call.arguments)})"

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.call.arguments)

    @property
    def texts(self) -> dict[str, tuple[str, str]]:
        return dict(self.call.texts)

    @property
    def unsaid(self) -> frozenset[str]:
        return frozenset(name for name, value in self.call.said._asdict().items() if value is None)

    def may_share_with(self, other: Layer) -> bool:
        """Whether both are called with the same arguments: what they read may be of another size."""
        return isinstance(other, OwnLayer) and self.call[:2] == other.call[:2]

    def check(self, x: Tensor) -> None:
        if x != self.call.x:
            raise LayerError(f"what `{self.keyword}` says of itself was worked out for {self.call.x}, and it reads {x}")

    def output(self, x: Tensor) -> Tensor:
        return self.call.said.y

    def parameters(self, x: Tensor) -> int:
        return self.call.said.parameters or 0

    def buffers(self, x: Tensor) -> Buffers:
        return self.call.said.buffers or Buffers()

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Those that its definition says."""
        return self.call.said.operations or Operations()

    def gradient_macs(self, x: Tensor, y: Tensor) -> GradientMacs:
        return self.call.said.gradient_macs or GradientMacs()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (self.call.said.reach or Reads.ANYWHERE,)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return record_unknown(tape, self, xs, y, self.call.said.kept)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        if self.maker is None:
            raise SpecError(f"the code of `{self.keyword}` may not be run", hint="`--allow-code` allows it")
        return self.maker(self)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Which units of the module itself respond."""
        if self.call.said.reach is None:
            raise LayerError("its definition says nothing of its `window`")
        return ResponseOfModule(nn, self.counterpart(nn, x), line, x, y)
