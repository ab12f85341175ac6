"""What is printed of a layer, read as arithmetic, is what the report says; and every letter is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings

from cnncost import SpecError, analyze, explain, load
from cnncost.conventions import CONVENTIONS
from cnncost.explanation import LayerExplanation, explain_layer
from cnncost.explanation.layer import OF_A_LAYER
from cnncost.explanation.selection import only
from cnncost.layers import REGISTRY
from cnncost.metrics import METRICS, Analysis
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from tests.conventions.test_rules import value_of as value_of_rule
from tests.explanation.formula_text import value_of
from tests.graphs import Builder
from tests.layers.strategies import PATIENT, Placement, fitting

if TYPE_CHECKING:
    from cnncost.explanation import Figure
    from cnncost.graph.graph import Graph
    from cnncost.report.rows import Row

TRAINING = Settings(batch=3, dtype="bfloat16", optimizer="momentum", mode="train")


def placed(placement: Placement) -> Graph:
    """A graph of one layer behind its inputs, each of which has something trainable in front."""
    net = Builder()
    reads = []
    for number, x in enumerate(placement.xs):
        entered = net.input(x.channels, *x.spatial, name=f"input_{number}", layout=x.layout)
        indices = placement.layer.keyword == "embedding"  # nothing computes those
        reads.append(entered if indices else net.add(REGISTRY["prelu"].make({}, len(x.spatial)), entered))
    net.add(placement.layer, *reads)
    return net.graph()


def explained(graph: Graph, chosen: Settings = Settings(), name: str | None = None) -> tuple[LayerExplanation, Row]:
    """The last layer of a graph, or another: its explanation and its row in the report."""
    node = next(node for node in reversed(graph.layers) if name in (None, node.name))
    report = analyze_graph(graph, chosen, algorithms=True)
    return explain_layer(Analysis(graph, chosen), node), next(row for row in report.rows if row.name == node.name)


def in_report(figure: Figure, row: Row) -> Any:
    """The same figure of the report."""
    field: Any = row.receptive_field
    name, _, axis = figure.name.rpartition("_")
    if figure.name in row.figures:
        return row.figures[figure.name]
    if figure.name.startswith("ops."):
        return row.operations._asdict()[figure.name[4:]]
    if figure.name == "output_shape":
        return row.output_shape
    if figure.name in ("receptive_field", "jump", "start_padding"):
        values = getattr(field, figure.name.replace("receptive_field", "size"))
        return values[0] if not isinstance(figure.value, tuple) and len({*values}) == 1 else values
    if name in ("receptive_field", "jump", "start_padding"):
        place = {1: "l", 2: "hw", 3: "dhw"}[len(field.size)].index(axis)
        return getattr(field, name.replace("receptive_field", "size"))[place]
    return figure.value


def check(explanation: LayerExplanation, row: Row) -> None:
    """Hold every figure to the report, and its texts to the figure."""
    letters = {symbol.symbol: symbol.number for symbol in explanation.symbols}
    for figure in explanation.figures:
        assert figure.value == in_report(figure, row), figure
        hold(figure, letters)
    for algorithm in explanation.algorithms:
        own = dict(letters)
        for figure in algorithm.figures:
            assert figure.value == in_report(figure, row), figure
            hold(figure, own)
            own[figure.name] = figure.value  # type: ignore[assignment]
    assert explanation.cheapest == row.cheapest_algorithm


def hold(figure: Figure, letters: dict[str, int | float]) -> None:
    """Read a figure's formula and its numbers."""
    if figure.formula is None or figure.substituted is None:
        assert figure.note, figure
        return
    expected = figure.value if isinstance(figure.value, tuple) else (figure.value,)
    for text, numbers in ((figure.formula, letters), (figure.substituted, {})):
        assert [value_of(part, numbers) for part in text.split(" × ")] == list(expected), (figure, text)


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_what_is_printed_is_what_is_computed(keyword: str) -> None:
    @settings(PATIENT, max_examples=12)
    @given(fitting(REGISTRY[keyword]))
    def compare(placement: Placement) -> None:
        assume(min(placement.layer.output(*placement.xs).dims) > 0)
        for chosen in (Settings(), TRAINING):
            check(*explained(placed(placement), chosen))

    compare()


def test_every_metric_is_explained() -> None:
    explanation, _ = explained(placed(Placement(*conv())))
    assert {*METRICS} <= {figure.name for figure in explanation.figures}
    assert all(figure.source for figure in explanation.figures)
    assert all(figure.unit for figure in explanation.figures if figure.name != "output_shape")


def conv(**fields: Any) -> tuple[Any, tuple[Any, ...]]:
    from cnncost.layers import Tensor

    return REGISTRY["conv"].make({"out": 8, "kernel": 3, "padding": 1, **fields}, 2), (Tensor(4, (9, 12)),)


def test_the_worked_example_of_the_notes() -> None:
    """Notes 004, 9.1: the table of the worked example, and its receptive field by 10.1."""
    layer = explain("conv", input=[64, 56, 56], set={"out": 128, "kernel": 3, "padding": 1}, batch=32)
    assert isinstance(layer, LayerExplanation)
    expected = {
        "H_o": (56, "⌊(56 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1"),
        "output_shape": ((32, 128, 56, 56), "32 × 128 × 56 × 56"),
        "params": (73_856, "128·(64/1)·3² + 128"),
        "param_bytes": (295_424, "73856·4"),
        "flops": (14_797_504_512, "2·32·128·(64/1)·3²·56·56"),
        "activation_bytes": (51_380_224, "32·4·128·56·56"),
        "input_bytes": (25_690_112, "32·4·64·56·56"),
        "receptive_field": (3, "1 + 1·(3 − 1)·1"),
    }
    found = {name: (layer.figure(name).value, layer.figure(name).substituted) for name in expected}
    assert found == expected
    assert "notes 004, 9.1" in layer.figure("params").source


@pytest.mark.parametrize("convention", sorted(CONVENTIONS))
def test_the_rule_of_a_convention_is_read_by_the_language(convention: str) -> None:
    report = analyze("lenet5", batch=2, convention=convention)
    for row in report.rows:
        layer = explain("lenet5", row.name, batch=2, convention=convention)
        assert isinstance(layer, LayerExplanation)
        figure = layer.figure("flops")
        assert figure.value == row.figures["flops"]
        assert figure.unit == CONVENTIONS[convention].unit
        assert figure.formula is not None
        assert figure.substituted is not None
        if CONVENTIONS[convention].written.__qualname__.startswith("Convention."):
            assert value_of(figure.substituted) == figure.value
        else:
            assert value_of_rule(figure.substituted) == figure.value


# What no formula says is said in words.


def test_one_figure_of_a_layer() -> None:
    # 1 channel to 6, kernel 5×5, output 28×28: 6·1·25·784.
    macs = explain("lenet5", "conv", total="macs")
    assert isinstance(macs, LayerExplanation)
    [figure] = macs.figures
    assert (figure.name, figure.value) == ("macs", 117_600)
    assert [symbol.symbol for symbol in macs.symbols] == ["k", "B", "C_o", "H_o", "W_o", "C_i", "g"]
    assert macs.algorithms == ()
    assert macs._replace(figures=(), symbols=()) == explain("lenet5", "conv")._replace(
        figures=(), symbols=(), algorithms=(), cheapest=macs.cheapest
    )


def test_each_figure_comes_with_its_letters() -> None:
    fields = {"out": 128, "kernel": [3, 1], "padding": [1, 0]}
    for options in ({}, {"convention": "thop"}, {"convention": "torchinfo", "batch": 3, "mode": "train"}):
        whole = explain("conv", input=[64, 56, 56], set=fields, **options)
        square = explain("conv", input=[64, 56, 56], set={"out": 128, "kernel": 3}, **options)
        for layer in (whole, square):
            assert isinstance(layer, LayerExplanation)
            for figure in layer.figures:
                one = only(layer, figure.name)
                assert one.figures == (figure,)
                hold(figure, {symbol.symbol: symbol.number for symbol in one.symbols})
            for algorithm in layer.algorithms:
                for figure in algorithm.figures[-2:]:
                    [same] = only(layer, figure.name).algorithms or [algorithm]
                    assert figure in same.figures


def test_a_receptive_field_has_a_figure_for_each_axis() -> None:
    layer = explain("conv", input=[3, 8, 8], set={"out": 4, "kernel": [3, 1]}, total="receptive_field")
    assert [(figure.name, figure.value) for figure in layer.figures] == [
        ("receptive_field_h", 3),
        ("receptive_field_w", 1),
    ]


def test_the_memory_of_one_layer_is_a_sum() -> None:
    # 156 parameters and 6·28·28 outputs, of 4 bytes each.
    whole = explain("lenet5", "conv", total="textbook_bytes").to_dict()
    assert 4 * (156 + 6 * 28 * 28) in [each["value"] for each in whole.get("totals", whole.get("figures"))]


def test_figures_that_do_not_add_up() -> None:
    layer = explain("lenet5", "conv")
    assert isinstance(layer, LayerExplanation)
    letters = {symbol.symbol for symbol in layer.symbols}
    assert {figure.name for figure in layer.figures} - letters - set(METRICS) <= {*OF_A_LAYER}


@pytest.mark.parametrize(
    ("network", "name", "place"),
    [
        ("resnet50", "stage.0.bottleneck.1.relu", "stage[0].bottleneck[1].relu"),
        ("resnet50", "stage.3", "stage[3]"),
        ("resnet50", "stage[*]", "stage"),
        ("resnet50", "stage*", "stage"),
        ("resnet50", "stage[0].*", "stage[0]"),
        ("resnet50", "stage[0].", "stage[0]"),
        ("resnet50", "lin*", "linear"),
        ("lenet5", "conv_?", "conv_2"),
    ],
)
def test_names_and_patterns_that_mean_one_place(network: str, name: str, place: str) -> None:
    found = explain(network, name)
    assert (found.layer if isinstance(found, LayerExplanation) else found.block) == place


NO_PLACE = "error: `{}` has no layer and no block `{}`{}"


@pytest.mark.parametrize(
    ("network", "name", "close", "hint"),
    [
        ("lenet5", "conv2", "conv_2", None),
        ("lenet5", "CONV", "conv", None),
        ("resnet50", "stage[0].bottelneck[1].relu", "stage[0].bottleneck[1].relu", None),
        ("resnet50", "stage.0.bottelneck.1.relu", "stage.0.bottleneck.1.relu", None),
        ("resnet50", "pool", None, "`maxpool`, `global_avgpool` contain it"),
        (
            "resnet50",
            "bottleneck",
            None,
            "`stage[0].bottleneck`, `stage[1].bottleneck`, `stage[2].bottleneck`, `stage[3].bottleneck` contain it",
        ),
        (
            "alexnet",
            "conv",
            None,
            "`layer[0].conv`, `layer[1].conv`, `layer[2].conv`, `layer[3].conv`, `layer[4].conv` contain it",
        ),
        (
            "unet",
            "conv",
            None,
            "`down[0].skip[0].conv`, `down[0].skip[1].conv`, `down[1].skip[0].conv`, `down[1].skip[1].conv`, "
            "`down[2].skip[0].conv` and 13 more contain it",
        ),
        ("lenet5", "conv*", None, "`conv`, `conv_2` match it"),
        (
            "resnet50",
            "layer1",
            None,
            "its parts are `conv_bn`, `relu`, `maxpool`, `stage`, `global_avgpool`, `flatten`, `linear`; "
            "`cnncost analyze` with `--depth all` shows every layer",
        ),
    ],
)
def test_names_that_mean_no_place(network: str, name: str, close: str | None, hint: str | None) -> None:
    with pytest.raises(SpecError) as caught:
        explain(network, name)
    assert str(caught.value) == NO_PLACE.format(network, name, f"; did you mean `{close}`?" if close else "") + (
        f"\n  = hint: {hint}" if hint else ""
    )


def reasons(explanation: LayerExplanation) -> dict[str, str]:
    return {figure.name: figure.note for figure in explanation.figures if figure.note}


def test_why_a_figure_is_zero() -> None:
    net = Builder()
    x = net.input(4, 8, 8)
    made = ("conv", {"out": 4, "kernel": 3, "padding": 1})
    frozen = net.add(made, x, name="frozen", trainable=False)
    owner = net.add(made, frozen, name="owner")
    net.add(made, owner, name="sharing", share=owner)
    graph = net.graph()
    assert reasons(explained(graph, name="frozen")[0]) == {
        "trainable_params": "the weights are frozen",
        "weight_gradient_flops": "the weights are frozen",
        "input_gradient_flops": "nothing upstream is trained",
        "gradient_bytes": "the weights are frozen",
        "optimizer_bytes": "the weights are frozen",
    }
    followed = Builder()
    guide = followed.add(made, followed.add(made, followed.input(4, 8, 8, name="frame")), name="guide")
    followed.add(("upsample", {"like": "guide"}), followed.input(4, 4, 4, name="image"), guide)
    shape_alone = "no gradient comes: of what is computed here, only the shape is read"
    assert reasons(explained(followed.graph(), name="guide")[0]) == dict.fromkeys(
        ("weight_gradient_flops", "input_gradient_flops", "gradient_bytes", "optimizer_bytes"), shape_alone
    )
    sharing = reasons(explained(graph, name="sharing")[0])
    assert sharing["params"] == "the weights are those of `owner`, and counted there"
    assert "weight_gradient_flops" not in sharing
    owned = explained(graph, Settings(optimizer="sgd"), name="owner")[0]
    assert reasons(owned) == {
        "input_gradient_flops": "nothing upstream is trained",
        "optimizer_bytes": "sgd keeps nothing",
    }
    for name in ("frozen", "owner", "sharing"):
        check(*explained(graph, name=name))


def test_heads_that_do_not_run() -> None:
    name = next(row.name for row in analyze("googlenet", mode="train").rows if row.name.startswith("aux"))
    for mode in ("infer", "train"):
        layer = explain("googlenet", name, mode=mode)
        assert isinstance(layer, LayerExplanation)
        assert ("it runs in training only" in reasons(layer).values()) is (mode == "infer")


def test_gaps_stay_gaps() -> None:
    explanation, row = explained(placed(Placement(*conv())), Settings(dtype="int8"))
    check(explanation, row)
    assert explanation.figure("gradient_bytes").value is None
    assert "int8 is for inference" in explanation.figure("gradient_bytes").note


def test_fields_that_meet_are_told_in_words() -> None:
    net = Builder()
    x = net.input(4, 9, 9)
    seen = net.add(("conv", {"out": 4, "kernel": 3, "padding": 1}), x)
    net.add("add", x, seen)
    explanation, row = explained(net.graph())
    check(explanation, row)
    assert (
        explanation.figure("receptive_field").note
        == "everything that is seen along any path: its inputs see 1×1 and 3×3"
    )
    assert explanation.figure("receptive_field").value == (3, 3)


@pytest.mark.parametrize("name", ["unet", "mobilenet_v2", "c3d", "small_resnet", "googlenet"])
def test_every_layer_of_a_network(name: str) -> None:
    graph = load(name)
    report = analyze(graph, batch=2, mode="train", algorithms=True)
    analysis = Analysis(graph, Settings(batch=2, mode="train"))
    nodes = {node.name: node for node in graph.layers}
    kinds = {(row.type, row.output_shape): row for row in report.rows}
    for row in kinds.values():
        check(explain_layer(analysis, nodes[row.name]), row)
    last = report.rows[-1].name
    assert explain(graph, last, batch=2, mode="train") == explain_layer(analysis, nodes[last])


# A layer without a network.


@pytest.mark.parametrize(
    ("spec", "shapes", "fields", "shape"),
    [
        ("linear", 64, {"out": 10}, (1, 10)),
        ("linear", [197, 64], {"out": 10}, (1, 197, 10)),
        ("attention", [197, 64], {"heads": 4}, (1, 197, 64)),
        ("relu", [4, 9], {}, (1, 4, 9)),
        ("concat", {"a": [3, 4, 4], "b": [5, 4, 4]}, {}, (1, 8, 4, 4)),
        ("upsample", {"a": [3, 4, 4], "b": [5, 8, 8]}, {"like": "b"}, (1, 3, 8, 8)),
        ("conv", [3, 8, 8], {"out": "max(4, 8)", "kernel": [1, 3], "bias": False}, (1, 8, 8, 6)),
    ],
)
def test_layers_on_their_own(spec: str, shapes: Any, fields: dict[str, Any], shape: tuple[int, ...]) -> None:
    layer = explain(spec, input=shapes, set=fields)
    assert isinstance(layer, LayerExplanation)
    assert layer.figure("output_shape").value == shape
    assert layer.type == spec


def test_a_file_comes_before_a_layer_type(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conv").write_text("{input: 64, network: [{linear: 10}]}")
    assert explain("conv", "linear").to_dict()["type"] == "linear"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spec": "resnet50", "layer": "stge"}, "`resnet50` has no layer and no block `stge`; did you mean `stage`?"),
        ({"spec": "lenet5", "layer": "convv"}, "did you mean `conv`?"),
        ({"spec": "lenet5", "layer": "conv", "total": "parms"}, "`conv` has no figure `parms`; did you mean `params`?"),
        ({"spec": "lenet5", "layer": "conv", "total": "MACs"}, "`conv` has no figure `MACs`; did you mean `macs`?"),
        (
            {"spec": "lenet5", "layer": "conv", "total": "zzz"},
            "it has H_o, W_o, output_shape, params, trainable_params",
        ),
        (
            {"spec": "lenet5", "layer": "conv", "total": "winograd_2_multiplications"},
            "is of Winograd F(2×2, 3×3), which does not apply: kernel 5×5: it is for 3×3",
        ),
        ({"spec": "lenet5", "total": "receptive_field"}, "`receptive_field` does not add up: it is of a layer"),
        ({"spec": "resnet50", "layer": "stage[0]", "total": "ops.add"}, "cnncost explain SPEC LAYER --total ops.add"),
        ({"spec": "lenet5", "total": "parms"}, "unknown figure `parms`; did you mean `params`?"),
        ({"spec": "conv", "layer": "conv"}, "`conv` is a layer type, not a network"),
        ({"spec": "conv"}, "`conv` is a layer type, and needs the shape of its input"),
        ({"spec": "conv", "input": [3, 8, 8]}, "`conv` needs `out`"),
        ({"spec": "conv", "input": [3, 8, 8], "set": {"out": 4, "kernal": 3}}, "did you mean `kernel`?"),
        (
            {"spec": "conv", "input": [3, 8, 8], "set": {"out": 4, "kernel": 9}},
            "kernel of 9 is larger than its input of 8",
        ),
        (
            {"spec": "convv", "input": [3, 8, 8]},
            "there is no architecture, no file and no layer type `convv`; did you mean `conv`?",
        ),
        ({"spec": "batch_norm"}, "did you mean `batchnorm`?"),
        ({"spec": "zzz@classes=10"}, "`cnncost layers` the layer types"),
        ({"spec": "resnet50", "layer": "zzz"}, "`cnncost analyze` with `--depth all` shows every layer"),
        ({"spec": "./conv.yaml"}, "there is no file `./conv.yaml`"),
    ],
)
def test_what_cannot_be_explained(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        explain(**arguments)
    assert message in str(caught.value)
