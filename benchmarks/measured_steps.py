"""The steps whose memory was measured on an H200, and their models."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "h200"

_LIBRARIES = {"tv_seg": "torchvision", "tv_vid": "torchvision", "timm": "timm"}


class Step(NamedTuple):
    """One step of training, or of inference, and what it took."""

    network: str
    """``resnet18``, ``tv_seg:deeplabv3_resnet50``, ``timm:dpn68``."""
    batch: int
    input: tuple[int, ...]
    """The shape of one sample."""
    amp: bool
    """Whether autocast runs in bfloat16."""
    optimizer: str | None
    """``adamw`` or ``momentum_wd``; ``None`` in inference."""
    channels_last: bool
    params: int
    """Of the model that was measured."""
    peak_allocated: int
    peak_reserved: int

    @property
    def trains(self) -> bool:
        """Whether it is a step of training."""
        return self.optimizer is not None

    @property
    def group(self) -> str:
        """What it is compared in: the kind of step."""
        if not self.trains:
            return "inference"
        return "bf16 autocast training" if self.amp else "float32 training"

    @property
    def spec(self) -> str:
        """The model as cnncost names it."""
        place, _, name = self.network.rpartition(":")
        return f"{_LIBRARIES.get(place, 'torchvision')}:{name}"

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of what the model reads."""
        return (self.batch, *self.input)

    def model(self) -> Any:
        """The model on meta tensors, in the step's mode.

        Raises:
            ValueError: its parameters are not those that were measured: another version of the library.
        """
        model = _made(self.network).to("meta").train(self.trains)
        found = sum(parameter.numel() for parameter in model.parameters())
        if found != self.params:
            raise ValueError(f"{self.network} has {found:,} parameters here, {self.params:,} where it was measured")
        return model


def measured() -> Iterator[Step]:
    """All of them, training first."""
    for table in ("train_memory.csv", "infer_memory.csv"):
        with (FOLDER / table).open(newline="") as file:
            yield from map(_step, csv.DictReader(file))


def _step(row: dict[str, str]) -> Step:
    return Step(
        network=row["network"],
        batch=int(row["batch"]),
        input=tuple(map(int, row["input"].split("x"))),
        amp=row["dtype"] == "amp_bf16",
        optimizer=row.get("optimizer"),
        channels_last=row["channels_last"] == "1",
        params=int(row["params"]),
        peak_allocated=int(row["peak_allocated"]),
        peak_reserved=int(row["peak_reserved"]),
    )


def _made(network: str) -> Any:
    """The model without weights; on the CPU where its constructor computes with numbers, as RegNet's does."""
    import torch

    place, _, name = network.rpartition(":")
    try:
        with torch.device("meta"):
            return _factory(place, name)()
    except RuntimeError:
        return _factory(place, name)()


def _factory(place: str, name: str) -> Any:
    if place == "timm":
        import timm

        return lambda: timm.create_model(name)
    from torchvision.models import get_model

    backbone = {"weights_backbone": None} if place == "tv_seg" else {}
    return lambda: get_model(name, weights=None, **backbone)
