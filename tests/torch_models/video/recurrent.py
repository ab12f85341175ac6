"""Networks that go through a video frame by frame: the convolutional LSTM."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed

State = tuple[torch.Tensor, torch.Tensor]


class ConvLSTM(nn.Module):
    """A layer of Shi et al. 2015, equation 3: gates of 5x5 convolutions, with a peephole for each channel.

    One that reads nothing goes on from the state that it is given.
    """

    def __init__(self, channels: int | None, width: int) -> None:
        super().__init__()
        reads = channels is not None
        self.of_frame = nn.Conv2d(channels or 0, 4 * width, 5, padding=2) if reads else None
        self.of_state = nn.Conv2d(width, 4 * width, 5, padding=2, bias=not reads)
        self.peepholes = nn.ParameterList([nn.Parameter(torch.ones(width, 1, 1)) for _ in range(3)])
        self.width = width

    def forward(self, frames: list[torch.Tensor | None], state: State | None) -> tuple[list[torch.Tensor], State]:
        found = []
        for frame in frames:
            if state is None:
                assert frame is not None
                state = (frame.new_zeros(len(frame), self.width, *frame.shape[2:]),) * 2
            hidden, memory = state
            gates = self.of_state(hidden)
            if self.of_frame is not None:
                gates = gates + self.of_frame(frame)
            i, f, c, o = gates.chunk(4, 1)
            at_i, at_f, at_o = self.peepholes
            memory = torch.sigmoid(f + at_f * memory) * memory + torch.sigmoid(i + at_i * memory) * torch.tanh(c)
            hidden = torch.sigmoid(o + at_o * memory) * torch.tanh(memory)
            state = hidden, memory
            found.append(hidden)
        assert state is not None
        return found, state


class EncoderForecaster(nn.Module):
    """Figure 3 of Shi et al. 2015: the forecaster starts from the encoder's states, and all of its states are read."""

    def __init__(self, widths: tuple[int, ...] = (128, 64, 64), patch: int = 4) -> None:
        super().__init__()
        self.patches, self.image = nn.PixelUnshuffle(patch), nn.PixelShuffle(patch)
        self.encoder = nn.ModuleList(map(ConvLSTM, (patch**2, *widths), widths))
        self.forecaster = nn.ModuleList(map(ConvLSTM, (None, *widths), widths))
        self.last = nn.Conv2d(sum(widths), patch**2, 1)

    def forward(self, video: torch.Tensor) -> torch.Tensor:
        frames = [self.patches(frame) for frame in video.unbind(2)]
        states = []
        for layer in self.encoder:
            frames, state = layer(frames, None)
            states.append(state)
        foretold, layers = [None] * len(frames), []
        for layer, state in zip(self.forecaster, states, strict=True):
            foretold, _ = layer(foretold, state)
            layers.append(foretold)
        return torch.stack([self.image(self.last(torch.cat(each, 1))) for each in zip(*layers, strict=True)], 2)


REFERENCES: dict[str, Reference] = {
    "convlstm": typed(
        "EncoderForecaster typed from equation 3", 1, 10, 64, 64, build=EncoderForecaster, sample=(1, 10, 16, 24)
    ),
    "convlstm_2_layers": typed(
        "EncoderForecaster typed from equation 3", 1, 10, 64, 64, build=EncoderForecaster, widths=(128, 128)
    ),
    "convlstm_1_layer": typed(
        "EncoderForecaster typed from equation 3", 1, 10, 64, 64, build=EncoderForecaster, widths=(256,)
    ),
}
