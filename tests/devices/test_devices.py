"""Devices: workspaces held to traces of an H200, by hand, and what a user brings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnncost.algorithms import ConvolutionCall
from cnncost.algorithms.workspaces import WORKSPACES
from cnncost.devices import DIRECTIONS, device, devices, largest_workspace, memory_profile, profile, profiles
from cnncost.devices.profile import FOLDER
from cnncost.devices.record import checked
from cnncost.errors import SpecError
from cnncost.language.yaml.plain import read_plain
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.contractions.conv import Conv

if TYPE_CHECKING:
    from collections.abc import Iterator

MEASURED = Path(__file__).parents[1] / "data" / "h200"


def call_of(
    size: int, channels: int, out: int, kernel: int, *, batch: int = 8, stride: int = 1, axes: int = 2, **fields: int
) -> ConvolutionCall:
    """A convolution of square maps."""
    conv = Conv.make({"out": out, "kernel": kernel, "stride": stride, "padding": kernel // 2, **fields}, rank=axes)
    x = Tensor(channels, (size,) * axes)
    return ConvolutionCall(conv, x, conv.output(x), batch)


def measured(dtype: str) -> Iterator[tuple[int, int]]:
    """Of each convolution in the traces: what the profile says, and what was taken."""
    with (MEASURED / "workspaces.csv").open() as file:
        for row in csv.DictReader(file):
            if row["dtype"] == dtype:
                sizes = [int(row[name]) for name in ("size", "in_channels", "out_channels", "kernel")]
                call = call_of(*sizes, stride=int(row["stride"]), groups=int(row["groups"]))
                yield memory_profile("h200").workspace(call, row["direction"], dtype), int(row["workspace_bytes"])


def test_every_float32_workspace_of_the_traces() -> None:
    pairs = [*measured("float32")]
    assert len(pairs) == 116
    assert [said for said, _ in pairs] == [taken for _, taken in pairs]


def test_most_bfloat16_workspaces_of_the_traces() -> None:
    pairs = [*measured("bfloat16")]
    near = [abs(said - taken) <= 0.001 * taken for said, taken in pairs]
    assert (sum(near), len(near)) == (100, 118)
    whole = sum(taken for _, taken in pairs)
    assert abs(sum(said for said, _ in pairs) - whole) < 0.03 * whole


@pytest.mark.parametrize(
    ("batch", "sizes", "direction", "workspace"),
    [
        # VGG-16 at batch 16: 9 · 256² weights, and spectra of 64 × 33 of 256 · (256 + 16) maps, twice
        (16, (56, 256, 256, 3), "forward", 4 * 9 * 256**2 + 8 * 64 * 33 * 2 * 256 * 272),
        (8, (56, 256, 256, 3), "forward", 0),
        (16, (56, 128, 256, 3), "forward", 0),
        # ResNet-18: 16 tiles for 128 channels at batch 16, 8 at batch 8
        (16, (28, 128, 128, 3), "input_gradient", 8 * 17 * 32 * (128**2 + 16 * 256)),
        (8, (28, 128, 128, 3), "input_gradient", 0),
        (16, (28, 256, 256, 3), "input_gradient", 0),
        (16, (56, 128, 256, 3), "input_gradient", 0),  # more channels than it reads: no spectra
        # tiles of 4 × 4 outputs: 49 a sample
        (16, (28, 128, 128, 3), "weight_gradient", 144 * (128**2 + 256 * 16 * 49)),
    ],
)
def test_ways_that_depend_on_the_batch(
    batch: int, sizes: tuple[int, int, int, int], direction: str, workspace: int
) -> None:
    call = call_of(*sizes, batch=batch)
    assert memory_profile("h200").workspace(call, direction, "float32") == workspace


def test_videos_are_copied_for_the_gradient_of_the_weights() -> None:
    # 2 samples of 4³ positions in and 2³ out, 64 and 128 channels, 27 weights each
    call = call_of(4, 64, 128, 3, batch=2, stride=2, axes=3)
    copies = 4 * (2 * 64 * 64 + 2 * 128 * 8 + 64 * 128 * 27) + 16
    assert [memory_profile("h200").workspace(call, each, "float32") for each in DIRECTIONS] == [0, 0, copies]


def test_two_bytes_are_filled_up_to_eight_channels() -> None:
    # a stem of 7 × 7: 3 channels become 8
    call = call_of(224, 3, 64, 7, stride=2)
    copies = 2 * (8 * 8 * 224**2 + 8 * 64 * 112**2 + 8 * 64 * 49) + 16
    assert memory_profile("h200").workspace(call, "forward", "bfloat16") == copies
    assert memory_profile("h200").workspace(call, "forward", "bfloat16", channels_last=True) == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_groups_take_none(direction: str, dtype: str) -> None:
    assert memory_profile("h200").workspace(call_of(56, 64, 64, 3, groups=64), direction, dtype) == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    "sizes", [(56, 64, 64, 3), (56, 256, 256, 3), (7, 160, 320, 3), (14, 1024, 512, 1), (27, 64, 192, 5)]
)
def test_no_workspace_is_above_the_bound(sizes: tuple[int, int, int, int], dtype: str, direction: str) -> None:
    call = call_of(*sizes, batch=16)
    assert memory_profile("h200").workspace(call, direction, dtype) <= largest_workspace(call, dtype)


def test_a_convolution_that_nothing_else_can_compute_is_bounded_by_copies() -> None:
    call = call_of(8, 8, 8, 3, stride=2, batch=1)
    copies = 4 * (8 * 64 + 8 * 16 + 8 * 8 * 9) + 16
    assert largest_workspace(call, "float32") == max(copies, WORKSPACES["partial_sums"].bytes(call, 4))
    assert largest_workspace(call_of(8, 8, 8, 3, groups=8), "float32") == 0


def test_cublas_keeps_more_once_backward_has_run() -> None:
    h200 = memory_profile("h200")
    assert sum(h200.matrix_workspaces(training=True)) == 68_157_440  # as the H200's allocator reported
    assert sum(h200.matrix_workspaces(training=False)) == 33 * 2**20


@pytest.mark.parametrize("name", sorted(profiles()))
def test_shipped_profiles_hold_to_the_record(name: str) -> None:
    checked(read_plain(profiles()[name]), name)
    card = profile(name).card
    assert card is None or card in devices()


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text((FOLDER / "h200.yaml").read_text().replace("name: h200", "name: mine"))
    mine = profile(str(path))
    assert (mine.name, mine.memory) == ("mine", memory_profile("h200"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "algorithm: tiled_fft",
            "algorithm: fast",
            "`memory.workspaces[2].algorithm` must be one of `none`, `winograd`, `tiled_fft`",
        ),
        (
            "directions: [input_gradient]",
            "directions: [backward]",
            "`memory.workspaces[2].directions[0]` should be 'forward'",
        ),
        ("widens: false", "wider: false", "`memory.workspaces[2].wider` is not a known field"),
        ("map: [28, null]", "map: 28", "`memory.workspaces[2].map` should be a valid tuple"),
        ("context: [287000000", "context: [-1", "`memory.context[0]` should be greater than or equal to 0"),
        ("title: NVIDIA H200\n", "", "`title` is missing"),
        ("gap: 1.9", "gap: -1.9", "`latency.host.gap` should be greater than or equal to 0"),
        ("gap: 1.9", "gap: 1e308", "`latency.host.gap` should be less than or equal to 1000000000000"),
        ("operation: 51.1", "operation: .nan", "`latency.host.operation` should be a finite number"),
        ("operation: 51.1", "operation: 1e308", "`latency.host.operation` should be less than or equal to"),
        ("operation: 51.1", "operation: 1e-308", "`latency.host.operation` should be greater than 0.000000000001"),
    ],
)
def test_what_a_profile_may_not_hold(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = (FOLDER / "h200.yaml").read_text()
    assert old in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        profile(str(path))
    assert f"`{path}` is not a device's profile: {fault}" in str(caught.value)


def test_a_profile_that_knows_times_of_no_kernel(tmp_path: Path) -> None:
    text = (FOLDER / "h200.yaml").read_text()
    path = tmp_path / "mine.yaml"
    path.write_text(text[: text.index("  kernels:")] + "  kernels: []\n")
    with pytest.raises(SpecError) as caught:
        profile(str(path))
    assert f"`{path}` is not a device's profile: `latency.kernels` is empty" in str(caught.value)


def test_no_such_profile() -> None:
    with pytest.raises(SpecError) as caught:
        profile("h2000")
    assert str(caught.value) == (
        "error: no profile of a device is called `h2000`; did you mean `h200`?\n"
        "  = hint: there is `h200`; the path of a YAML file is a profile of your own"
    )
    with pytest.raises(SpecError, match=r"there is no file `nowhere\.yaml`"):
        profile("nowhere.yaml")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("rtx4090", "rtx4090"),
        ("NVIDIA GeForce RTX 4090", "rtx4090"),
        ("H100", "h100-sxm"),
        ("h100 pcie", "h100-pcie"),
        ("NVIDIA H100 80GB HBM3", "h100-sxm"),
        ("A100 80GB", "a100-80gb"),
    ],
)
def test_cards_are_found_however_they_are_written(written: str, name: str) -> None:
    assert device(written).name == name


@pytest.mark.parametrize("written", ["", "nvidia", "gtx 99"])
def test_cards_that_are_not_known(written: str) -> None:
    with pytest.raises(SpecError, match="no card is known as"):
        device(written)


def test_what_was_not_read_is_left_out() -> None:
    assert device("v100").memory_bytes is None
    assert device("v100").available_bytes is None
    assert device("l4").available_bytes == 23034 * 2**20
    for card in devices().values():
        figures = {"memory": card.memory_bytes, "usable": card.usable_bytes, "bandwidth": card.bandwidth}
        figures |= {f"peaks.{dtype}": peak for dtype, peak in card.peaks.items()}
        assert {name for name, value in figures.items() if value is not None} == set(card.sources)
        assert card.memory_bytes is None or card.usable_bytes is None or card.usable_bytes <= card.memory_bytes


def test_a_profile_that_says_nothing_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "clock.yaml"
    text = (FOLDER / "h200.yaml").read_text()
    path.write_text(text[: text.index("memory:")])
    assert profile(str(path)).memory is None
    with pytest.raises(SpecError) as caught:
        memory_profile(str(path))
    assert str(caught.value) == (
        f"error: the profile `{str(path)[-80:]}` says nothing of memory\n"
        "  = hint: `--device cpu` and `--device cuda` need none"
    )
