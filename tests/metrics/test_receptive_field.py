"""Receptive fields by the rules: what is local, what is global, what has no place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost.language.load import load, loads
from cnncost.metrics import Analysis
from cnncost.metrics.receptive_field.figures import ReceptiveField, receptive_fields
from tests.effort import steps
from tests.graphs import Builder, Step, chain

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph


def last_field(graph: Graph, source: str = "input") -> ReceptiveField:
    field = receptive_fields(Analysis(graph))[source][-1]
    assert field is not None
    return field


def conv(kernel: Any, stride: Any = 1, padding: Any = 0, out: int = 4) -> Step:
    return "conv", {"out": out, "kernel": kernel, "stride": stride, "padding": padding}


# Notes 004, 10.1: RF_L = 2 L + 1 for a stack of L 3x3 layers.
@pytest.mark.parametrize(("layers", "size"), [(1, 3), (2, 5), (3, 7), (5, 11)])
def test_the_stacks_of_the_notes(layers: int, size: int) -> None:
    assert last_field(chain([conv(3)] * layers, (1, 32, 32))).size == (size, size)


def test_the_input_sees_itself() -> None:
    graph = chain(["relu"], (1, 8, 8))
    assert receptive_fields(Analysis(graph))["input"][0] == ReceptiveField((1, 1), (1, 1), (0, 0), (0, 0))


def test_axes_differ() -> None:
    field = last_field(chain([conv([1, 7], [1, 2], [0, 3]), conv([3, 1])], (1, 32, 32)))
    assert field == ReceptiveField((3, 7), (1, 2), (0, 3), (1, 0))


def test_a_volume_has_three_axes() -> None:
    assert last_field(chain([conv([3, 7, 7], [1, 2, 2])], (1, 8, 32, 32))).size == (3, 7, 7)


@pytest.mark.parametrize(
    "pool",
    [
        "global_avgpool",
        "global_maxpool",
        ("adaptive_avgpool", {"size": 1}),
        ("avgpool", {"kernel": 8}),
        ("maxpool", {"kernel": 8}),
    ],
)
def test_a_global_pool_sees_the_whole_input(pool: Step) -> None:
    field = last_field(chain([conv(3, 2, 1), pool], (1, 16, 16)))
    if field.nominal == (17, 17):  # a window of 8 units: 3 + 7 * 2, of which one lies in the padding
        field = field._replace(nominal=(16, 16))
    assert field == ReceptiveField((16, 16), None, (0, 0), (7.5, 7.5), is_global=True, nominal=(16, 16))


def test_a_pool_that_leaves_a_row_is_not_global() -> None:
    assert not last_field(chain([("avgpool", {"kernel": 7})], (1, 8, 8))).is_global


def test_a_convolution_of_one_position_is_not_global() -> None:
    steps: list[Step] = [conv(3, 2), conv(3, 1, 1), ("maxpool", {"kernel": 2, "stride": 4})]
    local = last_field(chain(steps, (1, 7, 7)))
    assert last_field(chain([*steps, conv(1)], (1, 7, 7))) == local
    assert not local.is_global


def test_squeeze_and_excite_keeps_the_local_field_and_says_global() -> None:
    net = Builder()
    x = net.input(4, 32, 32)
    x = net.add(conv(3, 1, 1), x)
    gate = net.chain(["global_avgpool", conv(1), "sigmoid"], x)
    net.add("multiply", x, gate)
    field = last_field(net.graph())
    assert field == ReceptiveField((3, 3), (1, 1), (1, 1), (0, 0), aligned=True, is_global=True)


@pytest.mark.parametrize("norm", [("groupnorm", {"groups": 2}), "instancenorm"])
def test_statistics_are_global_and_keep_the_local_field(norm: Step) -> None:
    field = last_field(chain([conv(3), norm], (1, 32, 32)))
    assert (field.size, field.is_global) == ((3, 3), True)


@pytest.mark.parametrize("norm", ["batchnorm", "layernorm"])
def test_norms_of_one_position_are_local(norm: Step) -> None:
    assert not last_field(chain([conv(3), norm], (1, 32, 32))).is_global


def test_flattened_units_keep_their_size_and_lose_their_place() -> None:
    field = last_field(chain([conv(3), "flatten"], (1, 8, 8)))
    assert field == ReceptiveField((3, 3), None, None, None)


def test_a_linear_layer_on_a_flattened_map_sees_everything() -> None:
    field = last_field(chain([conv(3), "flatten", ("linear", {"out": 10})], (1, 8, 8)))
    assert (field.size, field.is_global) == ((8, 8), True)


def test_a_linear_layer_on_one_position_sees_what_the_position_sees() -> None:
    steps: list[Step] = [conv(3, 2), conv(3, 1, 1), ("maxpool", {"kernel": 2, "stride": 4}), "flatten"]
    graph = chain([*steps, ("linear", {"out": 10})], (1, 7, 7))
    # (3 + 2 * 2) = 7 after the second, + 1 * 2 = 9 after the pool, which starts at -2.
    assert last_field(graph) == ReceptiveField((9, 9), (8, 8), (2, 2), (2, 2))


def test_units_that_are_put_back_into_a_map_have_their_place_again() -> None:
    graph = chain([conv(3), "flatten", ("reshape", {"size": [4, 6, 6]}), conv(3)], (1, 8, 8))
    assert last_field(graph) == ReceptiveField((5, 5), (1, 1), (0, 0), (2, 2))


def test_a_convolution_over_units_without_a_place_sees_so_much_at_most() -> None:
    # Rows of 5 do not fit into rows of 3: two of the latter are read together.
    graph = chain([conv(1), ("reshape", {"size": [4, 10, 3]}), conv(2)], (1, 6, 5))
    field = last_field(graph)
    assert field == ReceptiveField((6, 5), None, (0, 0), (2.5, 2), is_bound=True)


def test_one_unit_spread_over_many_places_is_what_all_of_them_see() -> None:
    steps: list[Step] = [conv(3, 2), conv(3, 1, 1), ("maxpool", {"kernel": 2, "stride": 4}), "flatten"]
    decoder: list[Step] = [("linear", {"out": 64}), ("reshape", {"size": [4, 4, 4]}), conv(3, 1, 1)]
    field = last_field(chain([*steps, *decoder], (1, 7, 7)))
    assert field == ReceptiveField((9, 9), (0, 0), (2, 2), (2, 2))


def test_attention_sees_everything() -> None:
    graph = chain([conv(8, 8), "patch_tokens", ("attention", {"heads": 2})], (3, 32, 32))
    fields = receptive_fields(Analysis(graph))["input"]
    assert fields[2] == ReceptiveField((8, 8), None, None, None)
    assert fields[3] == ReceptiveField((32, 32), None, (0, 0), (15.5, 15.5), is_global=True, nominal=(32, 32))


def test_a_shape_that_is_only_followed_is_not_seen() -> None:
    net = Builder()
    small, large = net.input(4, 8, 8, name="small"), net.input(4, 13, 13, name="large")
    net.add(("upsample", {"like": "large"}), small, large)
    assert receptive_fields(Analysis(net.graph()))["large"][-1] is None


def test_every_input_has_its_own_fields() -> None:
    net = Builder()
    left, right = net.input(4, 32, 32, name="left"), net.input(4, 64, 64, name="right")
    net.add("add", net.add(conv(3, 1, 1), left), net.add(conv(5, 2, 2), right))
    fields = receptive_fields(Analysis(net.graph()))
    assert fields["left"][-1] == ReceptiveField((3, 3), (1, 1), (1, 1), (0, 0))
    assert fields["right"][-1] == ReceptiveField((5, 5), (2, 2), (2, 2), (0, 0))
    assert fields["right"][2] is None


def test_a_flat_input_has_no_axes() -> None:
    assert last_field(chain([("linear", {"out": 3})], (10,))) == ReceptiveField((), (), (), ())


def test_misalignment_stays() -> None:
    net = Builder()
    x = net.input(4, 32, 32)
    net.add("add", x, net.add(conv(2, 1, [[1, 0], [1, 0]]), x))
    net.chain([conv(3, 1, 1), "relu"])
    # The union of {i} and {i - 1, i}, and one more on either side.
    assert last_field(net.graph()) == ReceptiveField((4, 4), (1, 1), (2, 2), (-0.5, -0.5), aligned=False)


def test_sizes_beyond_any_machine_are_exact() -> None:
    side = 10**15
    field = last_field(chain([conv(3, 2, 1)] * 40, (1, side, side)))
    assert field.size == (2**41 - 1,) * 2


def test_effort_is_linear_in_the_nodes() -> None:
    # Catches a walk over all nodes for each of them: ten times the nodes, a hundred times the steps.
    def effort(nodes: int) -> int:
        net = Builder()
        x = net.input(4, 32, 32)
        for _ in range(nodes // 2):
            x = net.add("add", x, net.add(conv(3, 1, 1), x))
        analysis = Analysis(net.graph())
        return steps(lambda: receptive_fields(analysis))

    assert effort(4_000) < 12 * effort(400)


def field_of(*steps: str) -> ReceptiveField:
    return last_field(loads("input: [1, 16, 16]\nnetwork:\n" + "".join(f"  - {step}\n" for step in steps)))


def test_mixing_channels_that_were_positions_reads_everything() -> None:
    # 8 x 8 positions of fields of 9: as channels of one position they are 9 pixels each, and all 16 together.
    kernel = "conv: {out: 2, kernel: 9}"
    assert field_of(kernel, "reshape: [128, 1, 1]", "relu").size == (9, 9)
    for mixer in ("conv: 4", "layernorm", "softmax", "channel_avgpool"):
        mixed = field_of(kernel, "reshape: [128, 1, 1]", mixer)
        assert mixed.is_global, mixer
        assert mixed.size == (16, 16)


def test_tokens_keep_their_fields_until_something_mixes_them() -> None:
    patches = ("conv: {out: 4, kernel: 4, stride: 4}", "patch_tokens")
    assert field_of(*patches, "linear: 8", "layernorm").size == (4, 4)
    assert not field_of(*patches, "linear: 8").is_global
    # MLP-Mixer: across the tokens, which a permutation has made channels
    mixed = field_of(*patches, "permute: [1, 0]", "linear: 16")
    assert mixed.is_global
    assert field_of(*patches, "attention: 2").is_global


# van den Oord et al. 2016, section 2.1: a stack of ten layers, dilated by 1 to 512, sees 1024 samples; three of them
# see 1 + 3 * 1023. The convolution before them sees two.
@pytest.mark.parametrize(("name", "size"), [("wavenet_10", 1024), ("wavenet", 3070)])
def test_the_dilated_layers_of_wavenet(name: str, size: int) -> None:
    assert last_field(load(name, set={"entry": 1})).size == (size,)
    field = last_field(load(name))
    assert field.size == (size + 1,)
    assert field.start_padding == (size,)
