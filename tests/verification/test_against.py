"""A spec held against models that others wrote: equal ones agree, and one changed layer is named on both sides."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from cnncost.errors import SpecError
from cnncost.language.load import load, loads
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.factory import load_factory
from cnncost.verification.reference_model import reference_checks
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, Check
from tests.graphs import Builder, chain
from tests.torch_models import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cnncost.graph.graph import Graph


def checks_of(graph: Graph, model: nn.Module, **settings: Any) -> list[Check]:
    return reference_checks(graph, analyze_graph(graph, Settings.checked(**settings)), model)


def differing(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.verdict == DIFFERENT]


def on_meta(name: str) -> Any:
    with torch.device("meta"):
        return REFERENCES[name].factory()


NETWORKS = ("alexnet", "vgg16_bn", "googlenet", "resnet50", "densenet121", "mobilenet_v2", "efficientnet_b0", "unet")


@pytest.mark.parametrize("name", NETWORKS)
def test_models_of_the_same_network_agree(name: str) -> None:
    checks = checks_of(load(name), on_meta(name))
    assert {check.verdict for check in checks} == {"same"}
    weighted = {node.name for node in load(name).layers if node.parameters() and not node.auxiliary}
    assert {check.layer for check in checks if check.figure == "macs"} >= weighted


def test_auxiliary_heads_are_held_against_theirs_in_training() -> None:
    checks = checks_of(load("googlenet"), on_meta("googlenet"), mode="train", batch=2)
    assert differing(checks) == []
    assert any(check.layer.startswith("aux1") for check in checks)


def test_a_changed_stride_is_named_on_both_sides() -> None:
    model = on_meta("resnet50")
    model.layer3[0].conv2.stride = (1, 1)  # a later shape goes wrong too, but only follows
    model.layer3[0].downsample[0].stride = (1, 1)
    checks = checks_of(load("resnet50"), model)
    wrong = [check for check in differing(checks) if check.layer]
    names = {"stage[2].bottleneck[0].residual.conv_bn_2.conv", "stage[2].bottleneck[0].residual.shortcut.conv_bn.conv"}
    assert {check.layer for check in wrong} == names
    first = wrong[0]
    assert (first.figure, first.predicted, first.measured) == (
        "output_shape", (1, 256, 14, 14), (1, 256, 28, 28)
    )  # fmt: skip
    assert first.note == "layer3.0.conv2 in their model"
    followers = [check for check in checks if check.verdict == NOT_MEASURED]
    assert followers
    assert f"it follows `{first.layer}`" in followers[-1].note


def test_a_stride_in_another_layer_of_the_block_is_named() -> None:
    """The bottleneck of 2015 has its stride in the first 1x1."""
    wrong = differing(checks_of(load("resnet50"), on_meta("resnet50_v1")))
    assert "layer2.0.conv1 in their model" in {check.note for check in wrong}
    assert next(check for check in wrong if not check.layer).figure == "macs"


def test_a_changed_pool_is_named() -> None:
    model = on_meta("resnet18")
    model.maxpool.stride = 1
    wrong = [check for check in differing(checks_of(load("resnet18"), model)) if check.layer]
    assert {check.note for check in wrong} == {"maxpool in their model"}


class Functional(nn.Module):
    """Two convolutions, with pools and activations as functions, and a weight without a layer."""

    def __init__(self, out: int = 8, pool: int = 2) -> None:
        super().__init__()
        self.second = nn.Conv2d(8, out, 3, padding=1)  # not in the order of execution
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.gamma = nn.Parameter(torch.ones(out, 1, 1))
        self.pool = pool

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool2d(self.first(x).relu(), self.pool)
        y: torch.Tensor = (self.second(x) * self.gamma).mean((2, 3))
        return y


CONV = ("conv", {"out": 8, "kernel": 3, "padding": 1})


def functional_graph() -> Graph:
    pool = ("maxpool", {"kernel": 2})
    return chain([CONV, "relu", pool, CONV, "layer_scale", "global_avgpool", "flatten"], (3, 12, 12))


@pytest.mark.parametrize("settings", [{}, {"batch": 3, "mode": "train"}], ids=str)
def test_functions_do_not_matter(settings: dict[str, Any]) -> None:
    model = Functional()
    checks = checks_of(functional_graph(), model, **settings)
    assert {check.verdict for check in checks} == {"same"}
    assert "in their model, used by a function" in {check.note for check in checks}


def test_the_model_stays_as_it_was() -> None:
    model = Functional().eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    checks_of(functional_graph(), model, mode="train")
    assert not model.training
    assert not model.first._forward_hooks
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_changed_function_is_found_at_the_next_layer() -> None:
    wrong = [check for check in differing(checks_of(functional_graph(), Functional(pool=3))) if check.layer]
    assert wrong[0].layer == "conv_4"
    assert "which reads 1x8x4x4 where the spec's reads 1x8x6x6" in wrong[0].note


def test_changed_weights_are_named_with_their_tensors() -> None:
    graph = functional_graph()
    wrong = differing(checks_of(graph, Functional(out=9)))
    total = next(check for check in wrong if not check.layer)
    assert (total.figure, total.predicted, total.measured) == ("params", 816, 816 + 8 * 9 + 1 + 1)
    assert "tensors 8, 8x1x1, 8x8x3x3 are the spec's alone, 9, 9x1x1, 9x8x3x3 theirs alone" in total.note
    conv = next(check for check in wrong if check.layer == "conv_4")
    assert (conv.figure, conv.measured) == ("weights", ((9, 8, 3, 3), (9,)))


def test_equal_totals_of_other_tensors_differ() -> None:
    """3 to 4 to 3 takes as many weights as 3 to 8."""
    graph = chain([("linear", {"out": 4, "bias": False}), ("linear", {"out": 3, "bias": False})], (3,))
    model = nn.Sequential(nn.Linear(3, 8, bias=False))
    checks = checks_of(graph, model)
    assert next(check for check in checks if check.figure == "params").verdict == DIFFERENT


@pytest.mark.parametrize("extra", [True, False])
def test_a_layer_too_many_is_named(extra: bool) -> None:
    one = [nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 3, padding=1)]
    two = [*one, nn.BatchNorm2d(3)]
    steps: list[Any] = [("conv", {"out": 3}), ("conv", {"out": 3, "kernel": 3, "padding": 1})]
    graph = chain(steps if extra else [*steps, "batchnorm"], (3, 5, 5))
    wrong = differing(checks_of(graph, nn.Sequential(*(two if extra else one))))
    layer = next(check for check in wrong if check.figure == "weights")
    if extra:
        assert (layer.layer, layer.note) == ("", "2, a BatchNorm2d, is theirs alone")
    else:
        assert (layer.layer, layer.note) == ("batchnorm_3", "their model has no such layer")


def test_attention_is_counted_in_their_model_too() -> None:
    net = Builder()
    net.input(12, 9, layout="tokens")
    net.chain(["layernorm", ("attention", {"heads": 3}), ("linear", {"out": 24}), "gelu"])

    class Theirs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.mlp = nn.LayerNorm(12), nn.Linear(12, 24)
            self.attention = nn.MultiheadAttention(12, 3, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.norm(x)
            return nn.functional.gelu(self.mlp(self.attention(x, x, x)[0]))  # with the weights that it averages

    assert differing(checks_of(net.graph(), Theirs())) == []


def test_a_model_that_does_not_run_is_a_difference() -> None:
    (wrong,) = [check for check in differing(checks_of(functional_graph(), nn.Linear(5, 5))) if check.figure[0] == "o"]
    assert "their model does not run on 1x3x12x12: RuntimeError" in wrong.note


def test_a_model_that_meta_tensors_stop_runs_on_the_cpu() -> None:
    class Looking(Functional):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + 0 * x.sum().item()

    assert differing(checks_of(functional_graph(), Looking())) == []


class Root(nn.Module):
    """A model that holds its weights itself, and calls functions with them."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.kernels = nn.Parameter(torch.zeros(shape))
        self.shift = nn.Parameter(torch.zeros(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.conv2d(x, self.kernels[:4], self.shift)


CONVOLUTION = "{name: single, input: [3, 8, 8], network: [{conv: [4, 3], name: only}]}"


def test_weights_of_the_root_module_are_those_of_a_layer() -> None:
    assert differing(checks_of(loads(CONVOLUTION), Root(4, 3, 3, 3))) == []
    assert differing(checks_of(loads(CONVOLUTION), nn.Conv2d(3, 4, 3))) == []


def test_weights_of_the_root_module_have_a_name() -> None:
    notes = {check.note for check in checks_of(loads(CONVOLUTION), Root(5, 3, 3, 3)) if check.verdict == DIFFERENT}
    assert notes == {
        "tensors 4x3x3x3 are the spec's alone, 5x3x3x3 theirs alone (`kernels`)",
        "their model has no such layer",
        "the root module, a Module, is theirs alone",
    }


# Factories.


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "their_models.py").write_text(
        "import torch\n"
        "from torch import nn\n"
        "there = nn.Linear(2, 2)\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self): super().__init__(2, 3)\n"
        "    two = staticmethod(lambda: nn.Linear(2, 2))\n"
        "def looks(): return nn.Linear(2, int(torch.ones(1).item()))\n"
        "def breaks(): raise ValueError('no\\nweights')\n"
        "def needs(width): return nn.Linear(2, width)\n"
        "def number(): return 7\n"
        "seven = 7\n"
        "def leaves(): raise SystemExit\n"
    )
    (tmp_path / "broken_models.py").write_text("import nowhere_to_be_found\n")
    (tmp_path / "leaving_models.py").write_text("import sys\nsys.exit('bye')\n")
    (tmp_path / "failing_models.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    for name in ("their_models", "broken_models", "failing_models", "leaving_models"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "their_models"


@pytest.mark.parametrize(("path", "out", "device"), [
    ("there", 2, "cpu"), ("Net", 3, "meta"), ("Net.two", 2, "meta"), ("looks", 1, "cpu"),
])  # fmt: skip
def test_functions_classes_and_models_are_taken(module: str, path: str, out: int, device: str) -> None:
    model = load_factory(f"{module}:{path}")()
    assert (model.weight.shape, model.weight.device.type) == ((out, 2), device)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("their_models", "`their_models` does not name a model"),
        (":Net", "`:Net` does not name a model"),
        ("models/their_models.py", "`models/their_models.py` does not name a model"),
        ("there_models:Net", "there is no module `there_models`"),
        ("their_models.inner:Net", "there is no module `their_models.inner`"),
        ("their_models:Nett", "`their_models` has no `Nett`; did you mean `Net`?"),
        ("their_models:seven", "`their_models:seven` is neither a model nor a function that returns one"),
        ("their_models:number", "`their_models:number` makes no model, but a int"),
        ("their_models:breaks", "`their_models:breaks` fails: ValueError: no weights"),
        ("their_models:leaves", "`their_models:leaves` fails: SystemExit"),
        ("leaving_models:Net", "`leaving_models` does not import: SystemExit: bye"),
        ("broken_models:Net", "`broken_models` does not import: ModuleNotFoundError: No module named 'nowhere_to"),
        ("failing_models:Net", "`failing_models` does not import: ZeroDivisionError: division by zero"),
    ],
)
@pytest.mark.usefixtures("module")
def test_what_makes_no_model_is_one_line(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_factory(text)()
    assert caught.value.message.startswith(message)


def test_a_file_of_python_is_told_how_python_imports_it() -> None:
    with pytest.raises(SpecError) as caught:
        load_factory("models/their_models.py")
    assert caught.value.hint == "write `models.their_models:factory` for the function or class `factory` in it"


@pytest.mark.usefixtures("module")
def test_a_factory_that_needs_arguments_says_so() -> None:
    with pytest.raises(SpecError, match="missing 1 required positional argument: 'width'"):
        load_factory("their_models:needs")()


def test_torchvision_is_a_module_like_any() -> None:
    assert load_factory("torchvision.models:resnet18")().fc.in_features == 512
