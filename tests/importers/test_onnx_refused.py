"""ONNX files that are damaged, absurd or mean harm, and operators that become gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnx
import pytest
from onnx import TensorProto, helper

from cnncost import SpecError, analyze, load
from cnncost.language.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OPSETS = [helper.make_opsetid("", 20), helper.make_opsetid("mine", 1)]


def stored_elsewhere(name: str, *sizes: int) -> Any:
    """A tensor whose numbers lie in a file that is not there."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=sizes, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


def write(
    path: Path, nodes: Sequence[Any], shape: Sequence[Any] = (1, 3, 8, 8), *, tensors: Any = (), functions: Any = ()
) -> Path:
    """A file of these operators, which read `x` and give `y`."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_empty_tensor_value_info("y")
    graph = helper.make_graph(nodes, "net", [x], [y], list(tensors))
    onnx.save(helper.make_model(graph, opset_imports=OPSETS, functions=functions), path)
    return path


def node(kind: str, reads: str, gives: str, **attributes: Any) -> Any:
    return helper.make_node(kind, reads.split(), [gives], name=f"{kind.lower()}_{gives}", **attributes)


def branch() -> Any:
    return helper.make_graph([node("Relu", "x", "t")], "branch", [], [helper.make_empty_tensor_value_info("t")])


DAMAGED = {
    "a circle": (
        [node("Add", "x b", "a"), node("Relu", "a", "b"), node("Neg", "b", "y")],
        "it reads what is computed from it, in a circle",
        "`Relu` called `relu_b`",
    ),
    "what nothing gives": (
        [node("Add", "x nowhere", "y")],
        "it reads `nowhere`, and nothing in the file gives that",
        "`Add` called `add_y`",
    ),
    "what two give": (
        [node("Relu", "x", "y"), node("Neg", "x", "y")],
        "`y` is given twice, by `Relu` called `relu_y` too",
        "`Neg` called `neg_y`",
    ),
    "inputs that are missing": (
        [helper.make_node("Conv", ["x"], ["y"], name="stem")],
        "`Conv` has 1 inputs, and needs 2 to 3",
        "`Conv` called `stem`",
    ),
    "attributes that are missing": (
        [node("Concat", "x x", "y")],
        "`Concat` has no attribute `axis`, and needs it",
        "`Concat` called `concat_y`",
    ),
    "attributes of another type": (
        [node("Concat", "x x", "y", axis="one")],
        "`Concat` cannot be imported: its attributes or inputs do not hold",
        "`Concat` called `concat_y`",
    ),
    "control flow": (
        [
            helper.make_node("Constant", [], ["c"], value=helper.make_tensor("c", TensorProto.BOOL, [], [True])),
            node("If", "c", "y", then_branch=branch(), else_branch=branch()),
        ],
        "`If` cannot be imported: which operators run, and how often, depends on numbers",
        "`If` called `if_y`",
    ),
}


@pytest.mark.parametrize(("nodes", "message", "place"), DAMAGED.values(), ids=DAMAGED)
def test_files_that_do_not_hold(tmp_path: Path, nodes: Any, message: str, place: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(write(tmp_path / "net.onnx", nodes))
    assert refused.value.message.startswith(message)
    assert place in str(refused.value)


def test_the_operators_of_a_circle_are_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        load(write(tmp_path / "net.onnx", DAMAGED["a circle"][0]))
    assert refused.value.hint == "each reads the next: relu_b > add_a > relu_b"


def test_the_order_of_a_file_that_is_in_none_follows_from_what_is_read(tmp_path: Path) -> None:
    nodes = [node("Neg", "b", "y"), node("Abs", "a", "b"), node("Relu", "x", "a")]
    assert [each.type for each in load(write(tmp_path / "net.onnx", nodes)).layers] == ["relu", "abs", "neg"]


def test_an_output_that_nothing_gives(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="nothing gives the output `y`"):
        load(write(tmp_path / "net.onnx", [node("Relu", "x", "z")]))


@pytest.mark.parametrize(
    ("shape", "says"),
    [([], "the input `x` is a single number"), ([4], "the input `x` has one axis, which is the batch's")],
)
def test_inputs_without_a_sample(tmp_path: Path, shape: list[int], says: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(write(tmp_path / "net.onnx", [node("Relu", "x", "y")], shape))
    assert refused.value.message.startswith(says)
    assert refused.value.hint == "store it in the file as a constant, or give it an axis more, that of the batch first"


def test_more_operators_than_layers_need(tmp_path: Path) -> None:
    nodes = [node("Relu", f"v{place}" if place else "x", f"v{place + 1}") for place in range(51)]
    path = write(tmp_path / "net.onnx", [*nodes, node("Neg", "x", "y")])
    with pytest.raises(SpecError) as refused:
        load(path, limits=Limits(nodes=10))
    assert refused.value.message == "the file has 52 operators, more than the 50 of 10 layers"
    assert refused.value.hint == "`--max-nodes` raises the limit"


def test_numbers_that_are_computed_from_numbers_for_long(tmp_path: Path) -> None:
    one = helper.make_node("Constant", [], ["c0"], value_float=1.0)
    sums = [node("Add", f"c{place} c{place}", f"c{place + 1}") for place in range(12)]
    path = write(tmp_path / "net.onnx", [one, *sums, node("Add", "x c12", "y")])
    with pytest.raises(SpecError, match="more than 10 operators compute numbers from numbers"):
        load(path, limits=Limits(nodes=10))
    assert load(path, limits=Limits(nodes=12)).layers[-1].type == "shift"


def function(name: str, *calls: str) -> Any:
    """A function of a file: the calls one after the other."""
    names = ["a", *[f"v{place}" for place in range(len(calls) - 1)], "b"]
    nodes = [
        helper.make_node(call, [names[place]], [names[place + 1]], domain="" if call == "Relu" else "mine")
        for place, call in enumerate(calls)
    ]
    return helper.make_function("mine", name, ["a"], ["b"], nodes, OPSETS)


def test_functions_that_double_again_and_again(tmp_path: Path) -> None:
    functions = [function("f0", "Relu"), *[function(f"f{place}", *[f"f{place - 1}"] * 2) for place in range(1, 31)]]
    call = helper.make_node("f30", ["x"], ["y"], domain="mine")
    with pytest.raises(SpecError, match=r"the file has 1,073,741,824 operators, more than the 100,000"):
        load(write(tmp_path / "net.onnx", [call], functions=functions))


def test_a_function_that_calls_itself(tmp_path: Path) -> None:
    functions = [function("f", "Relu", "g"), function("g", "f")]
    call = helper.make_node("f", ["x"], ["y"], domain="mine")
    with pytest.raises(SpecError, match="the function `f` of the file calls itself") as refused:
        load(write(tmp_path / "net.onnx", [call], functions=functions))
    assert refused.value.hint == "f > g > f"


def test_weights_that_no_machine_holds(tmp_path: Path) -> None:
    path = write(tmp_path / "net.onnx", [node("Conv", "x w", "y")], tensors=[stored_elsewhere("w", 2**40, 3, 3, 3)])
    with pytest.raises(SpecError, match=r"`net` stores more than 1,000,000,000,000 numbers") as refused:
        load(path)
    assert refused.value.hint == f"the largest layer is `conv`, with {27 * 2**40:,}"


def test_a_sample_that_no_machine_holds(tmp_path: Path) -> None:
    path = write(tmp_path / "net.onnx", [node("Relu", "x", "y")], [1, 2**30, 2**20])
    with pytest.raises(SpecError, match=r"`x` gives more than 1,000,000,000,000 numbers for one sample"):
        load(path)


def test_numbers_that_a_file_names_are_not_made(tmp_path: Path) -> None:
    """As many would take 4 TB."""
    size = helper.make_tensor("s", TensorProto.INT64, [4], [2**20, 3, 2**20, 1])
    nodes = [
        helper.make_node("Constant", [], ["s"], value=size),
        node("ConstantOfShape", "s", "w"),
        node("Conv", "x w", "y"),
    ]
    with pytest.raises(SpecError, match="kernel of 1048576 is larger than its input of 8"):
        load(write(tmp_path / "net.onnx", nodes))


def test_gaps_have_the_shapes_that_onnx_infers_and_the_weights_that_they_read(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w", "c"), helper.make_node("Einsum", ["c", "v"], ["y"], equation="nchw,dc->ndhw")]
    tensors = [stored_elsewhere("w", 4, 3, 3, 3), stored_elsewhere("v", 7, 4)]
    path = write(tmp_path / "net.onnx", nodes, tensors=tensors)
    with pytest.raises(SpecError, match="the operator `Einsum` is not known") as refused:
        load(path)
    assert str(refused.value.hint).startswith("`--partial` imports it with a gap in its place")
    report = analyze(path, partial=True)
    assert report.totals.params == 4 * 27 + 28
    assert report.totals.at_least["macs"] == 4 * 27 * 36  # the convolution
    assert report.rows[-1].output_shape == (1, 7, 6, 6)
    assert any("`Einsum` called `y` is a gap" in warning for warning in report.warnings)


def test_a_gap_whose_size_depends_on_numbers_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "net.onnx", [node("NonZero", "x", "y")])
    with pytest.raises(SpecError, match="the operator `NonZero` is not known") as refused:
        load(path, partial=True)
    assert refused.value.hint == "no gap stands in for it, since the file does not say how large its result is"
