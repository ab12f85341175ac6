"""Receptive fields through reshapes, permutations and channels that see unlike places, against PyTorch.

Every weight is one and nothing cancels, so a unit of the network made of PyTorch's layers is not zero exactly for those
pixels that it sees. All claims are of that network: none may be too small, and those that are called exact must be met.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from cnncost.errors import SpecError
from cnncost.language.load import loads
from cnncost.metrics import Analysis
from cnncost.metrics.receptive_field.channels import Fields, fields_in
from cnncost.metrics.receptive_field.figures import ReceptiveField, receptive_fields
from cnncost.pytorch.build import build
from tests.effort import steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph

LARGEST = 3000
"""Elements of a tensor, beyond which a random network ends."""


def network(shape: list[int], layers: list[str]) -> Graph:
    return loads(f"input: {shape}\nnetwork:\n" + "".join(f"  - {layer}\n" for layer in layers))


def field_of(shape: list[int], *layers: str) -> ReceptiveField:
    field = receptive_fields(Analysis(network(shape, list(layers))))["input"][-1]
    assert field is not None
    return field


def lit_by_pixel(graph: Graph) -> torch.Tensor:
    """Whether a pixel reaches a unit: (pixels, *dimensions of the last layer)."""
    model = build(graph).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            ones = parameter.dim() > 1 and "token" not in name
            nn.init.ones_(parameter) if ones else nn.init.zeros_(parameter)
        source = graph.nodes[0].y
        one_by_one = torch.eye(source.positions).reshape(-1, 1, *source.spatial)
        return torch.as_tensor(model(one_by_one.expand(-1, *source.dims).contiguous())) > 0


def ends(lit: torch.Tensor, graph: Graph, axis: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The first and last pixel along an axis that each unit sees; the last before the first where it sees none."""
    spatial = graph.nodes[0].y.spatial
    places = torch.cartesian_prod(*[torch.arange(size) for size in spatial]).reshape(-1, len(spatial))[:, axis]
    place = places.reshape(-1, *[1] * (lit.dim() - 1))
    return torch.where(lit, place, 10**6).amin(0), torch.where(lit, place, -1).amax(0)


def divisor(number: int, random_: random.Random) -> int:
    return random_.choice([each for each in range(1, number + 1) if number % each == 0])


def reshaped(dims: list[int], random_: random.Random) -> str:
    rest, sizes = math.prod(dims), []
    for _ in range(random_.choice([1, 2, 2])):
        sizes.append(divisor(rest, random_))
        rest //= sizes[-1]
    sizes.append(rest)
    random_.shuffle(sizes)
    return f"reshape: {sizes}"


def permuted(dims: list[int], random_: random.Random) -> str:
    axes = list(range(len(dims)))
    random_.shuffle(axes)
    return f"permute: {axes}"


def convolved(dims: list[int], random_: random.Random) -> str:
    kernel = [random_.choice([1, 2, 3]) for _ in dims[1:]]
    groups = random_.choice([1, 1, divisor(dims[0], random_)])
    stride = [random_.choice([1, 1, 2]) for _ in kernel]
    return f"conv: {{out: {groups * random_.choice([1, 2])}, kernel: {kernel}, stride: {stride}, groups: {groups}}}"


def joined(dims: list[int], random_: random.Random) -> str:
    kind, kernel = random_.choice(["add", "concat"]), [random_.choice([1, 3]) for _ in dims[1:]]
    out = dims[0] if kind == "add" else random_.choice([2, dims[0]])
    other = random_.choice(["[]", f"conv: {{out: {out}}}"])
    return f"{kind}: [{other}, conv: {{out: {out}, kernel: {kernel}, padding: same}}]"


def sliced(dims: list[int], random_: random.Random) -> str:
    start = random_.randrange(dims[0])
    return f"slice: {{start: {start}, stop: {random_.randrange(start, dims[0]) + 1}}}"


def unfolded(dims: list[int], random_: random.Random) -> str:
    kernel = [random_.choice([1, 2, 2, 3]) for _ in dims[1:]]
    stride = kernel if random_.random() < 0.5 else [random_.choice([1, 2]) for _ in kernel]
    dilation = [random_.choice([1, 1, 2]) for _ in kernel]
    return f"unfold: {{kernel: {kernel}, stride: {stride}, dilation: {dilation}}}"


def folded(dims: list[int], random_: random.Random) -> str:
    """Columns put back into a signal or a map, of windows that overlap or lie side by side."""
    kernel, stride = random_.choice([1, 2, 3]), random_.choice([1, 2, 3])
    counts = [dims[1]] if random_.random() < 0.5 else [each := divisor(dims[1], random_), dims[1] // each]
    size = [(count - 1) * stride + kernel for count in counts]
    return f"fold: {{size: {size}, kernel: {kernel}, stride: {stride}}}"


MAP: list[Callable[[list[int], random.Random], str]] = [
    convolved,
    convolved,
    joined,
    joined,
    permuted,
    reshaped,
    sliced,
    lambda dims, random_: f"channel_shuffle: {divisor(dims[0], random_)}",
    lambda dims, _: f"avgpool: {[min(2, size) for size in dims[1:]]}",
    lambda dims, _: f"reshape: [{dims[0]}, {math.prod(dims[1:])}]",
    lambda *_: "flatten",
    lambda *_: "patch_tokens",
    lambda *_: "pixel_shuffle: 2",
    lambda *_: "space_to_depth: 2",
    lambda *_: "upsample: {scale: 2}",
    unfolded,
    unfolded,
    folded,
    folded,
]
TOKENS: list[Callable[[list[int], random.Random], str]] = [
    permuted,
    reshaped,
    lambda _, random_: f"linear: {random_.choice([2, 4])}",
    lambda dims, random_: f"select_token: {random_.randrange(dims[0])}",
    lambda *_: "class_token",
]
FLAT: list[Callable[[list[int], random.Random], str]] = [reshaped, reshaped, lambda *_: "linear: 4"]


def axis_of(dims: list[int], random_: random.Random) -> tuple[str, int]:
    """An axis of a map, and its size."""
    place = random_.randrange(len(dims))
    return (str(place - 1) if place else "channels"), dims[place]


def selected(dims: list[int], random_: random.Random) -> str:
    axis, size = axis_of(dims, random_)
    return f"select: {{index: {random_.randrange(size)}, axis: {axis}}}"


def sliced_along(dims: list[int], random_: random.Random) -> str:
    axis, size = axis_of(dims, random_)
    start = random_.randrange(size)
    step = random_.choice([1, 2, 3])
    return f"slice: {{start: {start}, stop: {random_.randrange(start, size) + 1}, step: {step}, axis: {axis}}}"


ALONG: list[Callable[[list[int], random.Random], str]] = [
    selected,
    sliced_along,
    sliced_along,
    permuted,
    lambda dims, random_: f"sum: {{axes: {axis_of(dims, random_)[0]}, keep: {random_.choice(['true', 'false'])}}}",
    lambda dims, random_: f"linear: {{out: {random_.choice([2, 3])}, axis: {axis_of(dims, random_)[0]}}}",
    lambda dims, random_: f"flip: {axis_of(dims, random_)[0]}",
    lambda dims, random_: f"expand: {[size if size > 1 else random_.choice([2, 3]) for size in dims]}",
]


def random_network(random_: random.Random, maps: list[Callable[[list[int], random.Random], str]] = MAP) -> Graph:
    shape = random_.choice([[2, 6, 5], [2, 8, 8], [4, 6], [2, 12], [3, 4, 6], [4, 8, 4], [2, 4, 4, 4]])
    graph, layers = network(shape, ["identity"]), ["identity"]
    for _ in range(random_.randint(2, 8)):
        last = graph.nodes[-1].y
        kinds = {"map": maps, "tokens": TOKENS, "flat": FLAT}[last.layout]
        layer = random_.choice(kinds)(list(last.dims), random_)
        try:
            grown = network(shape, [*layers, layer])
        except SpecError:
            continue
        if grown.nodes[-1].y.elements <= LARGEST:
            graph, layers = grown, [*layers, layer]
    return graph


@pytest.mark.parametrize("seed", range(200))
def test_every_unit_sees_what_is_said(seed: int) -> None:
    compare_with_pytorch(random_network(random.Random(seed)))


@pytest.mark.parametrize("seed", range(200))
def test_every_unit_sees_what_is_said_along_any_axis(seed: int) -> None:
    compare_with_pytorch(random_network(random.Random(seed), [*MAP, *ALONG, *ALONG]))


def compare_with_pytorch(graph: Graph) -> None:
    """Compare what the units of the last layer are said to see with the pixels that reach them."""
    analysis = Analysis(graph)
    found, field = fields_in(analysis, 0)[-1], receptive_fields(analysis)["input"][-1]
    lit = lit_by_pixel(graph)
    if field is None or found is None:
        assert not lit.any()
        return
    layers = [node.type for node in graph.layers]
    # Their padding lies beyond the border, and so does a learned token, where nothing else is left.
    clipped = {"add", "concat", "upsample"} & set(layers) or not lit.any()
    apart = len(found.ranges) > 1
    for axis in range(len(field.size)):
        first, last = ends(lit, graph, axis)
        size = int((last - first + 1).clamp(min=0).max())
        assert size <= field.size[axis], layers
        if not (field.is_bound or clipped or apart or field.is_global):
            assert size == field.size[axis], layers
            check_places(found, graph, axis, first, last)


def check_places(found: Fields, graph: Graph, axis: int, first: torch.Tensor, last: torch.Tensor) -> None:
    """Each unit along the dimension that walks along an axis of the input sees the very pixels that are said."""
    y = graph.nodes[-1].y
    walk = found.together.along(axis, y)
    dimension = next(
        (
            place
            for place, digits in enumerate(found.together.dimensions or ())
            if any(digit.axis == axis and digit.values > 1 for digit in digits)
        ),
        None,
    )
    for unit in range(walk.values if walk else 0):
        of_unit = [ends_ if dimension is None else ends_.select(dimension, unit) for ends_ in (first, last)]
        seen = int(of_unit[0].min()), int(of_unit[1].max())
        assert seen == (walk.tracks[0].first(unit), walk.tracks[0].last(unit)) or seen[1] < 0


# 3 x 3 windows see 3 pixels, wherever a reshape puts their units; a window over a row of them, 3 of either axis.
def test_a_row_of_all_units_is_local() -> None:
    field = field_of([4, 32, 32], "conv: {out: 4, kernel: 3, padding: 1}", "reshape: [4, 1024]", "conv: 4")
    assert (field.size, field.is_global, field.is_bound) == ((3, 3), False, False)


def test_a_map_on_its_side_keeps_its_axes() -> None:
    steps_ = ["conv: {out: 1, kernel: [3, 1]}", "permute: [0, 2, 1]", "conv: {out: 1, kernel: [1, 5]}"]
    # Along the input's first axis 3 + 4 = 7, the second is not looked along: 1.
    assert field_of([1, 16, 12], *steps_) == ReceptiveField((7, 1), (1, 1), (0, 0), (3, 0))


def test_tokens_that_are_put_back_into_a_map_are_local() -> None:
    patches = ["conv: {out: 8, kernel: 4, stride: 4}", "patch_tokens", "layernorm", "linear: 16"]
    # 4 + 2 * 4, where the notes' recurrence looks at three patches in a row.
    field = field_of(
        [3, 32, 32], *patches, "permute: [1, 0]", "reshape: [16, 8, 8]", "conv: {out: 4, kernel: 3, padding: 1}"
    )
    assert field == ReceptiveField((12, 12), (4, 4), (4, 4), (1.5, 1.5))


def test_the_tail_of_a_detector_is_local() -> None:
    # Redmon & Farhadi 2018: 3 anchors of 85 numbers at every position, and then one row for each anchor.
    tail = ["conv: {out: 255, kernel: 3, padding: 1}", "reshape: [3, 85, 13, 13]", "permute: [0, 2, 3, 1]"]
    assert field_of([8, 13, 13], *tail).size == (3, 3)
    row = field_of([8, 13, 13], *tail, "reshape: [507, 85]")
    assert (row.size, row.is_global, row.is_bound) == ((3, 3), False, False)


def test_windows_of_windows_are_those_of_the_map() -> None:
    # Liu et al. 2021: windows of 4 x 4 positions, each a map of its own; what looks over all of one sees 4 pixels.
    cut = ["reshape: [2, 2, 4, 3, 4]", "permute: [1, 3, 0, 2, 4]", "reshape: [12, 4, 4]", "reshape: [6, 2, 4, 4]"]
    looked = ["permute: [1, 0, 2, 3]", "conv: {out: 4, kernel: [1, 4, 4]}"]
    field = field_of([2, 8, 12], *cut, *looked)
    assert (field.size, field.is_global, field.is_bound) == ((4, 4), False, False)


def test_halves_of_a_concatenation_keep_their_own_fields() -> None:
    halves = ["concat: [[], conv: {out: 4, kernel: 9, padding: 4}]", "slice: {start: START, stop: STOP}"]
    for start, size in ((0, 1), (4, 9)):
        cut = halves[1].replace("START", str(start)).replace("STOP", str(start + 4))
        for layer in ("relu", "conv: {out: 4, groups: 2}", "maxpool: {kernel: 1}"):
            assert field_of([4, 32, 32], halves[0], cut, layer).size == (size, size)
    # Dealt out in turn, every second channel sees 9.
    dealt = [halves[0], "channel_shuffle: 2"]
    assert field_of([4, 32, 32], *dealt, "slice: {start: 0, stop: 2}").size == (9, 9)
    one = field_of([4, 32, 32], *dealt, "slice: {start: 0, stop: 1}")
    assert (one.size, one.is_bound) == ((9, 9), True)


def test_groups_of_channels_keep_their_own_fields() -> None:
    layers = ["concat: [[], conv: {out: 4, kernel: 9, padding: 4}]", "conv: {out: 8, kernel: 3, padding: 1, groups: 2}"]
    assert field_of([4, 32, 32], *layers, "slice: {start: 0, stop: 4}").size == (3, 3)
    assert field_of([4, 32, 32], *layers, "slice: {start: 4, stop: 8}").size == (11, 11)
    whole = layers[1].replace("groups: 2", "groups: 1")
    assert field_of([4, 32, 32], layers[0], whole, "slice: {start: 0, stop: 4}").size == (11, 11)


def test_phases_that_do_not_occur_do_not_count() -> None:
    # Bins of [0, 2), [1, 3) and [2, 4); a kernel of 2 has two units, which see [0, 3) and [1, 4).
    field = field_of([1, 4], "adaptive_avgpool: 3", "conv: {out: 1, kernel: 2}")
    assert (field.size, field.jump) == ((3,), (1,))


def test_one_unit_lies_where_it_sees() -> None:
    # Pixels floor(o * 20 / 6) = 0, 3, 6, 10, 13, 16; the one unit reads the first, third and fifth: 0 to 13.
    field = field_of([1, 20], "upsample: {size: 6}", "conv: {out: 1, kernel: 3, stride: 2, dilation: 2}")
    assert (field.size, field.start_padding, field.center) == ((14,), (0,), (6.5,))


def test_a_part_of_what_is_read_of_units_that_nobody_follows() -> None:
    # Rows of two units do not fit into reshaped rows of two of three channels; the linear layer reads them all, 6 x 4.
    layers = ["conv: {out: 2, kernel: 2, stride: 2}", "reshape: [3, 2, 2]", "flatten", "linear: 4"]
    for part in ("slice: {start: 0, stop: 2}", "reshape: [2, -1]"):
        assert field_of([2, 6, 5], *layers, part).size == (6, 4)


def test_rows_laid_out_in_channels_are_all_read_by_their_group() -> None:
    # Rows are channels, laid side by side twice: each of two groups reads all eight rows, of one column.
    layers = ["permute: [1, 2, 0]", "concat: [[], []]", "pad: [1, 1]", "conv: {out: 2, kernel: 1, groups: 2}"]
    field = field_of([2, 8, 8], *layers)
    assert field.size[0] == 8
    assert field.is_bound


def test_units_in_another_order_see_more_together() -> None:
    # Rows of 4 columns are laid out in rows of 9, and added to those of another order.
    layers = ["conv: {out: 1, kernel: [1, 3], padding: 1}", "reshape: [4, 9]", "add: [[], channel_shuffle: 2]"]
    graph = network([4, 7, 4], layers)
    lit, field = lit_by_pixel(graph), field_of([4, 7, 4], *layers)
    for axis in range(2):
        first, last = ends(lit, graph, axis)
        assert int((last - first + 1).max()) <= field.size[axis]
    assert field.is_bound


def test_rows_between_the_kernels_of_a_transposed_convolution_are_bounded() -> None:
    # 20 rows of which every third sees nothing, by 5 in 4 channels: a unit sees one of each, rows 0 to 5 of the input.
    magnified = "conv_transpose: {out: 2, kernel: [2, 2], stride: [3, 2]}"
    field = field_of([4, 7, 4], magnified, "reshape: [8, 40]", "conv_transpose: {out: 1, kernel: [2], stride: [3]}")
    assert field.is_bound
    assert 6 <= field.size[0] <= 7


def test_one_unit_of_several_phases_is_where_it_is() -> None:
    # The only unit of a transposed convolution of kernel 1 sees its own pixel, whatever further ones would see.
    layers = ["maxpool: {kernel: 1, stride: 2}", "conv_transpose: {out: 3, kernel: 1, stride: 3}"]
    field = field_of([4, 2], *layers)
    assert (field.size, field.start_padding, field.center) == ((1,), (0,), (0,))


def test_the_window_that_covers_the_map_says_how_far_it_reaches() -> None:
    # As in SSD300 (Liu et al. 2016) the last 3 x 3 window covers its map: 5 + 2 * 4 = 13 pixels, 11 of them real.
    layers = ["conv: {out: 4, kernel: 5, stride: 4, padding: 1}", "conv: {out: 4, kernel: 3}"]
    field = field_of([3, 11, 11], *layers)
    assert (field.size, field.is_global, field.nominal) == ((11, 11), True, (13, 13))


def test_a_bound_is_never_too_small() -> None:
    # Of phases of 9 units, cut into rows of 2, only fractions are known: PyTorch shows 3 pixels.
    layers = ["conv_transpose: {out: 1, kernel: 2, stride: 3}", "conv: {out: 3, stride: 2}", "upsample: {scale: 3}"]
    graph = network([2, 12], [*layers, "space_to_depth: 2", "adaptive_avgpool: 6"])
    first, last = ends(lit_by_pixel(graph), graph, 0)
    field = receptive_fields(Analysis(graph))["input"][-1]
    assert field is not None
    assert field.is_bound
    assert int((last - first + 1).max()) == 3 <= field.size[0]


def test_one_position_is_no_global_pool() -> None:
    # A map of one position, which sees 3 of 32 pixels: pooled, it sees no more.
    field = field_of([3, 32, 32], "conv: {out: 4, kernel: 3, stride: 32}", "global_avgpool")
    assert (field.size, field.is_global) == ((3, 3), False)


def test_effort_is_bounded_by_the_layers() -> None:
    def effort(shape: list[int], *layers: str) -> int:
        analysis = Analysis(network(shape, list(layers)))
        return steps(lambda: receptive_fields(analysis))

    kernel = "conv_transpose: {out: 1, kernel: 1000000, stride: 1019}"
    branches = ", ".join(
        f"[upsample: {{size: {n}, mode: linear}}, upsample: {{size: 1021020}}]" for n in (1038037, 1166880, 1113840)
    )
    doubled = ["upsample: {scale: 2, mode: bilinear}", "conv: {out: 1, kernel: 3, padding: 1}"]
    assert effort([1, 997], "upsample: {size: 1021, mode: linear}", kernel) < 100_000
    assert effort([1, 1021020], f"add: [{branches}]") < 200_000
    assert effort([1, 8, 8], *doubled * 20) < 20 * effort([1, 8, 8], *doubled * 10)
    assert (
        effort([1, 10**7], "maxpool: {kernel: 3, stride: 7}", "upsample: {size: 9999999}", "conv: {out: 1, kernel: 3}")
        < 100_000
    )


def test_effort_is_bounded_by_the_branches() -> None:
    def effort(branches: int) -> int:
        convolutions = ", ".join(
            f"conv: {{out: 1, kernel: {2 * branch + 1}, padding: {branch}}}" for branch in range(branches)
        )
        analysis = Analysis(network([1, 8, 8], [f"concat: [{convolutions}]", "slice: {start: 1, stop: 3}"]))
        return steps(lambda: receptive_fields(analysis))

    assert effort(160) < 5 * effort(40)
