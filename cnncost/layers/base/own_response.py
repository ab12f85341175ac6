"""What lights up behind a module of somebody's own, of which nothing is known but what it computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.base.counterpart import torch_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor

_DRAWS = 4
"""Random inputs that are tried: what one of them hides (below zero, or behind a maximum), another shows."""
_STEP = 4.0
"""How far a lit unit is moved: further than random numbers differ, so that it becomes a maximum or ceases to be one."""
_ROUNDING = 1e-9
"""Below it a difference is rounding, in double precision."""
_NOISE = 0.1
"""What is added to weights: some modules begin with zeros, behind which nothing lights up."""
_SEED = 0


def response_of_module(nn: Any, module: Any, line: Line, x: Tensor, y: Tensor) -> Callable[[Any], Any]:
    """A function that says which positions of a module's output change with the lit positions of its input.

    The module runs with all its channels and axes on random numbers, as they are and with those at lit positions moved.

    Args:
        nn: ``torch.nn``.
        module: an ``nn.Module``, or a function of a tensor.
        line: the axis that is looked at.
        x: what the module reads.
        y: what it writes.
    """
    torch = torch_of(nn)
    generator = torch.Generator().manual_seed(_SEED)

    def random(*dims: int) -> Any:
        return torch.randn(*dims, generator=generator, device="cpu", dtype=torch.float64)

    if isinstance(module, nn.Module):
        module.double().eval().requires_grad_(False)
        for weight in module.parameters():
            weight.add_(_NOISE * random(*weight.shape).to(weight.device))
    is_alike = y.layout == "map" and len(y.spatial) == line.axes
    reduced = [y.channel_axis, *(line.others(y) if is_alike else [])]

    draws: list[tuple[Any, Any, Any]] = []
    seen: dict[bytes, Any] = {}

    def changed(row: Any) -> Any:
        """What changes with the lit units of one row, in any of the draws."""
        found: Any = 0
        for before, plain, by in draws:
            difference = (module(before + by * (row != 0)) - plain).abs()
            found = found | (difference > _ROUNDING * (1 + plain.abs())).amax(reduced, keepdim=True)
        return found

    def run(lit: Any) -> Any:
        while len(draws) < _DRAWS:
            before, by = random(1, *x.dims).to(lit.device), _STEP * random(1, *x.dims).to(lit.device)
            draws.append((before, module(before), by))
        keys = [bytes((row != 0).flatten().cpu().tolist()) for row in lit]
        for key, row in zip(keys, lit, strict=True):
            if key not in seen:  # many rows of pixels reach the same units
                seen[key] = changed(row[None])
        return torch.cat([seen[key] for key in keys]).to(lit.dtype)

    return run
