"""Arguments of the Python API: a sentence for what is of a wrong type, and NumPy's and PyTorch's numbers for numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import yaml

import cnncost
from cnncost import Report, SpecError, analyze, compare, load
from cnncost.conventions import Convention
from cnncost.language.limits import Limits
from cnncost.language.load import loads

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = analyze("lenet5")
GRAPH = load("lenet5")
PAIR = compare(["lenet5", "alexnet"])
CYCLE: list[Any] = []
CYCLE.append(CYCLE)


class Hostile:
    """Whoever asks for its text or its truth gets an error of its own."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")

    __str__ = __repr__

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")


A_TEXT = "this is the text of a spec, and not its path or name"
A_SPEC = "a spec must be a path, the name of a network or a `Graph`, not "
A_BATCH = "the batch must be a whole number from 1 to 1,000,000,000, not "
A_SHAPE = "the shape of `input` must be a list of 1 to 8 positive whole numbers"
A_SET = '`set` must be a mapping of variables to values, such as `{"classes": 10}`, not '
A_SETTING = "the setting `classes` must be a number, a list or an expression"
A_CONVENTION = ": a convention is a name, the path of a file or a `Convention`"
A_LIST = '`specs` must be a list of networks, such as `["resnet18", "resnet50"]`, not '

CALLS: list[tuple[str, Callable[[], object], str]] = [
    *(
        ("analyze", lambda spec=spec: analyze(spec), A_SPEC + shown)
        for spec, shown in (
            (5, "`5`"),
            (None, "`None`"),
            (b"lenet5", "a `bytes`"),
            (["lenet5"], "a `list`"),
            ({"input": 3}, "a `dict`"),
            (REPORT, "a `Report`"),
            (Path, "the class `Path`"),
            (Hostile(), "a `Hostile`"),
        )
    ),
    *(
        ("batch", lambda batch=batch: analyze("lenet5", batch=batch), A_BATCH + shown)
        for batch, shown in (
            ("3", "the text `'3'`"),
            (1.5, "`1.5`"),
            (8.0, "`8.0`"),
            (np.float64(8), "`8.0`"),
            (True, "`True`"),
            (np.bool_(True), "a `bool`"),
            (torch.tensor(True), "a `Tensor`"),
            (0, "`0`"),
            (np.int64(-3), "`-3`"),
            (None, "`None`"),
            ([1], "a `list`"),
            (np.array([1, 2]), "a `ndarray`"),
            (Hostile(), "a `Hostile`"),
        )
    ),
    ("dtype", lambda: analyze("lenet5", dtype=int), "the dtype must be a name, not the class `int`"),
    ("dtype", lambda: analyze("lenet5", dtype=None), "the dtype must be a name, not `None`"),
    ("dtype", lambda: analyze("lenet5", dtype=torch.float32), "the dtype must be a name, not a `dtype`"),
    ("optimizer", lambda: analyze("lenet5", optimizer=3), "the optimizer must be a name, not `3`"),
    ("mode", lambda: analyze("lenet5", mode=None), "the mode must be a name, not `None`"),
    ("set", lambda: analyze("lenet5", set=["classes"]), A_SET + "a `list`"),
    ("set", lambda: analyze("lenet5", set="classes=10"), A_SET + "the text `'classes=10'`"),
    ("set", lambda: load("lenet5", set={5: 3}), "a variable in `set` must be a name, not `5`"),
    ("set", lambda: load("lenet5", set={"classes": None}), A_SETTING),
    ("set", lambda: load("lenet5", set={"classes": b"5"}), A_SETTING),
    ("set", lambda: load("lenet5", set={"classes": [Hostile()]}), A_SETTING),
    ("set", lambda: load("lenet5", set={"classes": CYCLE}), "a list nests too deep"),
    ("input", lambda: load("lenet5", input="1x32x32"), A_SHAPE),
    ("input", lambda: load("lenet5", input=[1, 32.5, 32]), A_SHAPE),
    ("input", lambda: load("lenet5", input=[True, 32, 32]), A_SHAPE),
    ("input", lambda: load("lenet5", input={1, 2, 3}), A_SHAPE),
    ("input", lambda: load("lenet5", input=Hostile()), A_SHAPE),
    ("input", lambda: load("lenet5", input={5: [1, 32, 32]}), "the name of an input must be a text, not `5`"),
    ("input", lambda: load("lenet5", input=CYCLE), "a list nests too deep"),
    ("convention", lambda: analyze("lenet5", convention=object()), "unknown convention an `object`" + A_CONVENTION),
    ("convention", lambda: analyze("lenet5", convention=[{}]), "unknown convention a `dict`" + A_CONVENTION),
    (
        "convention",
        lambda: analyze("lenet5", convention=Convention),
        "unknown convention the class `Convention`" + A_CONVENTION,
    ),
    ("convention", lambda: analyze("lenet5", convention=[]), "there is no convention to count by"),
    (
        "algorithms",
        lambda: analyze("lenet5", algorithms="no"),
        "`algorithms` must be `True` or `False`, not the text `'no'`",
    ),
    ("limits", lambda: load("lenet5", limits=5), "`limits` must be `Limits`, not `5`"),
    (
        "limits",
        lambda: load("lenet5", limits=Limits(bytes="5")),
        "the limit `bytes` must be a whole number from 0, not the text `'5'`",
    ),
    ("loaded", lambda: analyze(GRAPH, set={"a": 1}), "a graph is loaded already: give `set` and `input` to load()"),
    ("load", lambda: load(5), "a spec must be a path or the name of a network, not `5`"),
    ("load", lambda: load({"network": []}), "a spec must be a path or the name of a network, not a `dict`"),
    ("load", lambda: load("name: net\nnetwork: [relu]"), A_TEXT),
    ("load", lambda: load("name: net@2\nnetwork: [relu]"), A_TEXT),
    ("load", lambda: load("# net\nnetwork: [{conv: 8}] # .onnx"), A_TEXT),
    ("analyze", lambda: analyze("input: [3, 8, 8]\nnetwork: [relu]\n"), A_TEXT),
    ("analyze", lambda: analyze('{"input": [3, 8, 8], "network": ["relu"]}'), A_TEXT),
    ("analyze", lambda: analyze({"network": []}), A_SPEC + "a `dict`"),
    ("loads", lambda: loads(None), "the text of a spec must be a `str` or `bytes`, not `None`"),
    *(
        ("compare", lambda specs=specs: compare(specs), A_LIST + shown)
        for specs, shown in (
            ("resnet50", "the text `'resnet50'`"),
            (REPORT, "a `Report`"),
            (GRAPH, "a `Graph`"),
            ({"resnet50": 1}, "a `dict`"),
            (5, "`5`"),
            (None, "`None`"),
        )
    ),
    ("compare", lambda: compare([]), "there is nothing to compare with"),
    ("compare", lambda: compare([5, 6]), A_SPEC + "`5`"),
    (
        "compare",
        lambda: compare([REPORT, REPORT], batch=8),
        "reports have their settings already: `batch` would change nothing",
    ),
    (
        "baseline",
        lambda: compare([REPORT, REPORT], baseline=True),
        "the baseline must be the position of a network or its name, not `True`",
    ),
    (
        "baseline",
        lambda: compare([REPORT, REPORT], baseline=None),
        "the baseline must be the position of a network or its name, not `None`",
    ),
    ("published", lambda: cnncost.compare_published("lenet5"), A_LIST + "the text `'lenet5'`"),
    ("published", lambda: cnncost.compare_published([]), "there is nothing to compare"),
    ("explain", lambda: cnncost.explain(None), A_SPEC + "`None`"),
    ("explain", lambda: cnncost.explain("lenet5", 5), "`layer` must be the name of a layer or a block, not `5`"),
    (
        "explain",
        lambda: cnncost.explain("lenet5", total=["macs"]),
        "`total` must be the name of a figure, not a `list`",
    ),
    ("explain", lambda: cnncost.explain("conv", input=[3, 8, 8], set=[1]), A_SET + "a `list`"),
    (
        "reconcile",
        lambda: cnncost.reconcile(GRAPH, "60K"),
        "a spec must be a path or the name of a network, not a `Graph`",
    ),
    ("reconcile", lambda: cnncost.reconcile("lenet5", 5.5), "the figure must be a text such as `4.09G`, not `5.5`"),
    (
        "reconcile",
        lambda: cnncost.reconcile("lenet5", "60K", nearest="5"),
        "`nearest` must be a whole number from 0, not the text `'5'`",
    ),
    ("reconcile", lambda: cnncost.reconcile("lenet5", "60K", nearest=-1), "`nearest` must be at least 0, not `-1`"),
    ("reconcile", lambda: cnncost.reconcile("lenet5", "60K", progress=5), "`progress` must be a function, not `5`"),
    ("zoo", lambda: cnncost.zoo(5), "`pattern` must be a text, not `5`"),
    ("zoo", lambda: cnncost.zoo(max_params="5M"), "`max_params` must be a number, not the text `'5M'`"),
    ("zoo", lambda: cnncost.zoo(min_accuracy=float("nan")), "`min_accuracy` must be a number, not `nan`"),
    ("zoo", lambda: cnncost.zoo().sorted_by(5), "an order must be a name, not `5`"),
    ("spec_text", lambda: cnncost.spec_text(5), "an architecture must be a name, not `5`"),
    ("build", lambda: cnncost.build(5), A_SPEC + "`5`"),
    ("build", lambda: cnncost.build("lenet5", device=5), "the device must be a name such as `cpu`, not `5`"),
    ("verify", lambda: cnncost.verify("lenet5", device=5), "the device must be a name such as `cpu`, not `5`"),
    ("verify", lambda: cnncost.verify("lenet5", device="meta", batch="3"), A_BATCH + "the text `'3'`"),
    (
        "verify",
        lambda: cnncost.verify("lenet5", device="meta", dtype=5),
        "the dtype of a measurement must be a name, not `5`",
    ),
    (
        "verify",
        lambda: cnncost.verify("lenet5", device="meta", seconds="2"),
        "`seconds` must be a number, not the text `'2'`",
    ),
    (
        "verify",
        lambda: cnncost.verify("lenet5", device="meta", secs=2),
        "there is no option `secs`; did you mean `seconds`?",
    ),
    (
        "verify",
        lambda: cnncost.verify("lenet5", device="meta", memory="no"),
        "`memory` must be `True` or `False`, not the text `'no'`",
    ),
    (
        "verify",
        lambda: cnncost.verify("lenet5", device="meta", against=5),
        "`against` must be a function that returns a model, or `package.module:factory`, not `5`",
    ),
    ("schema", lambda: cnncost.json_schema(5), "a command must be a name, not `5`"),
    ("schema", lambda: cnncost.json_schema("analyse"), "there is no schema of `analyse`; did you mean `analyze`?"),
    (
        "document",
        lambda: cnncost.read_document(5),
        "a document of cnncost must be a JSON text, a path or plain data, not `5`",
    ),
    ("document", lambda: Report.from_json(5), "a report must be a JSON text, not `5`"),
    ("report", lambda: REPORT.grouped("2"), "the depth must be a whole number from 1, not the text `'2'`"),
    ("report", lambda: REPORT.grouped(True), "the depth must be a whole number from 1, not `True`"),
    ("report", lambda: REPORT.top(None), "the number of rows must be a whole number, not `None`"),
    ("report", lambda: REPORT.sorted_by(5), "a metric must be a name, not `5`"),
    ("report", lambda: REPORT.share(REPORT.rows[0], "mac"), "unknown metric `mac`; did you mean `macs`?"),
    ("comparison", lambda: PAIR.ratio(5, 1), "a figure must be a name, not `5`"),
    ("comparison", lambda: PAIR.ratio("macs", 9), "there is no network number 9 among 2"),
]


@pytest.mark.parametrize(("call", "message"), [call[1:] for call in CALLS], ids=[call[0] for call in CALLS])
def test_what_is_refused_is_refused_in_a_sentence(call: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as refused:
        call()
    assert refused.value.message == message


def test_an_argument_of_a_wrong_type_is_a_type_error_too() -> None:
    for call in (lambda: analyze(5), lambda: compare("resnet50"), lambda: analyze(GRAPH, input=[1, 32, 32])):
        with pytest.raises(TypeError, match=r"^error: "):
            call()
    with pytest.raises(TypeError, match=re.escape("unexpected keyword argument 'batchsize'")):
        analyze("lenet5", batchsize=3)


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(SpecError, match=r"^error: there is no device `gpu`: "):
        cnncost.build("lenet5", device="gpu")


WANTED = analyze("lenet5", batch=3, set={"classes": 7}, input=[1, 32, 32])


@pytest.mark.parametrize(
    "number", [np.int64, np.int32, np.uint8, np.array, torch.tensor], ids=lambda kind: kind.__name__
)
def test_whole_numbers_of_any_kind(number: Callable[[int], Any]) -> None:
    shape = [number(size) for size in (1, 32, 32)]
    report = analyze("lenet5", batch=number(3), set={"classes": number(7)}, input=shape)
    assert report == WANTED
    assert Report.from_json(json.dumps(report.to_dict())) == WANTED
    assert type(report.settings.batch) is int
    assert compare([report, WANTED], baseline=number(1)).baseline == 1
    assert report.top(number(2)).rows == WANTED.rows[:2]
    assert report.grouped(number(1)) == WANTED.grouped(1)


@pytest.mark.parametrize(
    "shape", [(1, 32, 32), np.array([1, 32, 32]), torch.Size([1, 32, 32]), torch.tensor([1, 32, 32])]
)
def test_shapes_of_any_kind(shape: Any) -> None:
    assert analyze("lenet5", batch=3, set={"classes": 7}, input=shape) == WANTED
    assert analyze("lenet5", batch=3, set={"classes": 7}, input={"input": shape}) == WANTED


def test_lists_of_any_kind() -> None:
    wanted = load("resnet50", set={"depths": [3, 4, 23, 3]})
    for depths in ((3, 4, 23, 3), np.array([3, 4, 23, 3]), [np.int8(3), 4, torch.tensor(23), 3], "[3, 4, 23, 3]"):
        assert load("resnet50", set={"depths": depths}).to_dict()["layers"] == wanted.to_dict()["layers"]


def test_a_layer_of_numpys_numbers() -> None:
    shape = np.array([3, 8, 8])
    layer = cnncost.explain("conv", input=shape, set={"out": np.int8(5), "kernel": torch.tensor(3)})
    assert layer.figure("params").value == 5 * (3 * 3 * 3 + 1)


def test_the_text_of_a_spec_is_loaded_as_one() -> None:
    spec = {"input": [3, 8, 8], "vars": {"w": 4}, "network": [{"conv": {"out": "2 * w", "kernel": 3}}]}
    for text in (json.dumps(spec), yaml.safe_dump(spec), json.dumps(spec, indent=2).encode()):
        assert cnncost.load_text(text).nodes[-1].y.dims == (8, 6, 6)
        assert cnncost.load_text(text, set={"w": 1}, input=[1, 5, 5]).nodes[-1].y.dims == (2, 3, 3)
    with pytest.raises(SpecError, match="did you mean `relu`"):
        cnncost.load_text("input: [3, 8, 8]\nnetwork: [rleu]")


@pytest.mark.parametrize("call", [load, analyze, cnncost.build])
def test_a_spec_that_is_in_no_file_is_told_where_to_go(call: Callable[[Any], object]) -> None:
    with pytest.raises(SpecError) as text:
        call("input: [3, 8, 8]\nnetwork: [relu]")
    assert text.value.hint == "`-` reads it from standard input; in Python, `cnncost.load_text` loads it"
    with pytest.raises(TypeError) as mapping:
        call({"input": [3, 8, 8], "network": ["relu"]})
    assert str(mapping.value).endswith("hint: `cnncost.load_text(json.dumps(spec))` loads a mapping")


def test_settings_may_go_on_for_several_lines() -> None:
    assert load("resnet50@depths=[1,\n1,1,1]").variables == (("depths", "[1,\n1,1,1]"),)


def test_networks_of_one_name_stay_apart(tmp_path: Path) -> None:
    """Paths are shown whole; what is called the same is numbered, and none takes the place of another."""
    paths = [tmp_path / folder / "net.yaml" for folder in ("a", "b")]
    for width, path in enumerate(paths, 1):
        path.parent.mkdir()
        path.write_text(
            f"input: [3, 8, 8]\nnetwork: [{{conv: {width}}}]\npublished: {{source: a book, params: {width * 4}}}\n"
        )
    assert compare(paths).names == tuple(map(str, paths))
    graphs = [load(path) for path in paths]
    assert compare(graphs).names == ("net", "net (2)")
    claims = cnncost.compare_published(graphs).claims
    assert [(claim.network, claim.params) for claim in claims] == [("net", 4), ("net (2)", 8)]
