"""A gap: a place of an imported model of which shapes and weights are known, and not what is computed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError, SpecError
from cnncost.layers.base.costs import Buffers, Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.tensor import ANY_LAYOUT
from cnncost.layers.base.unrecorded import record_unknown
from cnncost.layers.base.window import Reach, Reads

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.errors import Origin
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor

_UNSAID = frozenset(("operations", "gradient_macs", "reach", "kept"))


class Gap(Layer):
    """An operator that nobody has translated: figures that need its operations are not known, and totals say so.

    Args:
        operator: what it is called where it comes from.
        y: the shape of one sample of its output.
        parameters: trained numbers that it reads, and no other layer has.
        buffers: given ones.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> x = Tensor(8, (4, 4))
    >>> gap = Gap("cumsum", x, 0, 0)
    >>> gap.output(x, x).dims, sorted(gap.unsaid)
    ((8, 4, 4), ['gradient_macs', 'kept', 'operations', 'reach'])
    """

    family = "gap"
    source = "not known: the operator has no layer"
    accepts = ANY_LAYOUT
    joins = True
    needs_all_inputs = True
    is_own = True

    def __init__(self, operator: str, y: Tensor, parameters: int, buffers: int) -> None:
        self.__dict__.update(keyword=operator, y=y, trained=parameters, given=buffers)

    def __repr__(self) -> str:
        return f"{self.keyword}()"

    @property
    def unsaid(self) -> frozenset[str]:
        return _UNSAID

    def output(self, *xs: Tensor) -> Tensor:
        shape: Tensor = vars(self)["y"]
        return shape

    def parameters(self, *xs: Tensor) -> int:
        return int(vars(self)["trained"])

    def buffers(self, *xs: Tensor) -> Buffers:
        return Buffers(weights=vars(self)["given"])

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """Not known."""
        return Operations()

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Not known: whatever there is."""
        return (Reads.ANYWHERE,) * len(xs)

    def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
        return record_unknown(tape, self, xs, y)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        raise self.no_module(self.keyword, None)

    def no_module(self, name: str, origin: Origin | None) -> SpecError:
        """The error where a module is to be made of the node of that name, which comes from `origin`."""
        what = "" if name == self.keyword else f" for `{self.keyword}`"
        message = f"`{name}` is a gap{what}: what it computes is not known, and no module can be made of it"
        return SpecError(message, origin, hint="`analyze` shows the figures that are known")

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        raise LayerError(f"what `{self.keyword}` reads is not known")
