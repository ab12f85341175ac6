"""Specs compared with models of other people: equal ones agree, and the first difference is named on both sides."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.nn import functional as f

import cnncost
from cnncost.errors import SpecError
from cnncost.language.load import load, loads
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.comparison.compare import compare
from cnncost.verification.comparison.reference import Reference
from cnncost.verification.result import DIFFERENT
from tests.compiled_operators import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.verification.result import Difference, ModelComparison


def compared(graph: Graph, model: Any, **settings: Any) -> ModelComparison:
    return compare(graph, analyze_graph(graph, Settings.checked(**settings)), Reference.found(model))


def texts(found: ModelComparison) -> list[str]:
    """What differs, without the folder of the test and its line numbers."""
    return [re.sub(r"[^\s(]*test_against\.py:\d+", "FILE", difference.text) for difference in found.differences]


def wrong_totals(found: ModelComparison) -> dict[str, tuple[Any, Any]]:
    return {check.figure: (check.predicted, check.measured) for check in found.totals if check.verdict == DIFFERENT}


def agrees(found: ModelComparison) -> bool:
    return not found.differences and not wrong_totals(found)


# A small residual network, as a spec and as modules.

SPEC = """\
name: residual
input: {image: [3, 16, 16]}
network:
  - {conv: {out: 8, kernel: 3, padding: 1, bias: false}, name: stem}
  - {batchnorm, name: norm}
  - {relu, name: act}
  - add:
      - - {conv: {out: 8, kernel: 3, padding: 1}, name: one}
        - {relu, name: between}
        - {conv: {out: 8, kernel: 3, padding: 1}, name: two}
      - identity
    name: sum
  - {maxpool: 2, name: pool}
  - {global_avgpool, name: mean}
  - {flatten, name: flat}
  - {dropout: 0.5, name: drop}
  - {linear: 10, name: head}
"""
LAYERS = 10


class Residual(nn.Module):
    """The same network; every argument changes one thing."""

    def __init__(
        self,
        *,
        width: int = 8,
        stride: int = 1,
        kernel: int = 3,
        bias: bool = False,
        groups: int = 1,
        activation: Callable[[], nn.Module] = nn.ReLU,
        pool: Callable[..., nn.Module] = nn.MaxPool2d,
    ) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=bias)
        self.norm = nn.BatchNorm2d(8)
        self.act = activation()
        self.one = nn.Conv2d(8, width, kernel, stride=stride, padding=kernel // 2, groups=groups)
        self.two = nn.Conv2d(width, 8, 3, padding=1)
        self.pool = pool(2)
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(8, 10)

    def stemmed(self, x: torch.Tensor) -> torch.Tensor:
        stemmed: torch.Tensor = self.act(self.norm(self.stem(x)))
        return stemmed

    def inner(self, x: torch.Tensor) -> torch.Tensor:
        inner: torch.Tensor = self.two(f.relu(self.one(x)))
        return inner

    def joined(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inner(x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.joined(self.stemmed(x)))
        y: torch.Tensor = self.head(self.drop(torch.flatten(self.mean(x), 1)))
        return y


def residual(**changes: Any) -> ModelComparison:
    return compared(loads(SPEC, "residual.yaml"), Residual(**changes))


@pytest.mark.parametrize("settings", [{}, {"batch": 3, "mode": "train"}], ids=str)
def test_the_same_network_agrees(settings: dict[str, Any]) -> None:
    """ReLU is a module and a function, dropout has another rate, and the sum is written the other way round."""
    found = compared(loads(SPEC), Residual(), **settings)
    assert agrees(found)
    assert (found.compared, found.following) == (LAYERS, 0)
    figures = [check.figure for check in found.totals]
    assert figures == ["params", "trainable_params", "buffers", "macs", "output_shape"]


def test_a_changed_kernel_is_named_on_both_sides() -> None:
    found = residual(kernel=5)
    assert texts(found) == [
        "`sum[0].one` (residual.yaml:8:12) has kernel 3, padding 1, "
        "and `one` (FILE, in module `one`) kernel 5, padding 2"
    ]
    (difference,) = found.differences
    assert [(change.field, change.spec, change.model) for change in difference.changes] == [
        ("kernel", "3", "5"), ("padding", "1", "2"),
    ]  # fmt: skip
    # 8 x 8 x (25 - 9) weights more, at each of 16 x 16 positions
    assert wrong_totals(found)["macs"][1] - wrong_totals(found)["macs"][0] == 64 * 16 * 256


def test_a_changed_width_is_named_where_it_is_made() -> None:
    assert texts(residual(width=12)) == [
        "`sum[0].one` (residual.yaml:8:12) has out 8, and `one` (FILE, in module `one`) out 12"
    ]


def test_an_extra_bias_is_named() -> None:
    found = residual(bias=True)
    assert texts(found) == ["`stem` (residual.yaml:4:6) has bias false, and `stem` (FILE, in module `stem`) bias true"]
    assert wrong_totals(found)["params"][1] - wrong_totals(found)["params"][0] == 8


def test_another_layer_type_is_named() -> None:
    assert texts(residual(activation=nn.SiLU)) == [
        "`act` (residual.yaml:6:6) is a `relu`, and `act` (FILE, in module `act`) a `silu`"
    ]
    assert texts(residual(pool=nn.AvgPool2d)) == [
        "`pool` (residual.yaml:13:6) is a `maxpool`, and `pool` (FILE, in module `pool`) an `avgpool`"
    ]


def test_frozen_weights_are_a_difference() -> None:
    model = Residual()
    model.head.requires_grad_(False)
    found = compared(loads(SPEC, "residual.yaml"), model)
    assert texts(found) == [
        "`head` (residual.yaml:17:6) has trainable true, and `head` (FILE, in module `head`) trainable false"
    ]
    assert set(wrong_totals(found)) == {"trainable_params"}


def test_a_changed_stride_in_the_middle_is_one_difference_and_what_follows_is_none() -> None:
    steps = "".join(f"  - {{conv: {{out: 4, kernel: 3, padding: 1}}, name: c{place}}}\n" for place in range(5))
    graph = loads(f"name: chain\ninput: [4, 32, 32]\nnetwork:\n{steps}", "chain.yaml")
    model = nn.Sequential(*[nn.Conv2d(4, 4, 3, stride=1 + (place == 2), padding=1) for place in range(5)])
    found = compared(graph, model)
    assert texts(found) == ["`c2` (chain.yaml:6:6) has stride 1, and `2` (in module `2`) stride 2"]
    assert (found.compared, found.following) == (5, 2)
    assert wrong_totals(found)["output_shape"] == (((1, 4, 32, 32),), ((1, 4, 16, 16),))


class WithoutNorm(Residual):
    def stemmed(self, x: torch.Tensor) -> torch.Tensor:
        stemmed: torch.Tensor = self.act(self.stem(x))
        return stemmed


class WithMore(Residual):
    def inner(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(f.relu(super().inner(x)))


class Swapped(Residual):
    def stemmed(self, x: torch.Tensor) -> torch.Tensor:
        stemmed: torch.Tensor = self.norm(self.act(self.stem(x)))
        return stemmed


class Rewired(Residual):
    def joined(self, x: torch.Tensor) -> torch.Tensor:
        first = self.one(x)
        return self.two(f.relu(first)) + first


def test_a_missing_layer_is_named_with_what_it_would_stand_behind() -> None:
    found = compared(loads(SPEC, "residual.yaml"), WithoutNorm())
    assert texts(found) == [
        "`norm` (residual.yaml:5:6), a `batchnorm`, is missing in the model, behind `stem` (FILE, in module `stem`)"
    ]
    assert found.compared == LAYERS - 1
    assert wrong_totals(found) == {}  # its weights are there, and nothing uses them


def test_layers_too_many_are_one_difference() -> None:
    found = compared(loads(SPEC, "residual.yaml"), WithMore())
    assert texts(found) == [
        "`relu_2` (FILE, in the model), a `relu`, and 1 layer behind it are missing in the spec, "
        "behind `sum[0].two` (residual.yaml:10:12)"
    ]
    assert [difference.layers for difference in found.differences] == [2]


def test_another_order_is_named_by_what_is_read() -> None:
    found = compared(loads(SPEC, "residual.yaml"), Swapped())
    assert texts(found)[0] == (
        "`norm` (residual.yaml:5:6) reads `stem` (residual.yaml:4:6), "
        "and `norm` (FILE, in module `norm`) reads `act` (FILE, in module `act`)"
    )
    assert {difference.what for difference in found.differences} == {"reads"}


def test_a_join_of_something_else_is_named() -> None:
    assert texts(compared(loads(SPEC, "residual.yaml"), Rewired())) == [
        "`sum` (residual.yaml:7:5) reads `act` (residual.yaml:6:6), "
        "and `add` (FILE, in the model) reads `one` (FILE, in module `one`)"
    ]


class Shared(nn.Module):
    """One convolution, called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.conv(self.conv(x))
        return y


def test_weights_that_only_the_model_shares_are_a_difference() -> None:
    graph = loads("name: n\ninput: [3, 8, 8]\nnetwork: [{conv: [3, 3, 1, 1]}, {conv: [3, 3, 1, 1]}]", "n.yaml")
    (text,) = texts(compared(graph, Shared()))
    assert text == (
        "`conv_2` (n.yaml:3:34) has weights its own, "
        "and `conv_2` (FILE, in module `conv`) those of `conv` (FILE, in module `conv`)"
    )


class TwoOutputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.conv(x)
        return x, x.relu()


def test_another_output_is_named() -> None:
    graph = loads("name: n\ninput: [3, 8, 8]\nnetwork: [{conv: 3}, relu]", "n.yaml")
    assert texts(compared(graph, TwoOutputs())) == [
        "`conv` (FILE, in module `conv`) is an output, and `conv` (n.yaml:3:12) is none of the spec's"
    ]


def test_a_pool_that_rounds_otherwise_is_named() -> None:
    graph = loads("name: n\ninput: [3, 9, 9]\nnetwork: [{maxpool: 2}]", "n.yaml")
    assert texts(compared(graph, nn.Sequential(nn.MaxPool2d(2, ceil_mode=True)))) == [
        "`maxpool` (n.yaml:3:12) gives 3x4x4, and `0` (in module `0`) 3x5x5; ceil is false, and in the model true"
    ]


# What is said in two ways.


class Branches(nn.Module):
    """Two branches side by side, and which of them runs first; `first` also says how they are joined."""

    def __init__(self, *, first: bool, joined_first: bool) -> None:
        super().__init__()
        self.small, self.large = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 8, 3, padding=1)
        self.reduce, self.tail = nn.Conv2d(4, 4, 1), nn.Conv2d(12, 4, 1)
        self.first, self.joined_first = first, joined_first

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.first:
            one, two = self.small(x), self.large(self.reduce(x))
        else:
            two, one = self.large(self.reduce(x)), self.small(x)
        y: torch.Tensor = self.tail(torch.cat([one, two] if self.joined_first else [two, one], 1))
        return y


BRANCHES = """\
name: branches
input: [4, 8, 8]
network:
  - concat:
      - {conv: 4}
      - [{conv: 4}, {conv: [8, 3, 1, 1]}]
  - conv: 4
"""


@pytest.mark.parametrize("first", [True, False])
def test_the_order_in_which_branches_run_makes_no_difference(first: bool) -> None:
    assert agrees(compared(loads(BRANCHES), Branches(first=first, joined_first=True)))


def test_the_order_in_which_they_are_concatenated_does() -> None:
    (text,) = texts(compared(loads(BRANCHES, "b.yaml"), Branches(first=True, joined_first=False)))
    assert "reads what `cat`" in text or "reads what `concat`" in text
    assert "in another order" in text


HEAD = [nn.Flatten(), nn.Linear(4, 3)]
EQUIVALENT = {
    "a global pool": ("[global_avgpool, flatten, {linear: 3}]", [nn.AdaptiveAvgPool2d(1), *HEAD]),
    "a window of the whole map": ("[global_avgpool, flatten, {linear: 3}]", [nn.AvgPool2d(8), *HEAD]),
    "flatten that changes nothing": ("[global_avgpool]", [nn.AdaptiveAvgPool2d(1), nn.Flatten()]),
    "one position": ("[global_avgpool, flatten, {linear: 3}]", [nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 3, 1)]),
    "as many bins as positions": ("[{conv: 3}]", [nn.AdaptiveAvgPool2d(8), nn.Conv2d(4, 3, 1)]),
    "padding by a layer": ("[{conv: [3, 3, 1, 1]}]", [nn.ZeroPad2d(1), nn.Conv2d(4, 3, 3)]),
    "padding by its name": ("[{conv: {out: 3, kernel: 3, padding: same}}]", [nn.Conv2d(4, 3, 3, padding=1)]),
    "dilation of one element": ("[{conv: 3}]", [nn.Conv2d(4, 3, 1, dilation=2)]),
    "dropout": ("[{conv: 3}, {dropout: 0.5}, relu]", [nn.Conv2d(4, 3, 1), nn.ReLU(inplace=True)]),
    "identity": ("[{conv: 3}, relu]", [nn.Identity(), nn.Conv2d(4, 3, 1), nn.Identity(), nn.ReLU()]),
    "rounding that changes nothing": ("[{maxpool: 2}]", [nn.MaxPool2d(2, ceil_mode=True)]),
}
"""Steps of a spec and modules that say the same."""


@pytest.mark.parametrize("name", EQUIVALENT)
def test_equivalent_layers_agree(name: str) -> None:
    network, layers = EQUIVALENT[name]
    found = compared(loads(f"name: n\ninput: [4, 8, 8]\nnetwork: {network}"), nn.Sequential(*layers))
    assert texts(found) == []
    assert agrees(found)


NOT_EQUIVALENT = {
    "another eps": ("[batchnorm]", [nn.BatchNorm2d(4, eps=1e-3)], "has eps 1e-05, and `0` (in module `0`) eps 0.001"),
    "a larger flatten": (
        "[flatten, {linear: 3}]",
        [nn.MaxPool2d(8), *HEAD],
        "is a `flatten`, and `0` (in module `0`) a `maxpool`",
    ),
    "padding of a pool": (
        "[{avgpool: {kernel: 2, padding: 1}}]",
        [nn.AvgPool2d(2, padding=1, count_include_pad=False)],
        "has count_include_pad true, and `0` (in module `0`) count_include_pad false",
    ),
}
"""Steps of a spec, modules that say something else, and what differs."""


@pytest.mark.parametrize("name", NOT_EQUIVALENT)
def test_what_is_not_equivalent_differs(name: str) -> None:
    network, layers, text = NOT_EQUIVALENT[name]
    found = compared(loads(f"name: n\ninput: [4, 8, 8]\nnetwork: {network}"), nn.Sequential(*layers))
    assert any(text in each for each in texts(found))


class ChannelsLast(nn.Module):
    """A norm and two linear layers on channels that come last, as in ConvNeXt; `order` is how they get back."""

    def __init__(self, *order: int) -> None:
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(4), nn.Linear(4, 16), nn.Linear(16, 4)
        self.order = order

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.down(f.gelu(self.up(self.norm(x.permute(0, 2, 3, 1)))))
        z: torch.Tensor = y.permute(0, *self.order)
        return z


def test_where_the_channels_lie_makes_no_difference() -> None:
    network = "[{layernorm: {eps: 1e-5}}, {conv: 16}, gelu, {conv: 4}]"
    graph = loads(f"name: n\ninput: [4, 8, 8]\nnetwork: {network}", "n.yaml")
    assert agrees(compared(graph, ChannelsLast(3, 1, 2)))
    (text,) = texts(compared(graph, ChannelsLast(3, 2, 1)))
    assert "a `permute`, is missing in the spec, behind `conv_2` (n.yaml" in text


def test_attention_differs_and_its_totals_do_not() -> None:
    found = compared(load("vit_b_16"), "torchvision:vit_b_16")
    assert wrong_totals(found) == {}
    assert "is an `attention`, and `encoder.layers.encoder_layer_0.self_attention.linear`" in texts(found)[0]


class SumOfThree(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.two(x) + (self.one(x) + x)


def test_sums_of_sums_are_sums() -> None:
    network = "[{add: [{conv: 4}, {conv: [4, 3, 1, 1]}, identity]}]"
    assert agrees(compared(loads(f"name: n\ninput: [4, 8, 8]\nnetwork: {network}"), SumOfThree()))


# Other sources than a module.


def test_a_spec_is_compared_with_another_spec() -> None:
    found = compared(load("resnet50"), "resnet50_v1")
    assert found.model == "resnet50_v1"
    first = found.differences[0]
    assert first.text.startswith("`stage[1].bottleneck[0].residual.conv_bn.conv` (resnet.yaml:")
    assert [(change.field, change.spec, change.model) for change in first.changes] == [("stride", "1", "2")]
    assert set(wrong_totals(found)) == {"macs"}


def test_a_missing_block_is_one_difference() -> None:
    found = compared(load("resnet50"), "resnet101")
    (difference,) = found.differences
    assert difference.what == "extra"
    assert difference.layers == 17 * 10  # blocks of ten layers, of which the last adds and the one behind it is a ReLU
    assert difference.spec is not None
    assert difference.spec.layer == "stage[2].bottleneck[5].relu"


def test_another_input_is_the_first_difference() -> None:
    found = compared(load("efficientnet_b0"), "efficientnet_b3")
    assert re.fullmatch(
        r"input `input` \(efficientnet\.yaml:\d+:\d+\) is 3x224x224, "
        r"and input `input` \(efficientnet\.yaml:\d+:\d+\) 3x300x300",
        found.differences[0].text,
    )


def test_the_input_that_is_asked_for_is_that_of_both() -> None:
    found = cnncost.verify("resnet18", device="meta", against="resnet34", input=[3, 64, 64]).against
    assert found is not None
    assert "input" not in {difference.what for difference in found.differences}


def test_a_file_of_darknet_is_compared(tmp_path: Path) -> None:
    cfg = tmp_path / "one.cfg"
    cfg.write_text(
        "[net]\nheight=8\nwidth=8\nchannels=3\n\n"
        "[convolutional]\nfilters=4\nsize=3\nstride=2\npad=1\nactivation=linear\n"
    )
    found = compared(loads("name: n\ninput: [3, 8, 8]\nnetwork: [{conv: [4, 3, 1, 1]}]", "n.yaml"), str(cfg))
    (difference,) = found.differences
    assert "has stride 1" in difference.text
    assert re.search(r"one\.cfg:6:\d+\) stride 2", difference.text)


def test_a_graph_is_compared_with_a_graph() -> None:
    assert agrees(compared(load("lenet5"), load("lenet5")))


class TwoInputs(nn.Module):
    """Two inputs, which are called otherwise than in the spec."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 4, 1), nn.Conv2d(1, 4, 1)

    def forward(self, picture: torch.Tensor, depth: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.one(picture) + self.two(depth)
        return y


def test_several_inputs_are_taken_in_their_order() -> None:
    spec = """
name: two
input: {rgb: [3, 8, 8], d: [1, 8, 8]}
network:
  - add: [{conv: 4, from: rgb}, {conv: 4, from: d}]
"""
    assert agrees(compared(loads(spec), TwoInputs()))


# Models that fail.


def failure(model: Any, spec: str = SPEC) -> str:
    return cnncost.verify(loads(spec, "residual.yaml"), device="meta", against=model).failure


class Looking(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) if x.sum() > 0 else x


class Unknown(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.special.bessel_j0(super().forward(x))


def test_a_model_that_cannot_be_imported_says_why() -> None:
    unknown = r"^the other model: the operator `special_bessel_j0` is not known.*test_against\.py:\d+, in the model"
    assert re.search(unknown, failure(Unknown()))
    assert re.search(r"depends on the numbers that it reads.*test_against\.py:\d+", failure(Looking()))


def test_a_model_that_does_not_run_on_the_input_says_so() -> None:
    text = failure(nn.Linear(5, 5))
    assert text.startswith("the other model: `torch.nn.modules.linear:Linear` fails: ")
    assert "RuntimeError" in text


def test_what_breaks_leaves_the_other_checks() -> None:
    found = cnncost.verify("lenet5", device="meta", against=lambda: 5)
    assert "makes no model, but an int" in found.failure
    assert found.against is None
    assert not found.passed
    assert len(found.checks) > 100


def test_the_model_stays_as_it_was() -> None:
    model = Residual().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert agrees(compared(loads(SPEC), model, mode="infer"))
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


# Names of models.


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "their_models.py").write_text(
        "import torch\n"
        "from torch import nn\n"
        "there = nn.Linear(2, 2)\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self, out=3): super().__init__(2, out)\n"
        "    two = staticmethod(lambda: nn.Linear(2, 2))\n"
        "def looks(): return nn.Linear(2, int(torch.ones(1).item()))\n"
        "seven = 7\n"
    )
    (tmp_path / "leaving_models.py").write_text("import sys\nsys.exit('bye')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    for name in ("their_models", "leaving_models"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "their_models"


@pytest.mark.parametrize(("name", "out"), [
    ("their_models:there", 2), ("their_models:Net", 3), ("their_models:Net@out=4", 4), ("their_models:Net.two", 2),
    ("their_models:looks", 1), ("their_models.py:Net", 3),
])  # fmt: skip
@pytest.mark.usefixtures("module")
def test_functions_classes_models_and_files_are_taken(name: str, out: int) -> None:
    graph = loads(f"name: n\ninput: 2\nnetwork: [{{linear: {out}}}]")
    assert agrees(compared(graph, name))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("there_models:Net", "there is no module `there_models`"),
        ("their_models:Nett", "`their_models` has no `Nett`; did you mean `Net`?"),
        ("their_models:seven", "`their_models:seven` is neither a model nor a function that returns one"),
        ("leaving_models:Net", "`leaving_models` does not import: SystemExit: bye"),
        ("their_models:Net@fast", "`their_models:Net` is a model, and has no variant `fast`"),
        ("torchvision:resnet5O", "torchvision has no model `resnet5O`; did you mean `resnet50`?"),
        ("resnet5O", "there is no architecture and no file `resnet5O`; did you mean `resnet50`?"),
    ],
)
@pytest.mark.usefixtures("module")
def test_what_is_no_model_is_refused_before_anything_is_verified(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cnncost.verify("lenet5", device="meta", against=text)
    assert message in caught.value.message


# What ships, against torchvision.

TORCHVISION = {
    "alexnet_torchvision": "alexnet",
    "vgg11": "vgg11",
    "vgg13_bn": "vgg13_bn",
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "googlenet": "googlenet@init_weights=False",
    "inception_v3": "inception_v3@init_weights=False",
    "densenet121": "densenet121",
    "mobilenet_v2": "mobilenet_v2",
    "mobilenet_v3_large": "mobilenet_v3_large",
    "mobilenet_v3_small": "mobilenet_v3_small",
    "efficientnet_b0": "efficientnet_b0",
    "efficientnet_v2_s": "efficientnet_v2_s",
    "r3d_18": "r3d_18",
    "r2plus1d_18": "r2plus1d_18",
    "shufflenet_v2_x0_5": "shufflenet_v2_x0_5",
    "convnext_tiny": "convnext_tiny",
    "fcn_resnet50": "fcn_resnet50@aux_loss=True;weights_backbone=None",
}
"""Shipped specs, and torchvision's model of the same network."""


@pytest.mark.parametrize("name", TORCHVISION)
def test_what_ships_agrees_with_torchvision(name: str) -> None:
    graph = load(name)
    found = compared(graph, f"torchvision:{TORCHVISION[name]}")
    assert texts(found) == []
    assert wrong_totals(found) == {}
    weighted = [node for node in graph.layers if node.parameters() and not node.auxiliary]
    assert found.compared >= len(weighted)


def test_one_changed_stride_in_torchvisions_network_is_the_first_difference() -> None:
    models = import_torchvision().models
    with torch.device("meta"):
        model = models.resnet50()
    model.layer1[1].conv2.stride = (2, 2)
    model.layer1[1].bn3 = nn.Upsample(scale_factor=2)  # the residual fits again
    found = compared(load("resnet50"), model)
    first: Difference = found.differences[0]
    assert re.fullmatch(
        r"`stage\[0\]\.bottleneck\[1\]\.residual\.conv_bn_2\.conv` \(resnet\.yaml:\d+:\d+\) has stride 1, "
        r"and `layer1\.1\.conv2` \(torchvision/models/resnet\.py:\d+, in module `layer1\.1\.conv2`\) stride 2",
        first.text,
    )


@pytest.mark.parametrize(
    ("name", "module", "stride", "says"),
    [
        (
            "mobilenet_v2",
            "features.14.conv.1.0",
            (1, 1),
            r"`stage\[5\]\.inverted_residual\[0\]\.residual\.conv_bn_2\.conv` \(mobilenet_v2\.yaml:\d+:\d+\)",
        ),
        (
            "densenet121",
            "features.transition1.pool",
            1,
            r"`dense_block\[0\]\.transition\.avgpool` \(densenet\.yaml:\d+:\d+\)",
        ),
    ],
)
def test_one_changed_stride_is_the_only_difference(name: str, module: str, stride: Any, says: str) -> None:
    models = import_torchvision().models
    with torch.device("meta"):
        model = getattr(models, name)()
    model.get_submodule(module).stride = stride
    found = compared(load(name), model)
    (first,) = found.differences
    assert re.fullmatch(rf"{says} has stride 2, and `{re.escape(module)}` \(.*\) stride 1", first.text)
    assert set(wrong_totals(found)) == {"macs"}


def test_auxiliary_heads_count_in_training() -> None:
    """Layer by layer, networks are compared in inference; in training, the totals are those of all that runs."""
    graph = load("googlenet")
    settings = {"mode": "train", "batch": 2}
    assert agrees(compared(graph, "torchvision:googlenet@init_weights=False", **settings))
    without = compared(graph, "torchvision:googlenet@init_weights=False;aux_logits=False", **settings)
    assert without.differences == ()
    assert set(wrong_totals(without)) == {"params", "trainable_params", "buffers", "macs", "output_shape"}
