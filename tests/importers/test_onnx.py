"""ONNX files: what PyTorch's exporters wrote of known networks, files of our own, and what is refused."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from cnncost import SpecError, analyze, load

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).parents[1] / "data" / "onnx"
WRITTEN = list(csv.DictReader((DATA / "expected.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", WRITTEN, ids=[f"{row['name']}.{row['variant']}" for row in WRITTEN])
def test_written_by_pytorch(row: dict[str, str]) -> None:
    path = DATA / f"{row['name']}.{row['variant']}.onnx"
    shape = [int(size) for size in row["input"].split("x")[1:]] if "dynamic" in row["variant"] else None
    graph = load(path, input=shape)
    totals = analyze(graph).to_dict()["totals"]
    assert totals["macs"] == int(row["macs"])
    assert totals["params"] == int(row["file_float_elems_less_running"])
    said = f"batch normalisation is folded into {row['n_torch_bn']} convolutions"
    assert any(said in warning for warning in graph.warnings) == (row["bn_fold"] == "all")


def test_names_are_those_of_the_modules() -> None:
    names = [node.name for node in load(DATA / "resnet18.torchscript.onnx").layers]
    assert names[0] == "conv1"
    assert "layer1[0].conv1" in names
    assert "layer2[0].downsample[0]" in names


def write(path: Path, nodes: Sequence[Any], inputs: dict[str, Sequence[Any]], tensors: dict[str, Any]) -> Path:
    """A file of these operators; all that the last one gives is its output."""
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    outputs = [helper.make_empty_tensor_value_info(name) for name in nodes[-1].output]
    stored = [numpy_helper.from_array(array, name) for name, array in tensors.items()]
    graph = helper.make_graph(nodes, "net", given, outputs, stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("mine", 1)])
    onnx.save(model, path)
    return path


def weights(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


SMALL = [
    helper.make_node("Conv", ["x", "w", "b"], ["c"], auto_pad="SAME_UPPER", strides=[2, 2]),
    helper.make_node("Clip", ["c", "low", "high"], ["r"]),
    helper.make_node("GlobalAveragePool", ["r"], ["g"]),
    helper.make_node("Conv", ["g", "v"], ["s"]),
    helper.make_node("HardSigmoid", ["s"], ["h"], alpha=1 / 6),
    helper.make_node("Mul", ["r", "h"], ["m"]),
    helper.make_node("Mul", ["m", "alpha"], ["k"]),
    helper.make_node("MaxPool", ["k"], ["p"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
    helper.make_node("Flatten", ["p"], ["f"]),
    helper.make_node("MatMul", ["f", "fc"], ["q"]),
    helper.make_node("Add", ["q", "fb"], ["y"]),
]
TENSORS = {
    "w": weights(8, 3, 3, 3),
    "b": weights(8),
    "low": np.float32(0.0),
    "high": np.float32(6.0),
    "v": weights(8, 8, 1, 1),
    "alpha": weights(8, 1, 1),
    "fc": weights(8 * 4 * 4, 5),
    "fb": weights(5),
}


def test_a_file_of_our_own(tmp_path: Path) -> None:
    """Layers and figures by hand."""
    graph = load(write(tmp_path / "small.onnx", SMALL, {"x": [1, 3, 15, 15]}, TENSORS))
    types = [node.type for node in graph.layers]
    pooled = ["adaptive_avgpool", "conv", "hardsigmoid", "multiply", "scale", "maxpool", "flatten", "linear"]
    assert types == ["conv", "relu6", *pooled]
    totals = analyze(graph).to_dict()["totals"]
    # 3 x 3 of 3 channels and a bias for 8, the gate, a factor for each channel, and the linear layer of 128 numbers
    assert totals["params"] == (27 * 8 + 8) + 64 + 8 + (128 * 5 + 5)
    assert totals["macs"] == 8 * 8 * 8 * 27 + 64 + 128 * 5


def test_the_output_is_the_files(tmp_path: Path) -> None:
    """The built network, with the file's weights, gives what ONNX's reference implementation gives."""
    from onnx.reference import ReferenceEvaluator

    from cnncost.pytorch.build import build

    path = write(tmp_path / "small.onnx", SMALL, {"x": [1, 3, 15, 15]}, TENSORS)
    module = build(load(path)).eval()
    stored = [TENSORS[name] for name in ("w", "b", "v", "alpha", "fc", "fb")]
    stored[4] = stored[4].T
    with torch.no_grad():
        for parameter, array in zip(module.parameters(), stored, strict=True):
            parameter.copy_(torch.from_numpy(array.copy()).reshape(parameter.shape))
        x = weights(1, 3, 15, 15)
        (expected,) = ReferenceEvaluator(str(path)).run(None, {"x": x})
        assert torch.allclose(module(torch.from_numpy(x)), torch.from_numpy(expected), atol=1e-5)


def test_a_slope_that_is_not_pytorchs(tmp_path: Path) -> None:
    """ONNX's own default is 0.2 x + 0.5 between 0 and 1."""
    from cnncost.pytorch.build import build

    graph = load(write(tmp_path / "gate.onnx", [helper.make_node("HardSigmoid", ["x"], ["y"])], {"x": [1, 5]}, {}))
    x = torch.tensor([[-3.0, -1.0, 0.0, 2.0, 4.0]])
    assert torch.allclose(build(graph)(x), torch.tensor([[0.0, 0.3, 0.5, 0.9, 1.0]]))


def test_weights_lie_elsewhere(tmp_path: Path) -> None:
    """A file whose weights are kept in another one, which is not there."""
    path = write(tmp_path / "apart.onnx", SMALL, {"x": [1, 3, 15, 15]}, TENSORS)
    whole = analyze(path).to_dict()["totals"]
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="apart.bin", size_threshold=100)
    (tmp_path / "apart.bin").unlink()
    assert analyze(path).to_dict()["totals"] == whole


def test_shared_weights_count_once(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("Conv", ["r", "w"], ["y"]),
    ]
    graph = load(write(tmp_path / "twice.onnx", nodes, {"x": [1, 4, 8, 8]}, {"w": weights(4, 4, 1, 1)}))
    assert analyze(graph).to_dict()["totals"]["params"] == 16


def test_what_no_layer_has_is_said(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["y"])]
    graph = load(write(tmp_path / "spare.onnx", nodes, {"x": [1, 4, 8, 8]}, {"w": weights(4, 4)}))
    assert graph.warnings == ("16 numbers of the file are the weights of no layer: `w`",)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (helper.make_node("Rellu", ["x"], ["y"]), "the operator `Rellu` is not known; did you mean `Relu`?"),
        (helper.make_node("NonZero", ["x"], ["y"]), "the operator `NonZero` is not known"),
        (helper.make_node("Fused", ["x"], ["y"], domain="mine"), "the operator `Fused` of `mine` is not known"),
        (
            helper.make_node("Transpose", ["x"], ["y"], perm=[1, 0, 2, 3]),
            "`Transpose` cannot be imported: it moves the axis of the batch",
        ),
        (
            helper.make_node("Softmax", ["x"], ["y"], axis=0),
            "`Softmax` cannot be imported: it works along the batch, and mixes the samples",
        ),
        (
            helper.make_node("Reshape", ["x", "size"], ["y"]),
            "`Reshape` cannot be imported: [1, 4, 8, 8] is not as many numbers as [1, 5]",
        ),
        (
            helper.make_node("Conv", ["x", "x"], ["y"]),
            "`Conv` cannot be imported: input 1 depends on the network's input",
        ),
        (
            helper.make_node("Conv", ["x", "w"], ["y"], name="stem"),
            "`Conv` cannot be imported: the layer has 16 weights, and the file 12 for it",
        ),
    ],
)
def test_operators_that_are_refused(tmp_path: Path, node: Any, message: str) -> None:
    tensors = {"w": weights(4, 3, 1, 1), "size": np.array([1, 5])}
    path = write(tmp_path / "net.onnx", [node], {"x": [1, 4, 8, 8]}, tensors)
    with pytest.raises(SpecError) as refused:
        load(path)
    assert refused.value.message.startswith(message)
    assert f"`{node.op_type}` called `{node.name or 'y'}`" in str(refused.value)


def test_sizes_that_are_left_open(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["y"])]
    path = write(tmp_path / "open.onnx", nodes, {"x": ["batch", 3, "height", "width"]}, {})
    with pytest.raises(SpecError, match=r"leaves sizes of the input `x` open: \[batch, 3, height, width\]") as refused:
        load(path)
    assert refused.value.hint == "`--input` gives them, of one sample: `--input 3x224x224`"
    assert load(path, input=[3, 8, 6]).nodes[-1].y.dims == (3, 8, 6)
    assert load(path, input={"x": [3, 8, 6]}).nodes[-1].y.dims == (3, 8, 6)
    with pytest.raises(SpecError, match="`x` has 3 sizes behind the batch, not 1"):
        load(path, input=[3])
    with pytest.raises(SpecError, match="there is no input `y`"):
        load(path, input={"y": [3, 8, 8]})


def test_files_that_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a model")
    (tmp_path / "empty.onnx").write_bytes(b"")
    for name, message in (
        ("text.onnx", "is not an ONNX model: "),
        ("empty.onnx", "is not an ONNX model: it holds no operators"),
        ("missing.onnx", "cannot read"),
    ):
        with pytest.raises(SpecError) as refused:
            load(tmp_path / name)
        assert message in refused.value.message


def test_an_absurd_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "huge.onnx", [helper.make_node("Relu", ["x"], ["y"])], {"x": [1, 2**62, 2**62]}, {})
    with pytest.raises(SpecError, match="elements"):
        load(path)


def test_the_package_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "net.onnx", [helper.make_node("Relu", ["x"], ["y"])], {"x": [1, 4]}, {})
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(SpecError) as refused:
        load(path)
    assert refused.value.message == "reading an ONNX file needs the package `onnx`"
    assert refused.value.hint == "install it: pip install onnx"


def test_a_file_that_is_not_there_needs_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(SpecError, match=r"missing\.onnx`: no such file"):
        load(tmp_path / "missing.onnx")


def test_equal_tensors_that_are_stored_once_are_weights_of_their_own(tmp_path: Path) -> None:
    """PyTorch's older exporter: an `Identity` for the bias of every other layer, as long as all of them are zeros."""
    nodes = [
        helper.make_node("Identity", ["b"], ["b2"]),
        helper.make_node("Conv", ["x", "v", "b"], ["c"]),
        helper.make_node("Conv", ["c", "w", "b2"], ["y"]),
    ]
    tensors = {"v": weights(4, 4, 1, 1), "w": weights(4, 4, 1, 1), "b": np.zeros(4, np.float32)}
    graph = load(write(tmp_path / "net.onnx", nodes, {"x": [1, 4, 8, 8]}, tensors))
    assert [node.parameters() for node in graph.layers] == [20, 20]
    assert all(node.owns_weights for node in graph.layers)
    (said,) = graph.warnings
    assert said.startswith("4 numbers count that the file does not store")


def test_a_vector_in_two_roles_is_two(tmp_path: Path) -> None:
    """PyTorch's newer exporter: a new normalisation has zeros for its bias and mean, and ones for the others."""
    nodes = [helper.make_node("BatchNormalization", ["x", "ones", "zeros", "zeros", "ones"], ["y"])]
    tensors = {"ones": np.ones(4, np.float32), "zeros": np.zeros(4, np.float32)}
    graph = load(write(tmp_path / "net.onnx", nodes, {"x": [1, 4, 8, 8]}, tensors))
    assert (graph.layers[0].parameters(), graph.layers[0].buffers().statistics) == (8, 8)
    assert graph.warnings[0].startswith("8 numbers count that the file does not store")


def test_matrices_of_which_a_part_is_shared_are_refused(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"]),
        helper.make_node("Conv", ["c", "w", "d"], ["y"]),
    ]
    tensors = {"w": weights(4, 4, 1, 1), "b": weights(4), "d": weights(4)}
    with pytest.raises(SpecError, match="it shares some of its weights with another layer, and not all of them"):
        load(write(tmp_path / "net.onnx", nodes, {"x": [1, 4, 8, 8]}, tensors))


@pytest.mark.parametrize(("second", "owns"), [("/norm2", True), ("/norm1", False)])
def test_equal_normalisations_are_two_unless_one_module_is_called_twice(
    tmp_path: Path, second: str, owns: bool
) -> None:
    tensors = {"ones": np.ones(4, np.float32), "zeros": np.zeros(4, np.float32)}
    nodes = [
        helper.make_node("InstanceNormalization", ["x", "ones", "zeros"], ["a"], name="/norm1/InstanceNormalization"),
        helper.make_node("InstanceNormalization", ["a", "ones", "zeros"], ["y"], name=f"{second}/Normalization_1"),
    ]
    graph = load(write(tmp_path / "net.onnx", nodes, {"x": [1, 4, 8, 8]}, tensors))
    assert [node.owns_weights for node in graph.layers] == [True, owns]
    assert bool(graph.warnings) == owns
