"""How much a module computes, whatever it is: what its receptive field costs to see is not known otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    from collections.abc import Callable

_FLOPS_PER_NUMBER = 64
"""Operations of a matrix product that take as long as writing a number does."""


class _Written(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch types no initialiser of subclasses
    """Adds up the elements of what torch's operators give."""

    numbers = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        for each in found if isinstance(found, tuple | list) else (found,):
            if isinstance(each, Tensor):
                self.numbers += each.numel()
        return found


def counted(run: Callable[[], Any]) -> tuple[Any, int]:
    """What a function gives, and how many numbers torch computed; matrix products count as so many more.

    >>> import torch
    >>> ones = torch.ones(4, 16)
    >>> counted(lambda: ones + 1)[1], counted(lambda: ones @ ones.T)[1]
    (64, 88)
    """
    with FlopCounterMode(display=False) as flops, _Written() as written:  # type: ignore[no-untyped-call]
        found = run()
    return found, written.numbers + flops.get_total_flops() // _FLOPS_PER_NUMBER
