"""The caching allocator, by hand and against an H200."""

from __future__ import annotations

import csv
import gzip
import json
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from cnncost.footprint.cards.allocator import CachingAllocator, segment_for
from tests.compiled_operators import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 2**20
MEASURED = Path(__file__).parents[1] / "data" / "h200"


def reserved_for(*sizes: int) -> int:
    """Segments for tensors of these sizes, all alive at once, in MiB."""
    allocator = CachingAllocator()
    for name, size in enumerate(sizes):
        allocator.allocate(name, size)
    return allocator.figures.reserved // MIB


@pytest.mark.parametrize(
    ("sizes", "segments"),
    [
        ((1,), 2),
        ((MIB, MIB), 2),
        ((MIB, MIB, 1), 4),
        ((MIB + 1,), 20),  # the large pool's
        ((10 * MIB - 512, 10 * MIB - 512), 20),  # 10 MiB and 512 bytes are left, and cut off
        ((10 * MIB,), 10),
        ((10 * MIB + 1,), 12),
        ((19 * MIB, 512), 22),  # the 1 MiB behind the first is the large pool's
        ((17 * MIB + 512, 2 * MIB), 38),  # of 18 MiB less than 1 MiB is left
    ],
)
def test_segments(sizes: tuple[int, ...], segments: int) -> None:
    assert reserved_for(*sizes) == segments


def test_a_remainder_of_the_large_pool_is_cut_off_above_one_mebibyte_only() -> None:
    allocator = CachingAllocator()
    allocator.allocate("a", 19 * MIB)  # a segment of 20 MiB: 1 MiB remains, which is not more than that
    assert allocator.figures.allocated == 20 * MIB
    allocator = CachingAllocator()
    allocator.allocate("a", 9 * MIB)
    allocator.allocate("b", 10 * MIB - 512)  # fits behind it, and 1 MiB and 512 bytes remain
    assert allocator.figures.allocated == 19 * MIB - 512


def test_a_remainder_of_the_small_pool_is_cut_off_from_512_bytes() -> None:
    allocator = CachingAllocator()
    allocator.allocate("a", 1024)
    allocator.allocate("b", 512)
    assert allocator.figures.allocated == 1536


def test_best_fit_takes_the_smallest_block_and_of_equal_ones_the_first() -> None:
    allocator = CachingAllocator()
    for name, size in {"a": 30 * MIB, "b": 12 * MIB, "c": 12 * MIB, "d": 16 * MIB}.items():
        allocator.allocate(name, size)
    for name in "dcba":
        allocator.free(name)
    assert allocator.figures.reserved == 70 * MIB
    allocator.allocate("e", 12 * MIB)  # where b was
    allocator.allocate("f", 12 * MIB)  # where c was
    allocator.allocate("g", 12 * MIB)  # where d was, the smallest one left: 4 MiB of it remain
    allocator.allocate("h", 4 * MIB)
    allocator.allocate("i", 30 * MIB)
    assert allocator.figures.reserved == 70 * MIB


def test_freed_neighbours_become_one_block() -> None:
    allocator = CachingAllocator()
    for name in "abcd":
        allocator.allocate(name, 5 * MIB)
    for name in "acb":  # the last of them joins both
        allocator.free(name)
    allocator.allocate("e", 15 * MIB)
    assert allocator.figures.reserved == 20 * MIB
    for name in "ed":
        allocator.free(name)
    allocator.allocate("f", 20 * MIB)
    assert allocator.figures.reserved == 20 * MIB


def test_pools_do_not_share_segments() -> None:
    allocator = CachingAllocator()
    allocator.allocate("large", 19 * MIB)
    allocator.free("large")
    allocator.allocate("small", MIB)
    assert allocator.figures.reserved == 22 * MIB


def test_peaks_start_again() -> None:
    allocator = CachingAllocator()
    allocator.replay([(1, 1000), (2, 3000), (-2, 3000)])
    allocator.reset_peaks()
    figures = allocator.figures
    assert (figures.peak_allocated, figures.peak_requested) == (1024, 1000)


def test_tensors_without_bytes_take_nothing() -> None:
    allocator = CachingAllocator()
    allocator.replay([(1, 0), (-1, 0)])
    assert allocator.figures == (0, 0, 0, 0, 0)


def test_a_name_is_used_once() -> None:
    allocator = CachingAllocator()
    allocator.allocate("weights", 8)
    with pytest.raises(ValueError, match="'weights' is allocated already"):
        allocator.allocate("weights", 8)
    with pytest.raises(KeyError):
        allocator.free("gradient")


def test_segments_of_large_blocks_are_rounded() -> None:
    assert [segment_for(size * MIB) for size in (9, 10, 11)] == [20 * MIB, 10 * MIB, 12 * MIB]


class Replayed:
    """A process on the card as it was measured: cuBLAS's workspaces, the model, a batch, and three training steps."""

    def __init__(self, row: dict[str, str]) -> None:
        name = f"trace-{row['network']}-{row['dtype']}.json.gz"
        self.trace = json.loads(gzip.decompress((MEASURED / name).read_bytes()))
        self.allocator = CachingAllocator()
        self.names = count()
        # The process's first network used cuBLAS for the first time when its first linear layer ran.
        self.has_workspaces = row["persistent_bytes"] != "0"
        if self.has_workspaces:
            self.take_workspaces()
        with torch.device("meta"):
            network = getattr(import_torchvision().models, row["network"])()
        self.parameters = [4 * parameter.numel() for parameter in network.parameters()]
        for tensor in tensors_of(network):
            self.new(tensor.numel() * tensor.element_size())
        self.loaded = self.allocator.figures
        self.new(8 * 3 * 224 * 224 * 4)
        self.new(8 * 8)
        self.gradients: list[int] = []
        self.step(first=True)
        self.step()
        self.steady = self.allocator.figures
        self.allocator.reset_peaks()
        self.step()

    def new(self, size: int) -> int:
        name = next(self.names)
        self.allocator.allocate(name, size)
        return name

    def take_workspaces(self) -> None:
        for size in (32 * MIB, MIB, 32 * MIB):
            self.new(size)

    def step(self, first: bool = False) -> None:
        alive: dict[int, tuple[int, int]] = {}
        optimizer = self.optimizer_starts()
        for place, (name, size) in enumerate(self.trace["events"]):
            if first and place == optimizer:
                for each in self.parameters:  # both moments
                    self.new(each)
                    self.new(each)
            if name > 0:
                alive[name] = self.new(size), size
                if not self.has_workspaces and size == 8 * 1000 * 4:  # the linear layer's output
                    self.take_workspaces()
                    self.has_workspaces = True
            elif name < 0:
                self.allocator.free(alive.pop(-name)[0])
            elif self.gradients:
                self.allocator.free(self.gradients.pop(0))
        self.gradients = self.in_order_of_parameters([*alive.values()][::-1])

    def optimizer_starts(self) -> int:
        """AdamW's temporaries are the last tensors that are made, one for each parameter."""
        made = [place for place, (name, _) in enumerate(self.trace["events"]) if name > 0]
        return made[-len(self.parameters)]

    def in_order_of_parameters(self, made: list[tuple[int, int]]) -> list[int]:
        """Gradients are made about backwards; the next step frees them in the order of the parameters."""
        ordered = []
        for size in self.parameters:
            place = next(place for place, each in enumerate(made) if each[1] == size)
            ordered.append(made.pop(place)[0])
        assert not made
        return ordered


def tensors_of(module: Any) -> Iterator[Any]:
    """Parameters and buffers in the order in which ``Module.to`` moves them: children first."""
    for child in module.children():
        yield from tensors_of(child)
    yield from module.parameters(recurse=False)
    yield from module.buffers(recurse=False)


with (MEASURED / "train_memory.csv").open() as _file:
    ROWS = [*csv.DictReader(_file)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['network']}-{row['dtype']}")
def test_every_figure_of_a_step_on_an_h200(row: dict[str, str]) -> None:
    replayed = Replayed(row)
    measured = {
        name: int(value) for name, value in row.items() if name.endswith(("allocated", "reserved", "requested"))
    }
    figures = replayed.allocator.figures
    assert measured == {
        "loaded_allocated": replayed.loaded.allocated,
        "loaded_reserved": replayed.loaded.reserved,
        "steady_allocated": replayed.steady.allocated,
        "steady_requested": replayed.steady.requested,
        "peak_allocated": figures.peak_allocated,
        "peak_requested": figures.peak_requested,
        "peak_reserved": figures.reserved,
    }
