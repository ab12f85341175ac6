"""Parameters, operations and memory of small networks, calculated by hand; torch where it knows the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from cnncost import analyze, compare, explain, load
from cnncost.conventions import CONVENTIONS, Convention, register
from cnncost.conventions.catalogue import CLASSES
from cnncost.errors import SpecError
from cnncost.graph.graph import Node
from cnncost.layers.base.costs import Operations
from cnncost.metrics import METRICS, Analysis
from cnncost.metrics.counting import counts_by_convention
from cnncost.metrics.metric import Unit, metric
from cnncost.render import render
from cnncost.render.parts.headings import kind_of
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.render.views.costs.compare import comparison_document
from cnncost.report.totals import total_of
from cnncost.settings import Settings
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.metrics.metric import Compute

CONV = ("conv", {"out": 8, "kernel": 3, "padding": 1})


def column(graph: Graph, name: str, **settings: object) -> Sequence[int | None]:
    """The metric of the layers, without the input."""
    analysis = Analysis(graph, Settings.checked(**settings))
    return analysis.column(name)[len(graph.inputs) :]


class TestParameters:
    """Who owns what."""

    @staticmethod
    def shared() -> Graph:
        """A convolution, used twice, and a frozen one."""
        net = Builder()
        first = net.add(CONV, net.input(8, 4, 4))
        norm = net.add("batchnorm", first)
        again = net.add(CONV, norm, share=first)
        again = net.add("batchnorm", again, share=norm)
        net.add(CONV, again, trainable=False)
        return net.graph()

    def test_shared_weights_count_once(self) -> None:
        assert column(self.shared(), "params") == [584, 16, 0, 0, 584]

    def test_frozen_weights_are_not_trained(self) -> None:
        assert column(self.shared(), "trainable_params") == [584, 16, 0, 0, 0]

    def test_shared_statistics_count_once(self) -> None:
        # Mean and variance of 8 channels, and a counter.
        assert column(self.shared(), "buffers") == [0, 17, 0, 0, 0]

    def test_shared_layers_run_each_time(self) -> None:
        assert column(self.shared(), "macs") == [8 * 8 * 9 * 16, 0, 8 * 8 * 9 * 16, 0, 8 * 8 * 9 * 16]


class TestTextbookConvention:
    """Notes 004, Computational Summary."""

    @pytest.mark.parametrize(
        ("step", "flops"),
        [
            (("conv", {"out": 16, "kernel": 3, "padding": 1}), 2 * 16 * 6 * 6 * 8 * 9),
            (("conv", {"out": 8, "kernel": 3, "padding": 1, "groups": 8}), 2 * 8 * 6 * 6 * 9),
            (("conv", {"out": 16, "kernel": 1, "bias": False}), 2 * 16 * 6 * 6 * 8),
            (("conv_transpose", {"out": 4, "kernel": 2, "stride": 2}), 2 * 6 * 6 * 8 * 4 * 4),
            (("maxpool", {"kernel": 2}), 3 * 8 * 3 * 3),
            (("avgpool", {"kernel": 2}), 4 * 8 * 3 * 3),
            ("global_avgpool", 8 * 6 * 6),
            ("batchnorm", 5 * 8 * 6 * 6),
            ("relu", 8 * 6 * 6),
            ("gelu", 8 * 6 * 6),
            ("silu", 8 * 6 * 6),
            ("identity", 0),
            ("dropout", 0),
            ("flatten", 0),
            # Not in the notes: an exponential and a division per element, and 7 additions per position.
            ("softmax", (8 + 8 + 7) * 6 * 6),
        ],
    )
    def test_flops_per_sample(self, step: str | tuple[str, dict[str, object]], flops: int) -> None:
        graph = chain([step], (8, 6, 6))
        assert column(graph, "flops") == [flops]
        assert column(graph, "flops", batch=7) == [7 * flops]

    def test_linear(self) -> None:
        assert column(chain([("linear", {"out": 120})], (400,)), "flops") == [96_000]  # notes 004, 11.1

    def test_skip_connection(self) -> None:
        net = Builder()
        x = net.input(256, 56, 56)
        net.add("add", x, net.add("relu", x))
        assert column(net.graph(), "flops")[-1] == 256 * 56 * 56

    def test_dropout_runs_in_training(self) -> None:
        graph = chain(["dropout"], (8, 6, 6))
        assert column(graph, "flops", mode="train") == [8 * 6 * 6]

    def test_the_worked_example_of_the_notes(self) -> None:
        graph = chain([("conv", {"out": 128, "kernel": 3, "padding": 1})], (64, 56, 56))  # notes 004, 9.1
        assert column(graph, "params") == [73_856]
        assert column(graph, "param_bytes") == [295_424]
        assert column(graph, "flops", batch=32) == [14_797_504_512]
        assert column(graph, "activation_bytes", batch=32) == [51_380_224]


class TestOtherConventions:
    """A convention of one's own, and MACs."""

    def test_macs(self) -> None:
        graph = chain([CONV, "relu", ("maxpool", {"kernel": 2})], (3, 6, 6))
        assert column(graph, "flops", convention="macs") == [3 * 8 * 9 * 36, 0, 0]
        assert CONVENTIONS["macs"].unit == "MACs"

    def test_two_of_one_name_are_refused(self) -> None:
        with pytest.raises(TypeError, match="two conventions are called 'macs'"):
            register(CONVENTIONS["macs"])

    def test_a_convention_sees_the_layer_and_its_shapes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Kernels(Convention):
            """Elements of the kernel times the batch."""

            name = "kernels"

            def count(self, node: object, operations: Operations, batch: int, training: bool) -> int:
                return batch * node.layer.kernel[0] * node.xs[0].channels  # type: ignore[attr-defined,no-any-return]

        monkeypatch.setitem(CLASSES, "kernels", Kernels())
        assert column(chain([CONV], (5, 6, 6)), "flops", convention="kernels", batch=2) == [2 * 3 * 5]
        assert Kernels().about == "Elements of the kernel times the batch"

    @pytest.mark.parametrize(
        ("wrong", "shown"),
        [
            (-1, "`-1`"),
            (0.5, "`0.5`"),
            (float("nan"), "`nan`"),
            (float("inf"), "`inf`"),
            (None, "`None`"),
            ("3", "the text `'3'`"),
            (True, "`True`"),
            (np.float64(2), "a `float64`"),
        ],
    )
    def test_what_is_no_count_is_refused(self, wrong: Any, shown: str) -> None:
        with pytest.raises(SpecError) as refused:
            column(chain([CONV], (5, 6, 6)), "flops", convention=Constant(wrong))
        assert refused.value.message == f"the convention `constant` counts {shown} for the layer `conv_1`"
        assert refused.value.hint == "a count is a whole number from 0"

    def test_integers_of_numpy_are_counts(self) -> None:
        (count,) = column(chain([CONV], (5, 6, 6)), "flops", convention=Constant(np.int64(7)))
        assert (count, type(count)) == (7, int)

    @pytest.mark.parametrize("wrong", [0, -2, 0.5, True, None])
    def test_a_multiply_accumulate_counts_at_least_one(self, wrong: Any) -> None:
        convention = Constant(1)
        convention.flops_per_mac = wrong
        with pytest.raises(
            SpecError, match="`flops_per_mac` of the convention `constant` must be a whole number from 1"
        ):
            Settings.checked(convention=convention)


class Constant(Convention):
    """The same for every layer."""

    name = "constant"

    def __init__(self, value: Any) -> None:
        self.value = value

    def count(self, node: object, operations: Operations, batch: int, training: bool) -> int:
        return self.value  # type: ignore[no-any-return]


class TestMemory:
    """Notes 004, Memory Formulas."""

    graph = chain([CONV, "batchnorm", ("maxpool", {"kernel": 2})], (3, 6, 6))
    PARAMS = 3 * 8 * 9 + 8, 16, 0

    @pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("float16", 2), ("bfloat16", 2), ("int8", 1)])
    def test_bytes_of_a_number(self, dtype: str, size: int) -> None:
        assert column(self.graph, "param_bytes", dtype=dtype) == [size * count for count in self.PARAMS]
        assert column(self.graph, "activation_bytes", dtype=dtype, batch=5) == [
            5 * size * 288, 5 * size * 288, 5 * size * 72,
        ]  # fmt: skip
        assert column(self.graph, "im2col_bytes", dtype=dtype, batch=5) == [5 * size * 3 * 9 * 36, 0, 0]

    def test_indices_take_four_bytes_whatever_the_dtype(self) -> None:
        for dtype in ("float32", "float16", "int8"):
            assert column(self.graph, "pool_index_bytes", dtype=dtype, batch=5) == [0, 0, 5 * 4 * 72]

    @pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("bfloat16", 2), ("int8", 4)])
    def test_statistics_and_counters(self, dtype: str, size: int) -> None:
        assert column(self.graph, "buffer_bytes", dtype=dtype) == [0, 16 * size + 8, 0]

    def test_gradients(self) -> None:
        assert column(self.graph, "gradient_bytes") == [4 * count for count in self.PARAMS]

    @pytest.mark.parametrize(
        ("name", "make"),
        [
            ("sgd", lambda weights: torch.optim.SGD(weights, lr=0.1)),
            ("momentum", lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9)),
            ("adam", torch.optim.Adam),
            ("adamw", torch.optim.AdamW),
            ("rmsprop", torch.optim.RMSprop),
            ("adagrad", torch.optim.Adagrad),
        ],
    )
    def test_the_states_are_those_that_torch_keeps(self, name: str, make: object) -> None:
        module = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8))
        optimizer = make(module.parameters())  # type: ignore[operator]
        module(torch.randn(2, 3, 6, 6)).sum().backward()
        optimizer.step()
        kept = [value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
        counted = sum(value.numel() * value.element_size() for value in kept if value.dim())  # without step counters
        assert sum(value or 0 for value in column(self.graph, "optimizer_bytes", optimizer=name)) == counted

    def test_lion_keeps_one_moment(self) -> None:
        assert column(self.graph, "optimizer_bytes", optimizer="lion") == column(self.graph, "gradient_bytes")

    @pytest.mark.parametrize(
        "name", ["gradient_bytes", "optimizer_bytes", "backward_flops", "weight_gradient_flops", "input_gradient_flops"]
    )
    def test_figures_of_training_are_gaps_in_int8(self, name: str) -> None:
        assert column(self.graph, name, dtype="int8") == [None] * 3

    def test_traffic(self) -> None:
        net = Builder()
        small, like = net.input(4, 3, 3, name="small"), net.input(4, 6, 6, name="like")
        up = net.add(("upsample", {"like": "like"}), small, like)
        conv = net.add(("conv", {"out": 4, "kernel": 1}), up)
        net.add(("conv", {"out": 4, "kernel": 1}), conv, share=conv)
        # Inputs, output, weights (owned or not); the shape that is followed is not read.
        assert column(net.graph(), "traffic_bytes", batch=2) == [
            4 * 2 * (36 + 144), 4 * (2 * (144 + 144) + 20), 4 * (2 * (144 + 144) + 20),
        ]  # fmt: skip


class TestAuxiliaryHeads:
    """They store parameters always, and run in training only."""

    @staticmethod
    def graph() -> Graph:
        net = Builder()
        stem = net.add(CONV, net.input(3, 6, 6))
        main = net.chain(["global_avgpool", "flatten", ("linear", {"out": 5})], stem)
        head = net.chain([("maxpool", {"kernel": 2}), "flatten", ("linear", {"out": 5})], stem)
        return net.graph(main, auxiliary=[head])

    @pytest.mark.parametrize("name", ["params", "trainable_params", "param_bytes", "optimizer_bytes"])
    def test_they_are_stored(self, name: str) -> None:
        assert column(self.graph(), name, mode="infer") == column(self.graph(), name, mode="train")
        assert column(self.graph(), "params")[-1] == 72 * 5 + 5

    @pytest.mark.parametrize(
        "name", ["macs", "flops", "weight_gradient_flops", "input_gradient_flops", "activation_bytes", "traffic_bytes"]
    )
    def test_they_run_in_training_only(self, name: str) -> None:
        assert not any(column(self.graph(), name, mode="infer")[-3:])
        assert column(self.graph(), name, mode="train")[-1]
        assert column(self.graph(), name, mode="infer")[:4] == column(self.graph(), name, mode="train")[:4]

    def test_their_pools_keep_indices_in_training_only(self) -> None:
        assert not any(column(self.graph(), "pool_index_bytes", mode="infer"))
        assert any(column(self.graph(), "pool_index_bytes", mode="train"))

    def test_their_operations(self) -> None:
        assert Analysis(self.graph()).operations[-1] == Operations()
        assert Analysis(self.graph(), Settings(mode="train")).operations[-1].mac == 72 * 5


def test_counts_beyond_64_bits_are_exact() -> None:
    side = 10**14
    graph = chain([("conv", {"out": 64, "kernel": 3, "padding": 1, "bias": False})], (3, side, side))
    assert column(graph, "macs", batch=10**9) == [1728 * 10**37]
    assert column(graph, "activation_bytes", batch=10**9) == [4 * 64 * 10**37]
    assert column(graph, "backward_flops", batch=10**9) == [2 * 1728 * 10**37]


def test_layers_of_the_same_name_but_unlike_fields_are_kept_apart() -> None:
    graph = chain([CONV, CONV, ("conv", {"out": 8, "kernel": 3, "padding": 1, "bias": False})], (8, 6, 6))
    assert column(graph, "params") == [584, 584, 576]


def test_operations_are_counted_once_for_all_conventions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    operations = Node.operations

    def counted(node: Node, training: bool) -> Operations:
        asked.append(node.name)
        return operations(node, training)

    monkeypatch.setattr(Node, "operations", counted)
    assert len(counts_by_convention(load("lenet5"))) > 10
    assert len(asked) == len({*asked}) > 0


@pytest.fixture
def channels() -> Iterator[Compute]:
    """A metric that somebody defines, for as long as the test runs."""

    @metric("channels", Unit.BYTES, "Output channels", heading="channels of the output", total="max")
    def channels(analysis: Analysis) -> list[int]:
        return analysis.each(lambda node: node.y.channels)

    yield channels
    del METRICS["channels"]


def test_a_metric_is_one_function(channels: Compute) -> None:
    analysis = Analysis(chain([CONV], (3, 6, 6)))
    assert channels(analysis) == [3, 8]
    assert analysis.total("channels") == 8


@pytest.mark.usefixtures("channels")
def test_what_a_metric_says_of_itself_is_all_that_others_need() -> None:
    report = analyze("lenet5")
    assert report.totals["channels"] == total_of(report, "channels") == 400  # flattened, 16 × 5 × 5
    assert json.loads(report.to_json())["layers"][0]["channels"] == 6
    table = render(report_document(report, View(columns=("layer", "channels"))), "markdown")
    assert "channels of the output" in table
    assert kind_of("channels") == "bytes"
    compared = json.loads(render(comparison_document(compare(["lenet5"] * 2)), "json"))
    assert compared["networks"][1]["ratios"]["channels"] == 1
    conv = explain("lenet5", "conv")
    assert (conv.figure("channels").value, conv.figure("channels").formula) == (6, "C_o")
    assert explain("lenet5", total="channels").breakdowns[0].figure.value == 400


def test_no_two_metrics_are_called_the_same(channels: Compute) -> None:
    with pytest.raises(TypeError, match="two metrics are called 'channels'"):
        metric("channels", Unit.COUNT, "Again")(channels)


def test_an_unknown_property_of_a_metric_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        metric("colour", Unit.COUNT, "No such thing", colour="red")(lambda _: [])
    assert "colour" not in METRICS
