"""What lights up behind a module of somebody's own, of which nothing is known but what it computes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.group_tests import fewest_tests, responses_of_rows
from cnncost.layers.base.one_channel import MOST_AT_ONCE

if TYPE_CHECKING:
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.tensor import Tensor

_DRAWS, _FEWER_DRAWS = 4, 2
"""Random inputs that are tried: what one of them hides (below zero, or behind a maximum), another shows."""
_MANY = 64
"""Where so many numbers may show that a unit responds, fewer draws do."""
_STEP = 4.0
"""How far a lit unit is moved: further than random numbers differ, so that it becomes a maximum or ceases to be one."""
_ROUNDING = 1e-9
"""Below it a difference is rounding, in double precision."""
_NOISE = 0.1
"""What is added to weights: some modules begin with zeros, behind which nothing lights up."""
_SEED = 0


class ResponseOfModule:
    """Says which positions of a module's output change with the lit positions of its input.

    The module runs with all its channels and axes on random numbers, as they are and with those at lit positions moved.

    Args:
        nn: ``torch.nn``.
        module: an ``nn.Module``, or a function of a tensor.
        line: the axis that is looked at.
        x: what the module reads.
        y: what it writes.
    """

    def __init__(self, nn: Any, module: Any, line: Line, x: Tensor, y: Tensor) -> None:
        self._torch, self._module, self._line, self._x = torch_of(nn), module, line, x
        self._generator = self._torch.Generator().manual_seed(_SEED)
        if isinstance(module, nn.Module):
            module.double().eval().requires_grad_(False)
            for weight in module.parameters():
                weight.add_(_NOISE * self._random(*weight.shape).to(weight.device))
        self._reduced = [y.channel_axis, *line.others(y)]
        chances = prod((1, *y.dims)[axis] for axis in self._reduced)
        self._draws = _DRAWS if chances < _MANY else _FEWER_DRAWS
        self._inputs: list[tuple[Any, Any, Any]] = []
        """Of each draw the input, what the module makes of it, and by how much lit units are moved."""
        self._work = 0
        """What one input costs, in numbers computed."""
        self._at_once = 1
        """Inputs in a batch."""
        self._rows: Any = None
        """Which units respond to each row along the line."""
        self._seen: dict[bytes, Any] = {}
        """Of inputs whose units lie elsewhere: which units respond to what was lit."""

    def __call__(self, lit: Any) -> Any:
        """Which units respond to lit ones, in a batch.

        Raises:
            LayerError: it would take too long, or the module gives something else each time.
        """
        if not self._inputs:
            self._draw(lit.device)
        rows = self._x.spatial[self._line.axis] if self._line.is_along(self._x) else 0
        found = self._of_rows(lit) if rows and lit[0].numel() == rows else self._of_patterns(lit)
        return found.to(lit.dtype)

    def _of_rows(self, lit: Any) -> Any:
        """What responds to rows along the line: whatever responds to any of them."""
        rows = lit.flatten(1) != 0
        if self._rows is None:
            self._line.refuse_beyond(fewest_tests(rows.shape[1]) * self._draws * self._work)
            self._rows = responses_of_rows(self._torch, rows.shape[1], lambda test: self._changed(self._spread(test)))
        known = self._rows.to(lit.device)
        return ((rows.double() @ known.flatten(1).double()) > 0).reshape(-1, *known.shape[1:])

    def _spread(self, rows: Any) -> Any:
        """Truth values of rows, for the units of maps."""
        return rows.reshape(len(rows), *self._line.thin(self._x).dims)

    def _of_patterns(self, lit: Any) -> Any:
        """What responds to units that lie in another order, of which many rows of pixels reach the same."""
        masks = (lit != 0).cpu()
        keys = [bytes(mask.flatten().tolist()) for mask in masks]
        new = {key: mask for key, mask in zip(keys, masks, strict=True) if key not in self._seen}
        if new:
            self._line.refuse_beyond(len(new) * self._draws * self._work)
            self._seen |= zip(new, self._changed(self._torch.stack(list(new.values()))), strict=True)
        return self._torch.stack([self._seen[key] for key in keys]).to(lit.device)

    def _changed(self, masks: Any) -> Any:
        """What changes with the lit units of each mask, in any of the draws."""
        found = []
        for some in masks.split(self._at_once):
            changes: Any = False
            for before, plain, by in self._inputs:
                self._line.spend(len(some) * self._work)
                difference = (self._module(before + by * some.to(before.device)) - plain).abs()
                changes = changes | (difference > _ROUNDING * (1 + plain.abs())).amax(self._reduced, keepdim=True)
            found.append(changes.cpu())
        return self._torch.cat(found)

    def _draw(self, device: Any) -> None:
        """Random inputs, with what the module makes of them."""
        for _ in range(self._draws):
            before, by = [size * self._random(1, *self._x.dims).to(device) for size in (1.0, _STEP)]
            plain = self._module(before.clone())  # it may write over what it reads
            self._inputs.append((before, plain, by))
        before, plain, _ = self._inputs[0]
        again, self._work = self._line.counted(lambda: self._module(before.clone()))
        if not _alike(again, plain):
            raise LayerError("its module computes something else each time, whatever it reads")
        if self._runs_in_batches():
            self._at_once = max(1, MOST_AT_ONCE // max(1, self._work))

    def _random(self, *dims: int) -> Any:
        return self._torch.randn(*dims, generator=self._generator, device="cpu", dtype=self._torch.float64)

    def _runs_in_batches(self) -> bool:
        """Whether inputs in a batch give what each of them gives alone: some modules mix them, others take but one."""
        one, other = self._inputs[0], self._inputs[-1]
        try:
            together = self._module(self._torch.cat([one[0], other[0]]))
            return _alike(together, self._torch.cat([one[1], other[1]]))
        except Exception:  # whatever a module says that takes but one
            return False


def _alike(one: Any, other: Any) -> bool:
    """Whether two results are the same but for rounding."""
    if one.shape != other.shape:
        return False
    return bool(((one - other).abs() <= _ROUNDING * (1 + other.abs())).all())
