"""Steps of imported models beside the same models in PyTorch, on the CPU: what only the model's own code explains."""

from __future__ import annotations

import torch
from torch import nn

from cnncost import load
from cnncost.footprint.running.step import run_step
from cnncost.footprint.settings import StepSettings
from cnncost.layers.activation import Identity
from cnncost.measurement.memory.between_operators import measure_live_bytes
from cnncost.measurement.memory.real_step import RealStep
from tests.autograd.measured import CONDITIONS, kept_by_pytorch

TOKENS, WIDTH, BATCH = 5, 16, 3


class Attentive(nn.Module):
    """PyTorch's attention, which has the tokens before the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
        self.head = nn.Linear(WIDTH, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        attended, _ = self.attention(x, x, x, need_weights=False)
        return self.head(attended).sum(1)


class Wide(nn.Module):
    """Layers in a ``Sequential`` whose input a local variable holds, and that is as large as what they make."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Linear(WIDTH, 64)
        self.layers = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.before(x)
        return self.layers(y)


def test_attention_keeps_the_copy_that_its_projection_reads() -> None:
    graph = load(f"{__name__}:Attentive", input=[TOKENS, WIDTH])
    on_cpu = run_step(graph, StepSettings(batch=BATCH, device="cpu", loss="sum")).kept_bytes
    assert on_cpu == sum(kept_by_pytorch(Attentive(), torch.rand(BATCH, TOKENS, WIDTH), conditions=CONDITIONS[0]))
    on_gpu = run_step(graph, StepSettings(batch=BATCH, device="cuda", loss="sum")).kept_bytes
    # The copy; sums of rows of scores for 32 rows each in place of 5, of 2 heads; and two numbers of a generator.
    assert on_gpu - on_cpu == 4 * BATCH * TOKENS * WIDTH + 4 * BATCH * 2 * (32 - TOKENS) + 2 * 8


def test_attention_is_copied_where_the_batch_lies_between_the_axes() -> None:
    graph = load(f"{__name__}:Attentive", input=[TOKENS, WIDTH])
    copied = [(node.y.dims, node.layer.copies) for node in graph.nodes if isinstance(node.layer, Identity)]
    # Queries, keys and values; then heads side by side.
    assert copied == [((3, TOKENS, WIDTH), "always"), ((TOKENS, 2, WIDTH // 2), "gpu")]


def test_what_a_sequence_of_layers_reads_lives_until_its_end() -> None:
    graph = load(f"{__name__}:Wide", input=[WIDTH])
    settings = StepSettings(mode="infer", batch=BATCH, device="cpu")
    measured = measure_live_bytes(RealStep(Wide(), [torch.rand(BATCH, WIDTH)], settings)).between_operators
    parameters = sum(each.numel() for each in Wide().parameters())
    # The input, what `before` made, and two outputs as large as that.
    assert measured == 4 * (parameters + BATCH * (WIDTH + 3 * 64))
    assert run_step(graph, settings).peak_bytes == measured
