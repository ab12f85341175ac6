"""The report as data: to and from JSON, its schema, rows merged, sorted and cut."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from cnncost import analyze
from cnncost.algorithms import ALGORITHMS
from cnncost.api.documents import json_schema
from cnncost.conventions import choose
from cnncost.errors import SpecError
from cnncost.layers.base.costs import Operations
from cnncost.metrics import METRICS
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.figures import Figures
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.report.analyze import analyze_graph
from cnncost.report.report import Report
from cnncost.settings import Settings
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph

CONV = ("conv", {"out": 8, "kernel": 3, "padding": 1})


def plain_graph() -> Graph:
    return chain([CONV, "batchnorm", "relu", ("maxpool", {"kernel": 2}), "flatten", ("linear", {"out": 10})], (3, 8, 8))


def block_graph() -> Graph:
    """A stem, two blocks in a loop with a residual branch each, and a head; the join bears the branch's name."""
    net = Builder()
    x = net.add(CONV, net.input(3, 16, 16), name="stem")
    for turn in range(2):
        scopes = [(f"stage[{turn}]", "for"), ("block", "my_block")]
        y = net.add(CONV, x, name="conv", containers=[*scopes, ("residual", "add")])
        y = net.add("relu", y, name="relu", containers=[*scopes, ("residual", "add")])
        x = net.add("add", x, y, name="residual", containers=scopes)
    net.chain(["global_avgpool", "flatten", ("linear", {"out": 10})], x)
    return net.graph()


def two_input_graph() -> Graph:
    net = Builder()
    left, right = net.input(8, 16, 16, name="left"), net.input(8, 32, 32, name="right")
    net.add("add", left, net.add(("conv", {"out": 8, "kernel": 3, "stride": 2, "padding": 1}), right))
    return net.graph()


def magnifying_graph() -> Graph:
    """Receptive fields with fractions in them."""
    return chain([CONV, ("upsample", {"scale": 3}), CONV], (3, 8, 8))


GRAPHS: dict[str, Callable[[], Graph]] = {
    "plain": plain_graph,
    "blocks": block_graph,
    "two inputs": two_input_graph,
    "magnifying": magnifying_graph,
}

SETTINGS = [
    Settings(),
    Settings.checked(batch=32, dtype="bfloat16", optimizer="lion", mode="train", convention="macs"),
    Settings(dtype="int8"),
]


def reports() -> list[Report]:
    whole = [analyze_graph(make(), settings) for make in GRAPHS.values() for settings in SETTINGS]
    counted = analyze_graph(plain_graph(), conventions=choose(["torch", "macs"]))
    return [
        *whole,
        counted,
        counted.by_type(),
        whole[3].grouped(1),
        whole[3].by_type(),
        whole[3].sorted_by("macs").top(2),
    ]


@pytest.mark.parametrize("report", reports(), ids=lambda report: f"{report.name}-{report.settings.dtype}")
class TestForms:
    """Every form of the same data."""

    def test_dictionaries_go_both_ways(self, report: Report) -> None:
        assert Report.from_dict(report.to_dict()) == report

    def test_json_goes_both_ways(self, report: Report) -> None:
        assert Report.from_json(report.to_json()) == report

    def test_the_schema_holds(self, report: Report) -> None:
        Draft202012Validator(json_schema("analyze")).validate(json.loads(report.to_json()))

    def test_pickle_and_copy_go_both_ways(self, report: Report) -> None:
        assert pickle.loads(pickle.dumps(report)) == copy.deepcopy(report) == report


def test_the_keys_are_those_that_the_product_promises() -> None:
    data = analyze_graph(plain_graph()).to_dict()
    promised = {"schema", "name", "batch", "dtype", "optimizer", "convention", "inputs", "totals", "layers"}
    assert promised <= data.keys()
    assert data["schema"] == 1
    assert data["inputs"] == {"input": [1, 3, 8, 8]}
    figures = {
        "params", "trainable_params", "buffers", "macs", "flops", "backward_flops", "buffer_bytes", "param_bytes",
        "gradient_bytes", "optimizer_bytes", "activation_bytes", "im2col_bytes",
    }  # fmt: skip
    assert figures <= data["totals"].keys()
    layer = data["layers"][0]
    assert layer["output_shape"] == [1, 8, 8, 8]
    assert set(layer["ops"]) == {"mac", "add", "mul", "div", "cmp", "exp"}
    assert layer["receptive_field"] == {
        "size": [3, 3], "jump": [1, 1], "start_padding": [1, 1], "center": [0, 0], "aligned": True, "global": False,
        "bound": False, "nominal": None,
    }  # fmt: skip


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema("analyze"))


def test_the_schema_says_which_totals_are_sums_and_which_maxima() -> None:
    totals = json_schema("analyze")["properties"]["totals"]["properties"]
    largest = {name for name, schema in totals.items() if "largest of all layers" in schema["description"]}
    sums = {name for name, schema in totals.items() if "sum over all layers" in schema["description"]}
    assert {name for name in METRICS if name in largest} == {"im2col_bytes"}
    assert largest == {f"{algorithm}_bytes" for algorithm in ALGORITHMS}
    assert sums == totals.keys() - largest - ESTIMATES.keys() - ON_DEVICE.keys()


def test_rows_are_the_layers_without_the_inputs() -> None:
    report = analyze_graph(two_input_graph())
    assert [row.type for row in report.rows] == ["conv", "add"]
    assert report.inputs == {"left": (1, 8, 16, 16), "right": (1, 8, 32, 32)}
    assert report.rows[1].inputs == ("left", "conv_2")


def test_fields_of_several_inputs_are_all_there() -> None:
    conv, join = analyze_graph(two_input_graph()).rows
    assert conv.receptive_fields is not None
    assert join.receptive_fields is not None
    assert set(conv.receptive_fields) == {"right"}
    assert conv.receptive_field == conv.receptive_fields["right"]
    assert join.receptive_field == join.receptive_fields["left"]
    assert join.receptive_fields["right"].size == (3, 3)


def test_totals_are_sums_and_the_largest_buffer() -> None:
    report = analyze_graph(block_graph(), Settings(batch=2))
    for name in METRICS:
        values = [row.figures[name] or 0 for row in report.rows]
        assert report.totals[name] == (max(values) if name == "im2col_bytes" else sum(values)), name
    # The first convolution lowers 3 channels, the later two 8: 2 samples x 4 bytes x 8 x 9 x 16 x 16.
    assert report.totals.im2col_bytes == 2 * 4 * 8 * 9 * 256


def test_a_gap_is_no_zero() -> None:
    report = analyze_graph(plain_graph(), Settings(dtype="int8"))
    assert report.totals["optimizer_bytes"] is None
    assert report.totals["backward_flops"] is None
    with pytest.raises(AttributeError, match="`backward_flops` has no value here"):
        _ = report.totals.backward_flops
    assert report.to_dict()["layers"][0]["gradient_bytes"] is None


def test_an_unknown_figure_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="there is no figure 'parameters'"):
        _ = analyze_graph(plain_graph()).totals.parameters


class TestGrouping:
    """Rows merged by the first segments of their names."""

    report = analyze_graph(block_graph())

    def test_depth_one(self) -> None:
        rows = self.report.grouped(1).rows
        assert [(row.name, row.type, row.count) for row in rows] == [
            ("stem", "conv", 1),
            ("stage[0]", "for", 3),
            ("stage[1]", "for", 3),
            ("global_avgpool_8", "global_avgpool", 1),
            ("flatten_9", "flatten", 1),
            ("linear_10", "linear", 1),
        ]
        assert [row.inputs for row in rows[:4]] == [("input",), ("stem",), ("stage[0]",), ("stage[1]",)]

    def test_kinds_by_depth(self) -> None:
        assert self.report.grouped(2).rows[1].type == "my_block"
        assert self.report.grouped(3).rows[1][:2] == ("stage[0].block.residual", "add")
        assert self.report.grouped(4).rows == self.report.rows

    def test_a_group_is_the_sum_of_its_layers(self) -> None:
        group, layers = self.report.grouped(1).rows[1], self.report.rows[1:4]
        assert group.figures.params == 8 * 8 * 9 + 8
        assert group.figures.activation_bytes == 3 * 4 * 8 * 256
        assert group.figures.im2col_bytes == 4 * 8 * 9 * 256
        assert group.operations == layers[0].operations.plus(layers[1].operations).plus(layers[2].operations)

    def test_a_group_ends_where_its_last_layer_ends(self) -> None:
        group = self.report.grouped(1).rows[2]
        assert group.output_shape == (1, 8, 16, 16)
        assert group.receptive_field is not None
        assert group.receptive_field.size == (7, 7)

    def test_totals_stay(self) -> None:
        assert self.report.grouped(1).totals == self.report.totals
        assert sum(row.figures.flops for row in self.report.grouped(2).rows) == self.report.totals.flops
        assert sum(row.count for row in self.report.grouped(1).rows) == len(self.report.rows)

    def test_groups_group_again(self) -> None:
        assert self.report.grouped(3).grouped(1) == self.report.grouped(1)
        assert Report.from_dict(self.report.to_dict()).grouped(2) == self.report.grouped(2)

    @pytest.mark.parametrize("depth", [0, -1])
    def test_a_depth_is_positive(self, depth: int) -> None:
        with pytest.raises(SpecError, match="the depth must be at least 1"):
            self.report.grouped(depth)

    def test_by_type(self) -> None:
        rows = self.report.by_type().rows
        assert [(row.name, row.count) for row in rows] == [
            ("conv", 3), ("relu", 2), ("add", 2), ("global_avgpool", 1), ("flatten", 1), ("linear", 1),
        ]  # fmt: skip
        # 27 x 8 + 8 of the stem, and twice 72 x 8 + 8.
        assert rows[0].figures.params == 224 + 2 * 584
        assert rows[0].output_shape is None


class TestOrder:
    """Rows sorted and cut."""

    report = analyze_graph(block_graph())

    def test_largest_first(self) -> None:
        values = [row.figures.macs for row in self.report.sorted_by("macs").rows]
        assert values == sorted(values, reverse=True)
        assert self.report.sorted_by("macs").rows[0].name == "stage[0].block.residual.conv"

    def test_equal_rows_keep_their_order(self) -> None:
        free = [row.name for row in self.report.sorted_by("params").rows if not row.figures.params]
        assert free == [row.name for row in self.report.rows if not row.figures.params]

    def test_smallest_first(self) -> None:
        assert self.report.sorted_by("params", descending=False).rows[-1].figures.params == 584

    def test_gaps_do_not_break_the_order(self) -> None:
        report = analyze_graph(block_graph(), Settings(dtype="int8"))
        assert report.sorted_by("gradient_bytes") == report

    @pytest.mark.parametrize("descending", [True, False])
    def test_rows_with_a_gap_come_last(self, descending: bool) -> None:
        stem, *others = self.report.rows
        gap = stem._replace(figures=Figures({**stem.figures, "macs": None}))
        report = self.report._replace(rows=(gap, *others))
        assert report.sorted_by("macs", descending).rows[-1] == gap

    def test_an_unknown_metric_is_refused(self) -> None:
        with pytest.raises(SpecError, match="unknown metric `mac`; did you mean `macs`") as refused:
            self.report.sorted_by("mac")
        assert "`im2col_bytes`" in str(refused.value.hint)

    def test_top(self) -> None:
        assert self.report.top(2).rows == self.report.rows[:2]
        assert self.report.top(2).totals == self.report.totals
        assert self.report.top(0).rows == ()

    def test_shares(self) -> None:
        assert sum(self.report.share(row, "params") or 0 for row in self.report.rows) == pytest.approx(1)
        assert self.report.share(self.report.rows[0], "pool_index_bytes") is None


def test_arithmetic_intensity() -> None:
    report = analyze_graph(chain([("linear", {"out": 10})], (20,)), Settings(batch=4))
    # 2 x 4 x 20 x 10 FLOPs; 4 bytes each of 4 x 20 inputs, 4 x 10 outputs and 210 parameters.
    assert report.rows[0].flops_per_byte == report.flops_per_byte == 1600 / (4 * (80 + 40 + 210))


def test_operations_are_those_of_the_whole_batch() -> None:
    assert analyze_graph(chain(["relu"], (3, 2, 2)), Settings(batch=5)).rows[0].operations == Operations(cmp=60)


def test_a_report_says_what_was_set() -> None:
    report = analyze("small_resnet", set={"classes": 7})
    assert report.to_dict()["variables"] == {"classes": "7"}
    assert analyze("resnet50@depths=[2,2,2,2];v1=true").variables == {"depths": "[2,2,2,2]", "v1": "true"}
    assert analyze("resnet101").variables == {}  # a variant is a network of its own name
    assert Report.from_dict(report.to_dict()).variables == {"classes": "7"}
