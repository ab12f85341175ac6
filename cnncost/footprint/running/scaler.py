"""A gradient scaler, as float16 needs it: ``torch.amp.GradScaler``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.tensors import Value

if TYPE_CHECKING:
    from cnncost.autograd.heap import Heap
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Storage

_NUMBER_BYTES = 4


class GradientScaler:
    """Holds its scale and a count of steps; a step has one number besides that says whether gradients are infinite."""

    def __init__(self, heap: Heap) -> None:
        self.heap = heap
        self.scale = heap.place(_NUMBER_BYTES, "scaler")
        heap.place(_NUMBER_BYTES, "scaler")

    def scaled(self, tape: Tape, loss: Value) -> Value:
        """The loss times the scale."""
        scaled = tape.run("mul", [loss, Value(self.scale, 1, "float32")], 1, keeps=[Value(self.scale, 1, "float32")])
        return tape.finish_layer(scaled, None)

    def before_step(self, fused: bool) -> list[Storage]:
        """What there is until the optimizer has stepped; a fused optimizer is handed the scale, and a sum of flags."""
        return [self.heap.allocate(_NUMBER_BYTES, "scaler") for _ in range(3 if fused else 1)]
