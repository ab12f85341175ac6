"""Convolution algorithms: each is run on numbers, its multiplications counted, its result held to PyTorch."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from jsonschema import Draft202012Validator
from torch.nn import functional

from cnncost import analyze, load
from cnncost.algorithms import ALGORITHMS, ConvolutionCall
from cnncost.api.documents import json_schema
from cnncost.layers import REGISTRY, Tensor
from cnncost.metrics.convolution_algorithms import names
from cnncost.render import render
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.report.report import Report
from cnncost.symbolic.dims import power_of_two_from, rounded_logarithm

Array = Any

# The transforms of Lavin & Gray 2016, section 4.1 and 4.3: data, filter and inverse.
TRANSFORMS: dict[int, tuple[list[list[float]], list[list[float]], list[list[float]]]] = {
    2: (
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
        [[1, 1, 1, 0], [0, 1, -1, -1]],
    ),
    4: (
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
        [
            [1 / 4, 0, 0],
            [-1 / 6, -1 / 6, -1 / 6],
            [-1 / 6, 1 / 6, -1 / 6],
            [1 / 24, 1 / 12, 1 / 6],
            [1 / 24, -1 / 12, 1 / 6],
            [0, 0, 1],
        ],
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    ),
}


class Counter:
    """Counts real multiplications as they are made, and the numbers that are kept besides."""

    def __init__(self) -> None:
        self.multiplications = 0
        self.kept = 0

    def times(self, first: Array, second: Array) -> Array:
        """The products element by element; four for complex ones."""
        result = first * second
        self.multiplications += result.size * (4 if np.iscomplexobj(result) else 1)
        return result

    def keep(self, numbers: Array) -> Array:
        """The array, whose numbers are counted; two for complex ones."""
        self.kept += numbers.size * (2 if np.iscomplexobj(numbers) else 1)
        return numbers


class Case:
    """A convolution with random numbers, what PyTorch makes of it, and where it stands."""

    def __init__(self, shape: tuple[int, ...], **fields: Any) -> None:
        batch, channels, *spatial = shape
        self.batch, self.tensor = batch, Tensor(channels, tuple(spatial))
        self.layer: Any = REGISTRY["conv"].make({"bias": False, **fields}, len(spatial))
        generator = np.random.default_rng(5)
        weights = (self.layer.out, channels // self.layer.groups, *self.layer.kernel)
        self.x, self.w = generator.standard_normal(shape), generator.standard_normal(weights)
        self.padded = np.pad(self.x, [(0, 0), (0, 0), *self.layer.padding])
        convolution = getattr(functional, f"conv{len(spatial)}d")
        self.expected = convolution(
            torch.from_numpy(self.padded),
            torch.from_numpy(self.w),
            stride=self.layer.stride,
            dilation=self.layer.dilation,
            groups=self.layer.groups,
        ).numpy()

    def by_groups(self, array: Array) -> Array:
        """Samples and channels as samples, groups and the channels of a group."""
        return array.reshape(array.shape[0], self.layer.groups, -1, *array.shape[2:])

    def filters(self, array: Array) -> Array:
        """Output channels as groups and the output channels of a group."""
        return array.reshape(self.layer.groups, -1, *array.shape[1:])

    def counted(self, name: str) -> tuple[int, int]:
        """Multiplications and extra numbers, by the formulas."""
        algorithm, call = (
            ALGORITHMS[name],
            ConvolutionCall(self.layer, self.tensor, self.layer.output(self.tensor), self.batch),
        )
        assert algorithm.refusal(self.layer, self.tensor) is None
        sizes = algorithm.sizes(call)
        return algorithm.multiplications(call, **sizes), algorithm.extra_elements(call, **sizes)


def winograd(case: Case, tile: int) -> tuple[Array, Counter]:
    """The convolution by F(tile × tile, 3 × 3), and what it took."""
    data, weights, inverse = map(np.array, TRANSFORMS[tile])
    counter = Counter()
    height, width = case.expected.shape[2:]
    starts = [*product(range(0, height, tile), range(0, width, tile))]  # of every tile, the last ones hang over
    over = [(0, 0), (0, 0), (0, tile), (0, tile)]
    padded = np.pad(case.padded, over)
    pieces = np.stack([padded[:, :, h : h + tile + 2, w : w + tile + 2] for h, w in starts], axis=2)
    v = counter.keep(case.by_groups(data @ pieces @ data.T))
    u = counter.keep(case.filters(weights @ case.w @ weights.T))
    products = counter.times(v[:, :, None], u[None, :, :, :, None])
    sums = counter.keep(products.sum(axis=3))
    tiles = (inverse @ sums @ inverse.T).reshape(case.batch, case.layer.out, len(starts), tile, tile)
    result = np.zeros((case.batch, case.layer.out, height + tile, width + tile))
    for place, (h, w) in enumerate(starts):
        result[:, :, h : h + tile, w : w + tile] = tiles[:, :, place]
    return result[:, :, :height, :width], counter


def transformed(x: Array, axis: int, counter: Counter) -> Array:
    """The Fourier transform along an axis whose size is a power of two, by radix-2 butterflies."""
    x = np.moveaxis(x, axis, -1)
    size = x.shape[-1]
    if size > 1:
        even, odd = transformed(x[..., ::2], -1, counter), transformed(x[..., 1::2], -1, counter)
        turned = counter.times(odd, np.exp(-2j * np.pi * np.arange(size // 2) / size))
        x = np.concatenate([even + turned, even - turned], axis=-1)
    return np.moveaxis(x, -1, axis)


def spectra(maps: Array, axes: tuple[int, ...], counter: Counter) -> Array:
    """The half spectra of real maps, two of which go through each transform as one complex map."""
    first, second = maps[::2], maps[1::2]
    whole = (first + 1j * second).astype(complex)
    for axis in axes:
        whole = transformed(whole, axis, counter)
    mirrored = np.conj(whole)
    for axis in axes:
        mirrored = np.roll(np.flip(mirrored, axis), 1, axis)
    both = np.stack([(whole + mirrored) / 2, (whole - mirrored) / 2j], axis=1)
    return both.reshape(maps.shape)[..., : maps.shape[-1] // 2 + 1]


def back(halves: Array, shape: tuple[int, ...], axes: tuple[int, ...], counter: Counter) -> Array:
    """The real maps of half spectra, two in each transform."""
    whole = np.zeros((*halves.shape[:-1], shape[-1]), complex)
    whole[..., : halves.shape[-1]] = halves
    mirrored = np.conj(whole)
    for axis in axes:
        mirrored = np.roll(np.flip(mirrored, axis), 1, axis)
    rest = np.arange(shape[-1]) >= halves.shape[-1]
    whole[..., rest] = mirrored[..., rest]
    pairs = np.conj(whole[::2] + 1j * whole[1::2])  # an inverse transform is that of the conjugate
    for axis in axes:
        pairs = transformed(pairs, axis, counter)
    pairs = np.conj(pairs) / math.prod(shape)
    return np.stack([pairs.real, pairs.imag], axis=1).reshape(*halves.shape[:-1], shape[-1])


def by_fft(case: Case) -> tuple[Array, Counter]:
    """The convolution by products of spectra, and what it took."""
    counter = Counter()
    shape = tuple(1 << (size - 1).bit_length() for size in case.padded.shape[2:])
    axes = tuple(range(1, len(shape) + 1))
    maps = np.zeros((case.batch * case.tensor.channels, *shape))
    maps[(slice(None), *(slice(0, size) for size in case.padded.shape[2:]))] = case.padded.reshape(
        len(maps), *case.padded.shape[2:]
    )
    filters = np.zeros((case.w.shape[0] * case.w.shape[1], *shape))
    holes = tuple(slice(0, d * (k - 1) + 1, d) for k, d in zip(case.layer.kernel, case.layer.dilation, strict=True))
    filters[(slice(None), *holes)] = case.w.reshape(len(filters), *case.layer.kernel)
    seen, weighing = counter.keep(spectra(maps, axes, counter)), counter.keep(spectra(filters, axes, counter))
    frequencies = seen.shape[1:]
    seen = case.by_groups(seen.reshape(case.batch, case.tensor.channels, *frequencies))
    weighing = case.filters(weighing.reshape(*case.w.shape[:2], *frequencies))
    products = counter.times(seen[:, :, None], np.conj(weighing)[None])
    sums = counter.keep(products.sum(axis=3)).reshape(case.batch * case.layer.out, *frequencies)
    result = back(sums, shape, axes, counter).reshape(case.batch, case.layer.out, *shape)
    return result[(..., *(slice(0, size) for size in case.expected.shape[2:]))], counter


CASES_OF_3 = [
    Case((2, 3, 8, 8), out=4, kernel=3, padding=1),
    Case((1, 4, 7, 10), out=6, kernel=3, groups=2),
    Case((3, 2, 5, 6), out=2, kernel=3, padding=[[0, 2], [1, 0]], groups=2),
    Case((1, 1, 3, 3), out=1, kernel=3),
]
CASES_OF_ANY = [
    Case((2, 4, 8, 8), out=4, kernel=3, padding=1),
    Case((2, 3, 9, 6), out=4, kernel=[5, 2], padding=[[2, 1], [0, 1]]),
    Case((1, 4, 7, 7), out=6, kernel=3, groups=2),
    Case((1, 2, 12, 12), out=2, kernel=3, dilation=[2, 3]),
    Case((2, 2, 21), out=4, kernel=7, padding=3),
    Case((1, 2, 4, 5, 6), out=2, kernel=[2, 3, 3], padding=1),
    Case((2, 2, 1, 1), out=2, kernel=1),
]


@pytest.mark.parametrize("tile", [2, 4])
@pytest.mark.parametrize("case", CASES_OF_3)
def test_winograd_makes_as_many_multiplications_as_it_says(case: Case, tile: int) -> None:
    result, counter = winograd(case, tile)
    np.testing.assert_allclose(result, case.expected, atol=1e-10)
    assert (counter.multiplications, counter.kept) == case.counted(f"winograd_{tile}")


@pytest.mark.parametrize("case", CASES_OF_ANY)
def test_fft_makes_as_many_multiplications_as_it_says(case: Case) -> None:
    result, counter = by_fft(case)
    np.testing.assert_allclose(result, case.expected, atol=1e-10)
    assert (counter.multiplications, counter.kept) == case.counted("fft")


@pytest.mark.parametrize("case", [case for case in CASES_OF_ANY if len(case.tensor.spatial) == 2])
def test_im2col_makes_one_product_of_columns(case: Case) -> None:
    columns = functional.unfold(torch.from_numpy(case.padded), case.layer.kernel, case.layer.dilation).numpy()
    counter = Counter()
    rows = columns.reshape(case.batch, case.layer.groups, -1, columns.shape[-1])
    weights = case.w.reshape(case.layer.groups, -1, rows.shape[2])
    result = counter.times(rows[:, :, None], weights[None, ..., None]).sum(axis=3)
    np.testing.assert_allclose(result.reshape(case.expected.shape), case.expected, atol=1e-10)
    assert (counter.multiplications, columns.size) == case.counted("im2col")
    assert case.counted("direct") == (counter.multiplications, 0)


@pytest.mark.parametrize(("tile", "direct", "fast"), [(2, 36, 16), (4, 144, 36)])
def test_multiplications_of_a_tile_are_those_of_the_paper(tile: int, direct: int, fast: int) -> None:
    case = Case((1, 1, tile + 2, tile + 2), out=1, kernel=3)
    assert case.counted("direct")[0] == direct
    assert case.counted(f"winograd_{tile}")[0] == fast


def test_powers_of_two() -> None:
    for size in [*range(1, 70), 2**40 - 1, 2**40, 2**40 + 1]:
        power = next(power for power in range(42) if 2**power >= size)
        assert (power_of_two_from(size), rounded_logarithm(size)) == (2**power, power)
    sizes = np.array([1, 2, 3, 58, 64, 2**40 + 1])
    np.testing.assert_array_equal(power_of_two_from(sizes), [1, 2, 4, 64, 64, 2**41])
    np.testing.assert_array_equal(rounded_logarithm(sizes), [0, 1, 2, 6, 6, 41])


@pytest.mark.parametrize("name", ALGORITHMS)
def test_formulas_run_on_arrays_of_sizes(name: str) -> None:
    algorithm, sides = ALGORITHMS[name], [5, 8, 31]
    layer: Any = REGISTRY["conv"].make({"out": 8, "kernel": 3, "padding": 1}, 2)

    def counts(x: Tensor) -> tuple[Any, Any]:
        call = ConvolutionCall(layer, x, layer.output(x), 4)
        sizes = algorithm.sizes(call)
        return algorithm.multiplications(call, **sizes), algorithm.extra_elements(call, **sizes)

    together = counts(Tensor(3, (np.array(sides), np.array(sides))))  # type: ignore[arg-type]
    alone = [counts(Tensor(3, (side, side))) for side in sides]
    for which in (0, 1):
        np.testing.assert_array_equal(np.broadcast_to(together[which], 3), [each[which] for each in alone])


@pytest.mark.parametrize(
    ("kind", "fields", "spatial", "refused"),
    [
        ("conv", {"kernel": 3, "padding": 1}, (8, 8), {}),
        (
            "conv",
            {"kernel": 3, "stride": 2},
            (8, 8),
            dict.fromkeys(("fft", "winograd_2", "winograd_4"), "stride 2×2: it computes the outputs of stride 1"),
        ),
        (
            "conv",
            {"kernel": 7},
            (8, 8),
            dict.fromkeys(("winograd_2", "winograd_4"), "kernel 7×7: it is for 3×3"),
        ),
        (
            "conv",
            {"kernel": 3, "dilation": [1, 2]},
            (8, 8),
            dict.fromkeys(("winograd_2", "winograd_4"), "dilation 1×2: its tiles have no holes"),
        ),
        ("conv", {"kernel": 3}, (8,), dict.fromkeys(("winograd_2", "winograd_4"), "a map of 1 axis: it is for 2")),
        (
            "conv_transpose",
            {"kernel": 3},
            (8, 8),
            dict.fromkeys(("fft", "winograd_2", "winograd_4"), "a `conv_transpose` is not a plain convolution"),
        ),
    ],
)
def test_refusals(kind: str, fields: dict[str, Any], spatial: tuple[int, ...], refused: dict[str, str]) -> None:
    layer, x = REGISTRY[kind].make({"out": 8, **fields}, len(spatial)), Tensor(4, spatial)
    found = {name: algorithm.refusal(layer, x) for name, algorithm in ALGORITHMS.items()}
    assert {name: reason for name, reason in found.items() if reason is not None} == refused


# In reports.


def test_a_report_has_them_only_when_asked() -> None:
    plain, whole = analyze("lenet5"), analyze("lenet5", algorithms=True)
    assert not {*names()} & {*plain.totals}
    assert {*whole.totals} - {*plain.totals} == {*names()}
    assert {name: whole.totals[name] for name in plain.totals} == dict(plain.totals)
    assert "cheapest_algorithm" not in plain.to_dict()["layers"][0]


def test_nothing_of_them_is_imported_unless_asked() -> None:
    program = "import sys, cnncost; cnncost.analyze('lenet5').to_dict(); print('cnncost.algorithms' in sys.modules)"
    for asked, imported in (("", "False"), (", algorithms=True", "True")):
        text = program.replace("'lenet5'", f"'lenet5'{asked}")
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == imported


def test_what_is_left_open_is_said_below_the_table() -> None:
    def text(*columns: str) -> str:
        view = View(columns=columns)
        return render(report_document(analyze("lenet5", algorithms=True), view), "markdown")

    assert "mults: real multiplications, of convolutions alone; –: the algorithm does not apply" in text()
    assert "mults:" not in text("layer", "macs")


def test_a_report_by_algorithm_is_valid_and_comes_back() -> None:
    report = analyze("small_resnet", batch=2, algorithms=True)
    data = report.to_dict()
    Draft202012Validator(json_schema("analyze")).validate(data)
    assert Report.from_dict(data) == report
    assert report.by_type().grouped(1).totals == report.totals


def test_the_layers_of_a_network() -> None:
    rows = {row.name: row for row in analyze("small_resnet", algorithms=True).rows}
    stem, relu = rows["conv_bn.conv"], rows["relu"]
    # 64 filters of 3 channels on 32 × 32: 16 × 16 tiles of 16, 8 × 8 tiles of 36, and 27 weights at 1024 places.
    assert stem.figures["winograd_2_multiplications"] == 16 * 64 * 3 * 16 * 16
    assert stem.figures["winograd_4_multiplications"] == 36 * 64 * 3 * 8 * 8 == stem.figures["cheapest_multiplications"]
    assert stem.figures["direct_multiplications"] == stem.figures["macs"] == 27 * 64 * 1024
    assert stem.cheapest_algorithm == "winograd_4"
    assert relu.cheapest_algorithm is None
    assert {relu.figures[name] for name in names()} == {0}


def test_gaps_and_sums_of_blocks() -> None:
    report = analyze("small_resnet", algorithms=True)
    strided = next(row for row in report.rows if row.name.startswith("stage[1]") and row.type == "conv")
    assert strided.figures["winograd_2_multiplications"] is None
    assert strided.cheapest_algorithm == "direct"
    block = next(row for row in report.grouped(1).rows if row.name == "stage[1]")
    assert block.figures["winograd_2_multiplications"] is None
    assert block.cheapest_algorithm is None
    inside = [row for row in report.rows if row.name.startswith("stage[1]")]
    assert block.figures["cheapest_multiplications"] == sum(
        row.figures["cheapest_multiplications"] or 0 for row in inside
    )
    assert block.figures["fft_bytes"] is None
    assert report.sorted_by("direct_multiplications").rows[0].type == "conv"


def test_heads_that_do_not_run_multiply_nothing() -> None:
    graph = load("googlenet")
    auxiliary = {node.name for node in graph.layers if node.auxiliary and node.type == "conv"}
    assert auxiliary
    for mode, runs in (("infer", False), ("train", True)):
        rows = [row for row in analyze(graph, mode=mode, algorithms=True).rows if row.name in auxiliary]
        assert all(bool(row.figures["direct_multiplications"]) is runs for row in rows)
