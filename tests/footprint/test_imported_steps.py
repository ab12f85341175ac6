"""Steps of imported models beside the same models in PyTorch, on the CPU: what only the model's own code explains."""

from __future__ import annotations

import torch
from torch import nn

from cnncost import load
from cnncost.footprint.settings import StepSettings
from cnncost.footprint.step import run_step
from cnncost.measurement.memory.between_operators import measure_live_bytes
from cnncost.measurement.memory.real_step import RealStep

WIDTH, BATCH = 16, 3


class Wide(nn.Module):
    """Layers in a ``Sequential`` whose input a local variable holds, and that is as large as what they make."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Linear(WIDTH, 64)
        self.layers = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.before(x)
        return self.layers(y)


def test_what_a_sequence_of_layers_reads_lives_until_its_end() -> None:
    graph = load(f"{__name__}:Wide", input=[WIDTH])
    settings = StepSettings(mode="infer", batch=BATCH, device="cpu")
    measured = measure_live_bytes(RealStep(Wide(), [torch.rand(BATCH, WIDTH)], settings)).between_operators
    parameters = sum(each.numel() for each in Wide().parameters())
    # The input, what `before` made, and two outputs as large as that.
    assert measured == 4 * (parameters + BATCH * (WIDTH + 3 * 64))
    assert run_step(graph, settings).peak_bytes == measured
