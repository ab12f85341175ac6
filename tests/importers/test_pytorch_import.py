"""Models in PyTorch as graphs: figures, names and places, compared with PyTorch and with what is counted by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnncost import analyze, compare, explain, load, reconcile, verify
from cnncost.errors import SpecError

MODELS = "tests.importers.models"
HERE = Path(__file__).parent


def test_resnet50_is_the_network_that_ships() -> None:
    """torchvision's definition, 25,557,032 parameters and 4,089,184,256 multiply-accumulates."""
    imported, shipped = analyze("torchvision:resnet50"), analyze("resnet50")
    assert imported.totals.params == 25_557_032
    assert imported.totals.macs == 4_089_184_256
    assert imported.totals.buffers == 53_173 == 2 * 26_560 + 53  # two of each channel, and a counter of each norm
    for figure in ("flops", "activation_bytes", "backward_flops", "im2col_bytes", "textbook_bytes"):
        assert getattr(imported.totals, figure) == getattr(shipped.totals, figure), figure
    fields = [[row.receptive_field for row in report.rows if row.type == "conv"] for report in (imported, shipped)]
    assert fields[0] == fields[1]


def test_names_are_those_of_the_modules() -> None:
    names = [node.name for node in load("torchvision:resnet18").layers]
    assert names[:6] == ["conv1", "bn1", "relu", "maxpool", "layer1[0].conv1", "layer1[0].bn1"]
    assert {"layer1[0].relu", "layer1[0].relu_2", "layer1[0].add", "layer2[0].downsample[0]"} <= set(names)
    assert names[-3:] == ["avgpool", "flatten", "fc"]
    block = next(node for node in load("torchvision:resnet18").layers if node.name == "layer1[0].conv1")
    assert [(container.name, container.kind) for container in block.containers] == [("layer1[0]", "basic_block")]


def test_a_module_that_is_called_again_shares_its_weights() -> None:
    graph = load(f"{MODELS}:Shared", input=[3, 32, 32])
    assert [node.name for node in graph.layers] == [
        *["stem", "block[0]", "block[1]", "block[2]", "add"],
        *["block_2[0]", "block_2[1]", "block_2[2]", "add_2"],
        *["block_3[0]", "block_3[1]", "block_3[2]", "add_3"],
    ]
    report = analyze(graph)
    assert report.totals.params == 8 * 27 + 8 + 8 * 72 + 8 + 16
    assert report.totals.buffers == 17
    assert report.totals.macs == 1024 * (8 * 27 + 3 * 8 * 72)
    assert [node.layer.overwrites for node in graph.layers if node.type == "relu"] == [True] * 3


@pytest.mark.parametrize(
    ("model", "shape", "params", "macs"),
    [
        ("Functional", [3, 32, 32], 8 * 27 + 8 + 16 * 8 * 16, 1024 * 8 * 27 + 256 * 16 * 128),
        (
            *("Grouped", [12, 15, 17], 12 * 6 * 16 + 18 + 18 * 9 + 18),
            15 * 17 * 12 * 6 * 16 + 31 * 35 * 18 * 9,  # by the positions of the input
        ),
        ("Lazy", [3, 32, 32], 16 * 27 + 16 + 32 + 4096 * 10 + 10, 256 * 16 * 27 + 40960),
        ("NeedsNumbers", [3, 8, 8], 6 * 3 + 6, 64 * 18),
        ("OneSampleOnly", [3, 8, 8], 8 * 27 + 8, 36 * 8 * 27),
        ("MADE", [12, 15, 17], 1350, 15 * 17 * 12 * 6 * 16 + 31 * 35 * 18 * 9),
    ],
)
def test_figures_by_hand(model: str, shape: list[int], params: int, macs: int) -> None:
    report = analyze(f"{MODELS}:{model}", input=shape)
    assert (report.totals.params, report.totals.macs) == (params, macs)


def test_several_inputs_dictionaries_and_names() -> None:
    shapes = {"batch.image": (3, 32, 32), "batch.mask": (1, 32, 32), "depth": (1, 32, 32)}
    graph = load(
        f"{MODELS}:Dictionary", input=dict(zip(shapes, ("3x32x32", (1, 32, 32), "1x32x32:float32"), strict=True))
    )
    assert [(node.name, node.y.dims) for node in graph.nodes[:3]] == list(shapes.items())
    assert analyze(graph).totals.macs == 1024 * 8 * 5 * 9


def test_arguments() -> None:
    by_option = load("torchvision:resnet18", arguments={"num_classes": 10})
    behind = load("torchvision:resnet18@num_classes=10")
    assert by_option.nodes[-1].y.dims == behind.nodes[-1].y.dims == (10,)
    assert load(f"{MODELS}:Functional@width=4;padding=valid", input=[3, 32, 32]).nodes[-1].y.dims == (16, 13, 13)


def test_every_command_takes_a_model() -> None:
    model = f"{MODELS}:Grouped"
    assert compare(["torchvision:resnet18", "resnet18"]).ratio("macs", 1) == 1
    assert explain("torchvision:resnet18", "fc", total="macs").figures[0].value == 512_000
    assert verify(model, input=[12, 15, 17], device="meta").passed
    assert reconcile("torchvision:resnet18", "1.81G")[0].matches[0].countings[0] == "macs"


def test_the_module_of_an_imported_graph_is_verified() -> None:
    assert verify("torchvision:resnet18", device="meta").passed


def test_a_file_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "widths_of_mine.py").write_text("WIDTH = 4")
    (tmp_path / "net_of_mine.py").write_text(
        "from torch import nn\nfrom widths_of_mine import WIDTH\n\ndef net():\n    return nn.Conv2d(3, WIDTH, 1)\n"
    )
    monkeypatch.chdir(tmp_path.parent)
    graph = load(f"{tmp_path.name}/net_of_mine.py:net", input=[3, 8, 8])
    assert [node.name for node in graph.nodes] == ["input", "conv"]


def test_files_of_one_name_are_two_models(tmp_path: Path) -> None:
    """Each is run with what lies beside it; and none is mistaken for a module of Python's own."""
    code = "from torch import nn\nfrom width_beside import WIDTH\n\ndef net():\n    return nn.Conv2d(3, WIDTH, 1)\n"
    for folder, width in (("a", 4), ("b", 40)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "width_beside.py").write_text(f"WIDTH = {width}")
        for name in ("net_of_two.py", "json.py", "net.of two.py"):
            (tmp_path / folder / name).write_text(code)
    for name in ("net_of_two.py", "json.py", "net.of two.py"):
        graphs = [load(f"{tmp_path}/{folder}/{name}:net", input=[3, 8, 8]) for folder in "aba"]
        assert [graph.nodes[-1].y.channels for graph in graphs] == [4, 40, 4]
    assert sys.modules["json"] is json


def test_a_file_is_run_once(tmp_path: Path) -> None:
    """Of what it declares, PyTorch takes no second declaration."""
    (tmp_path / "declares.py").write_text(
        "import torch\ntorch.library.define('declared_once::f', '(Tensor x) -> Tensor')\n"
        "def net():\n    return torch.nn.Conv2d(3, 4, 1)\n"
    )
    for _ in range(2):
        load(f"{tmp_path}/declares.py:net", input=[3, 8, 8])


@pytest.mark.parametrize(
    ("shapes", "inputs"),
    [([3, 8, 8], ["images.0"]), ({"images.0": [3, 8, 8], "images.1": [3, 6, 6]}, ["images.0", "images.1"])],
)
def test_any_number_of_inputs(shapes: object, inputs: list[str]) -> None:
    graph = load(f"{MODELS}:Many", input=shapes)
    assert [graph.nodes[number].name for number in graph.inputs] == inputs


def test_tensors_that_are_made_and_names_that_are_alike() -> None:
    graph = load(f"{MODELS}:MakesTensors", input=[3, 8, 8])
    names = [node.name for node in graph.layers if node.type == "conv"]
    assert names == ["convs.a_b", "convs.a_b_2", "convs.a_b_3", "convs.for_"]
    assert analyze(graph).totals.params == 4 * 12


def test_an_input_that_is_called_as_a_module_is(tmp_path: Path) -> None:
    (tmp_path / "named_alike.py").write_text(NAMED_ALIKE, encoding="utf-8")
    graph = load(f"{tmp_path / 'named_alike.py'}:Embedded", input={"words": "6:int64"})
    assert [node.name for node in graph.nodes] == ["words", "words_2"]
    assert graph.layers[0].parameters() == 10 * 4


NAMED_ALIKE = """
from torch import nn

class Embedded(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(10, 4)

    def forward(self, words):
        return self.words(words)
"""


def test_no_weight_is_allocated_where_a_constructor_needs_numbers() -> None:
    """RegNet computes its widths; its weights would take 2.6 GB."""
    import torch

    class Allocated(torch.overrides.TorchFunctionMode):
        largest = 0

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            given = function(*args, **(kwargs or {}))
            if isinstance(given, torch.Tensor) and given.device.type == "cpu":
                Allocated.largest = max(Allocated.largest, given.numel())
            return given

    with Allocated():
        graph = load("torchvision:regnet_y_128gf", input=[3, 224, 224])
    assert analyze(graph).totals.params == 644_812_894
    assert Allocated.largest <= 7392  # statistics of its widest batch normalisation


def test_the_size_that_a_model_is_made_for() -> None:
    """The weights of torchvision's ViT-H/14 are for 518 pixels, and the model without weights is for 224."""
    graph = load("torchvision:vit_h_14")
    assert graph.nodes[0].y.dims == (3, 224, 224)
    assert analyze(graph).totals.params == 632_045_800


def test_no_weight_is_downloaded_by_whatever_name() -> None:
    assert analyze(f"{MODELS}:Downloads", input=[3, 8, 8]).totals.params == 16


def test_the_last_state_of_a_recurrence() -> None:
    totals = analyze(f"{MODELS}:LastState", input={"x": "7x16"}).totals
    assert totals.params == 4 * 20 * (16 + 20 + 2) + 20 * 2 + 2
    assert totals.macs == 7 * 4 * 20 * (16 + 20) + 40


def test_a_recurrence_over_embedded_indices() -> None:
    graph = load(f"{MODELS}:Reads", input={"ids": "7:int64"})
    totals = analyze(graph).totals
    assert totals.params == 50 * 16 + 3 * 20 * (16 + 20 + 2)
    assert totals.macs == 7 * 3 * 20 * (16 + 20)
    assert [graph.nodes[number].y.dims for number in graph.outputs] == [(7, 20), (20,)]


@pytest.mark.parametrize("partial", [False, True])
def test_sizes_that_depend_on_numbers_are_refused(partial: bool) -> None:
    text = message(f"{MODELS}:Chosen", input=[3, 8, 8], partial=partial)
    assert "the size of what `index` gives depends on the numbers that it reads" in text
    assert "return x[x > 0]" in text


def test_outputs_in_classes_of_the_model() -> None:
    graph = load(f"{MODELS}:Classes", input="3x8x8")
    assert [graph.nodes[number].name for number in graph.outputs] == ["fc", "conv"]


def message(model: str, **options: object) -> str:
    with pytest.raises(SpecError) as refused:
        load(model, **options)  # type: ignore[arg-type]
    return str(refused.value)


def test_what_is_refused_is_refused_with_its_place() -> None:
    image = {"input": [3, 8, 8]}
    line = dict(enumerate((HERE / "models.py").read_text().splitlines(), 1))

    def where(text: str) -> str:
        return next(f"models.py:{number}:" for number, found in line.items() if text in found)

    assert (
        message(f"{MODELS}:Unknown", **image)
        .splitlines()[0]
        .startswith("error: the operator `linalg_det` is not known")
    )
    unknown = message(f"{MODELS}:Unknown", **image)
    assert where("torch.linalg.det(x)")[:-1] in unknown
    assert "in module `inner.1`" in unknown
    assert "return torch.linalg.det(x)" in unknown
    depends = message(f"{MODELS}:DataDependent", **image)
    assert "does what depends on the numbers that it reads" in depends
    assert where("if x.sum() > 0:") in depends
    broken = message(f"{MODELS}:broken", **image)
    assert "`tests.importers.models:broken` fails: ValueError: no such width" in broken
    assert where('raise ValueError("no such width")') in broken


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        ("nothing", {}, "`tests.importers.models:nothing` makes no model, but an int"),
        ("Shred", {}, "`tests.importers.models` has no `Shred`; did you mean `Shared`?"),
        (
            "Functional@widht=3",
            {},
            "`tests.importers.models:Functional` takes no argument `widht`; did you mean `width`?",
        ),
        ("Functional@small", {}, "`tests.importers.models:Functional` is a model, and has no variant `small`"),
        ("Shared", {}, "the shape of what `tests.importers.models:Shared` reads is not known"),
        ("Shared", {"input": {"y": [3, 8, 8]}}, "`forward` of `tests.importers.models:Shared` has no input `y`"),
        ("Shared", {"input": [3, 0, 8]}, "the shape of `x` must be a list of at most 8 positive whole numbers"),
        ("Shared", {"input": {"x": "3x8x8:int65"}}, "`x` has no type `int65`; did you mean `int64`?"),
        ("Shared", {"input": [4, 8, 8]}, "`tests.importers.models:Shared` fails: RuntimeError: Given groups=1"),
        ("Shared", {"set": {"a": 1}}, "`tests.importers.models:Shared` is a model, and variables are of specs"),
        (
            "Dictionary",
            {"input": {"batch": [3, 8, 8], "batch.image": [3, 8, 8], "depth": [1, 8, 8]}},
            "`batch` cannot be a tensor, and hold `batch.image`",
        ),
        (
            "Dictionary",
            {"input": {"batch.image": [3, 8, 8]}},
            "`forward` of `tests.importers.models:Dictionary` needs `depth` too",
        ),
    ],
)
def test_messages(model: str, options: dict[str, object], says: str) -> None:
    assert message(f"{MODELS}:{model}", **options).splitlines()[0].startswith(f"error: {says}")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("torchvision:resnet51", "torchvision has no model `resnet51`; did you mean `resnet50`?"),
        ("timm:resnet51", "timm has no model `resnet51`; did you mean"),
        ("torchvision:fasterrcnn_resnet50_fpn", "`torchvision:fasterrcnn_resnet50_fpn` picks boxes by the numbers"),
        (f"{MODELS}:scripted", f"`{MODELS}:scripted` makes a module of TorchScript, which is compiled already"),
        (f"{MODELS}:Unfinished", f"`{MODELS}:Unfinished` makes a model without `forward`"),
        ("nowhere.at_all:net", "there is no module `nowhere`"),
        ("nowhere.py:net", "there is no file `nowhere.py`"),
        (f"{HERE}/models.py:Nowhere", f"`{HERE}/models.py` has no `Nowhere`"),
    ],
)
def test_what_is_not_there(model: str, says: str) -> None:
    assert message(model).splitlines()[0].startswith(f"error: {says}")


def test_a_file_of_a_package_is_imported_by_its_module(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("from . import other\n")
    text = message(f"{tmp_path}/part.py:net")
    assert "does not import: ImportError: attempted relative import" in text
    assert "= hint: a file of a package is imported as a part of it: `package.module:factory`" in text


def test_weights_are_never_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that would download them finds nothing, and the model is made all the same."""
    import torch.hub

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("weights were downloaded")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    graph = load("torchvision:resnet18", arguments={"weights": "DEFAULT"})
    assert analyze(graph).totals.params == 11_689_512


def test_a_spec_does_not_import_torch() -> None:
    code = (
        "import json, sys; from cnncost.importers.sources import load; load('lenet5');"
        "print(json.dumps(sorted({'torch', 'numpy', 'pydantic'} & set(sys.modules))))"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert json.loads(found.stdout) == []
