"""PyTorch code as text: structure, names, and what is shared, frozen or there in training only."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest
import torch

from cnncost import SpecError, export, load, write_spec
from cnncost.exporters.pytorch.code.expressions import literal_text
from cnncost.exporters.pytorch.code.signatures import _SIGNATURES, parameters_of
from cnncost.exporters.pytorch.parts.units import MODULE_ATTRIBUTES
from cnncost.language.load import loads
from tests.exporters.exported import compare, model_of, pair
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.graph.graph import Graph


def code_of(text: str) -> str:
    """The classes of the network that a spec describes, without what is around them; what is written is checked too."""
    graph = loads(text)
    compare(graph)
    compare(graph, training=True)
    code = export(graph, "pytorch")
    assert isinstance(code, str)
    return code[code.index("class ") : code.rindex("\n\ndef ")]


def test_instances_of_a_block_that_differ_in_numbers_are_one_class() -> None:
    code = code_of("""
name: net
input: [3, 8, 8]
blocks:
  conv_bn(out, kernel=3): [{conv: {out, kernel, padding: kernel // 2, bias: false}}, batchnorm]
network:
  - conv_bn: 8
  - {conv_bn: [16, 1], name: wide}
  - {conv_bn: 16, repeat: 3}
""")
    assert (
        code
        == '''\
class ConvBn(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False)
        self.batchnorm = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return self.batchnorm(x)


class Net(nn.Module):
    """net."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_bn = ConvBn(3, 8)
        self.wide = ConvBn(8, 16, kernel_size=1)
        self.conv_bn_2 = nn.Sequential(*[ConvBn(16, 16) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_bn(x)
        x = self.wide(x)
        return self.conv_bn_2(x)
'''
    )


def test_a_residual_and_its_shortcut_are_written_out() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
network:
  - residual: [{conv: {out: 8, kernel: 3, padding: 1}}, relu]
    shortcut: [{conv: 8}]
  - relu
""")
    assert code.endswith("""\
        self.conv = nn.Conv2d(4, 8, 3, padding=1)
        self.relu = nn.ReLU()
        self.shortcut = nn.Conv2d(4, 8, 1)
        self.relu_2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        residual = self.conv(x)
        residual = self.relu(residual)
        x = self.shortcut(x)
        x = residual + x
        return self.relu_2(x)
""")


def test_numbers_that_grow_from_turn_to_turn_are_a_loop() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
blocks:
  dense(): [{concat: [[], [{conv: {out: 2, kernel: 3, padding: 1}}]]}]
network: [{dense: [], repeat: 4}]
""")
    assert "self.dense = nn.Sequential(*[Dense(4 + 2 * i) for i in range(4)])" in code
    assert "return torch.cat([x, concat_1], dim=1)" in code


def test_values_from_far_leave_a_loop_as_they_are_needed() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
network:
  - for: width
    in: [4, 8]
    name: down
    do: [{conv: width, name: skip}, {maxpool: 2}]
  - {upsample: 2, name: grown}
  - concat: null
    from: [grown, "down[1].skip"]
""")
    assert (
        """\
        self.down = nn.ModuleList([Down(), Down2()])
        self.grown = nn.Upsample(scale_factor=2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down[0](x)
        skip, x = self.down[1](x)
        x = self.grown(x)
        return torch.cat([x, skip], dim=1)
"""
        in code
    )


def grown_by(upsample: str) -> Graph:
    return loads(f"name: spec\ninput: [3, 8, 12]\nnetwork: [{{upsample: {upsample}}}, {{conv: 2}}]")


@pytest.mark.parametrize(
    ("upsample", "written", "rows", "columns"),
    [
        ("2", "nn.Upsample(scale_factor=2)", 2, 2),
        ("3", "nn.Upsample(scale_factor=3)", 3, 3),
        ("{scale: [2, 1]}", "nn.Upsample(scale_factor=(2, 1))", 2, 1),
        ("{scale: 2, mode: bilinear}", 'nn.Upsample(scale_factor=2, mode="bilinear")', 2, 2),
        ("{scale: 2, mode: bicubic}", 'nn.Upsample(scale_factor=2, mode="bicubic")', 2, 2),
    ],
)
def test_a_scale_by_whole_numbers_holds_at_any_resolution(upsample: str, written: str, rows: int, columns: int) -> None:
    code = str(export(grown_by(upsample), "pytorch"))
    assert written in code
    exported, built = pair(grown_by(upsample))
    for height, width in ((8, 12), (5, 7)):
        x = torch.zeros(1, 3, height, width)
        assert exported(x).shape == built(x).shape == (1, 2, rows * height, columns * width)


@pytest.mark.parametrize(
    ("upsample", "read"),
    [("2", "upsample: 2"), ("{scale: [2, 1]}", "upsample: {scale: [2, 1]}"), ("{size: [9, 9]}", "{size: 9}")],
)
def test_an_exported_scale_is_imported_as_one(tmp_path: Path, upsample: str, read: str) -> None:
    for name, suffix in (("pytorch", "net.py"), ("onnx", "net.onnx")):
        path = tmp_path / suffix
        content = export(grown_by(upsample), name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        graph = load(f"{path}:spec", input=[3, 8, 12]) if name == "pytorch" else load(path)
        assert read in write_spec(graph)


@pytest.mark.parametrize(
    ("upsample", "written"),
    [
        ("{size: [16, 24]}", "nn.Upsample(size=(16, 24))"),
        ("1.5", "nn.Upsample(size=(12, 18))"),  # PyTorch spaces positions by the scale itself, where it has one
        ("{scale: [2, 0.7]}", "nn.Upsample(size=(16, 8))"),
    ],
)
def test_a_size_and_a_fraction_are_sizes(upsample: str, written: str) -> None:
    assert written in str(export(grown_by(upsample), "pytorch"))
    compare(grown_by(upsample))


def test_shared_weights_are_one_module_called_twice() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
blocks: {head(): [{conv: {out: 4, kernel: 3, padding: 1}}, relu]}
network:
  - {conv: 4, name: stem}
  - {head: [], name: one}
  - {head: [], name: two, share: one}
  - {conv: 4, share: stem}
""")
    assert code.endswith("""\
        self.stem = nn.Conv2d(4, 4, 1)
        self.one = Head()

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.one(x)
        x = self.one(x)
        return self.stem(x)
""")


def test_weights_that_are_shared_across_classes_are_tied_in_the_constructor() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
blocks: {head(): [{conv: {out: 4, kernel: 3, padding: 1}}, relu]}
network:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: stem}
  - {head: [], share: stem}
""")
    assert code.endswith("""\
        self.stem = nn.Conv2d(4, 4, 3, padding=1)
        self.head = Head()
        self.head.conv = self.stem

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return self.head(x)
""")


def test_frozen_weights_are_frozen_by_the_largest_module_that_is() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
blocks: {head(): [{conv: 4}, batchnorm]}
network:
  - {head: [], repeat: 2, name: body, trainable: false}
  - {conv: 4}
  - {conv: 2, trainable: false}
""")
    assert "        self.body.requires_grad_(False)\n        self.conv_2.requires_grad_(False)\n" in code


def test_auxiliary_outputs_follow_in_training() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
network:
  - {conv: 4, name: stem}
  - {conv: 2, name: aux, from: stem}
  - {conv: 3, name: logits, from: stem}
outputs: [logits]
auxiliary: [aux]
""")
    assert code.endswith("""\
    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        stem = self.stem(x)
        x = self.logits(stem)
        if self.training:
            stem = self.aux(stem)
            return x, stem
        return x
""")


def test_fixed_and_normalised_weights_are_what_they_are_in_the_module() -> None:
    code = code_of("""
name: net
input: [4, 8, 8]
network:
  - conv: {out: 4, fixed: true}
  - conv: {out: 4, weight_norm: true}
  - conv: {out: 4, spectral_norm: true}
""")
    assert "self.conv = buffered(nn.Conv2d(4, 4, 1))" in code
    assert "self.conv_2 = nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 4, 1))" in code
    assert "self.conv_3 = nn.utils.parametrizations.spectral_norm(nn.Conv2d(4, 4, 1))" in code
    text = export(loads("input: [4, 8, 8]\nnetwork: [{conv: {out: 4, fixed: true}}]"), "pytorch")
    assert "\ndef buffered(module: Any) -> Any:\n" in str(text)


def test_several_inputs_have_their_names() -> None:
    net = Builder()
    slow, fast = net.input(3, 4, 4, name="slow"), net.input(3, 4, 4, name="fast way")
    graph = net.graph(net.add("add", net.add("relu", slow), net.add("relu", fast)))
    compare(graph)
    assert "def forward(self, slow: Tensor, fast_way: Tensor) -> Tensor:" in str(export(graph, "pytorch"))


def test_a_graph_without_structure_is_one_class() -> None:
    graph = chain([("conv", {"out": 4}), "relu", ("conv", {"out": 2})], (3, 4, 4))
    compare(graph)
    text = str(export(graph, "pytorch"))
    assert text.count("\nclass ") == 1
    assert "self.relu_2 = nn.ReLU()" in text


def test_containers_that_wait_for_each_other_are_written_out() -> None:
    net = Builder()
    net.input(2, 4, 4)
    one = net.add(("conv", {"out": 2}), 0, containers=[("a", "block")])
    two = net.add(("conv", {"out": 2}), one, containers=[("b", "block")])
    three = net.add("add", one, two, containers=[("a", "block")])
    net.add("add", two, three, containers=[("b", "block")])
    compare(net.graph())


@pytest.mark.parametrize("name", ["class", "1x1", "torch", "Ünïcode", "", 'quo"te\\', "net\nwork"])
def test_networks_of_any_name_are_valid_code(name: str) -> None:
    graph = chain([("conv", {"out": 4})], (3, 4, 4))._replace(name=name, source='a "quoted" \\ source """')
    model_of(str(export(graph, "pytorch")))


def test_a_file_that_is_run_says_how_many_parameters_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(str(export("lenet5", "pytorch")), "lenet5.py", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == "61,706 parameters\n"


def test_the_constructors_of_torch_are_called_as_it_has_them() -> None:
    for base in _SIGNATURES:
        ranks = [name for name in (base, f"{base}1d", f"{base}2d", f"{base}3d") if hasattr(torch.nn, name)]
        assert ranks
        for module in ranks:
            theirs = inspect.signature(getattr(torch.nn, module)).parameters
            ours = parameters_of(module)
            assert ours is not None
            assert [parameter.name for parameter in ours] == [*theirs][: len(ours)]
            for parameter in ours:
                default = theirs[parameter.name].default
                wanted = None if default is inspect.Parameter.empty else literal_text(default)
                assert (None if parameter.is_required else literal_text(parameter.default)) == wanted


def test_no_step_is_called_as_an_attribute_of_every_module() -> None:
    assert {name for name in dir(torch.nn.Module) if not name.startswith("_")} | {"training"} <= MODULE_ATTRIBUTES


def test_a_layer_that_cannot_be_written_says_which() -> None:
    graph = chain(["relu"], (3, 4, 4))

    class Odd(type(graph.layers[0].layer)):  # type: ignore[misc]
        def counterpart(self, nn: object, x: object) -> object:
            return lambda x: x if x.sum() > 0 else -x

    odd = graph.layers[0]._replace(layer=Odd(), name="stem.odd")
    changed: Graph = graph._replace(nodes=(graph.nodes[0], odd))
    with pytest.raises(SpecError, match=r"`stem\.odd` cannot be written as PyTorch code: "):
        export(changed, "pytorch")
    pair(graph)
