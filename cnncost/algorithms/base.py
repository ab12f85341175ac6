"""What an algorithm for convolutions says of itself: whether it applies, its multiplications, and its extra memory.

Formulas are plain arithmetic, like those of the layers: they run on numbers, on arrays, and on symbols.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncost.layers.contractions.conv import Conv
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

ALGORITHMS: dict[str, Algorithm] = {}
"""Every algorithm, by its name."""


class ConvolutionCall(NamedTuple):
    """A convolution where it stands."""

    layer: Conv
    """With its fields."""
    x: Tensor
    """The shape of one sample that it reads."""
    y: Tensor
    """The shape of one sample that it writes."""
    batch: int
    """How many samples."""

    @property
    def filters(self) -> int:
        """Pairs of an input and an output channel that a kernel of its own connects, C_o (C_i / g)."""
        return self.layer.out * (self.x.channels // self.layer.groups)


class Algorithm:
    """Base of all algorithms. A subclass with ``name=`` is one of them: its docstring says how it counts.

    Multiplications are real ones, those of the matrix product or of its counterpart between transformed data and
    transformed weights. What a transform itself multiplies is said by each algorithm. Additions are not counted.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """Its name for people."""
    short: ClassVar[str] = ""
    """The same for the heading of a column."""
    source: ClassVar[str] = ""
    """Who published it."""
    letters: ClassVar[Mapping[str, str]] = {}
    """What the sizes are that its formulas have letters for."""

    def __init_subclass__(cls, name: str | None = None, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if name is not None:
            if name in ALGORITHMS:
                raise TypeError(f"two algorithms are called {name!r}")
            cls.name = name
            ALGORITHMS[name] = cls()

    @property
    def about(self) -> str:
        """The algorithm in one line."""
        return (type(self).__doc__ or self.name).strip().splitlines()[0].rstrip(".")

    def refusal(self, layer: Layer, x: Tensor) -> str | None:
        """Why it cannot compute a convolution of the input `x`; nothing where it can."""
        return None

    def sizes(self, call: ConvolutionCall) -> dict[str, int]:
        """What its formulas have letters for: the keys of :attr:`letters`."""
        return {}

    def multiplications(self, call: ConvolutionCall, **sizes: int) -> int:
        """Multiplications of the whole batch; `sizes` are those of :meth:`sizes`."""
        raise NotImplementedError

    def extra_elements(self, call: ConvolutionCall, **sizes: int) -> int:
        """Numbers that it keeps besides input, weights and output, all at once and for the whole batch."""
        raise NotImplementedError


def refusal_of_others(layer: Layer) -> str | None:
    """The refusal of everything but a plain convolution."""
    return None if isinstance(layer, Conv) else f"a `{layer.keyword}` is not a plain convolution"


def refusal_of_steps(layer: Conv) -> str | None:
    """The refusal of strides: an algorithm that computes every output would compute most of them in vain."""
    if all(step == 1 for step in layer.stride):
        return None
    return f"stride {_axes(layer.stride)}: it computes the outputs of stride 1"


def refusal_of_kernels(layer: Conv, kernel: tuple[int, ...]) -> str | None:
    """The refusal of all kernels but one, and of dilated ones."""
    if len(layer.kernel) != len(kernel):
        axes = "1 axis" if len(layer.kernel) == 1 else f"{len(layer.kernel)} axes"
        return f"a map of {axes}: it is for {len(kernel)}"
    if layer.kernel != kernel:
        return f"kernel {_axes(layer.kernel)}: it is for {_axes(kernel)}"
    if all(gap == 1 for gap in layer.dilation):
        return None
    return f"dilation {_axes(layer.dilation)}: its tiles have no holes"


def _axes(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))
