"""Results are shared: nobody changes one, and whoever copies or pickles one has the same."""

from __future__ import annotations

import copy
import pickle
from operator import delitem, ior
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

import cnncost
from cnncost import Report, analyze, read_document
from cnncost.frozen import FrozenDict
from cnncost.language.load import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

TWO_INPUTS = """
input: {left: [3, 8, 8], right: [3, 8, 8]}
vars: {width: 4}
network:
  - {conv: width, from: left, name: one}
  - {conv: width, from: right, name: other}
  - {add, from: [one, other]}
published: {source: a book, params: 32}
"""
GRAPH = loads(TWO_INPUTS)
REPORT = analyze(GRAPH, convention=["textbook", "macs", "fvcore"], algorithms=True)
RESULTS = {
    "load": GRAPH,
    "analyze": REPORT,
    "analyze, set": analyze("lenet5", set={"classes": 7}),
    "blocks": analyze("resnet18", convention=["textbook", "macs"]).grouped(1),
    "compare": cnncost.compare(["lenet5", "alexnet"], convention=["textbook", "macs"]),
    "compare_published": cnncost.compare_published([GRAPH]),
    "explain": cnncost.explain("lenet5", "conv"),
    "explain, sum": cnncost.explain("lenet5"),
    "reconcile": cnncost.reconcile("lenet5", "61706"),
    "verify": cnncost.verify("lenet5", device="meta"),
    "zoo": cnncost.zoo("resnet"),
}


DOCUMENTS = [name for name, result in RESULTS.items() if hasattr(result, "to_dict") and name != "load"]


def mutable(value: Any, path: str) -> Iterator[str]:
    """Where in a result there is something that could be changed."""
    if type(value) in (list, dict, set, bytearray):
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from mutable(each, f"{path}[{key!r}]")
    elif isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        for name, each in zip(names, value, strict=True):
            yield from mutable(each, f"{path}.{name}")
    elif isinstance(value, BaseModel):
        for name, each in vars(value).items():
            yield from mutable(each, f"{path}.{name}")


def test_what_could_be_changed_is_found() -> None:
    assert list(mutable(REPORT._replace(counts={"a": 1}, rows=[]), "report")) == ["report.rows", "report.counts"]


@pytest.mark.parametrize("name", RESULTS)
def test_nothing_in_a_result_can_be_changed(name: str) -> None:
    assert list(mutable(RESULTS[name], name)) == []


@pytest.mark.parametrize(
    "name", [name for name, result in RESULTS.items() if hasattr(result, "to_dict") and name != "load"]
)
def test_nothing_in_a_document_can_be_changed(name: str) -> None:
    document = read_document(RESULTS[name].to_dict())
    assert list(mutable(document, name)) == []
    with pytest.raises(ValidationError, match="frozen"):
        document.version = 2
    assert hash(document) == hash(read_document(RESULTS[name].to_dict()))
    assert pickle.loads(pickle.dumps(document)) == document == copy.deepcopy(document)


@pytest.mark.parametrize("name", RESULTS)
def test_copies_and_pickles_are_the_same(name: str) -> None:
    result = RESULTS[name]
    for other in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert other == result
        assert hash(other) == hash(result)
        assert list(mutable(other, name)) == []


def test_a_report_that_was_read_back_is_the_same() -> None:
    other = Report.from_json(REPORT.to_json())
    assert {other, REPORT} == {REPORT}
    assert list(mutable(other, "report")) == []


CHANGES: list[tuple[type[Exception], Any]] = [
    (AttributeError, lambda report: setattr(report, "rows", ())),
    (AttributeError, lambda report: setattr(report, "other", 1)),
    (AttributeError, lambda report: setattr(report.totals, "params", 1)),
    (
        TypeError,
        lambda report: report.totals.__setitem__("params", 1) if hasattr(report.totals, "__setitem__") else 1 / "a",
    ),
    (AttributeError, lambda report: setattr(report.settings, "batch", 2)),
    (AttributeError, lambda report: report.rows.append(report.rows[0])),
    (
        TypeError,
        lambda report: (
            report.rows.__class__.__setitem__(report.rows, 0, 1) if hasattr(tuple, "__setitem__") else 1 / "a"
        ),
    ),
    (AttributeError, lambda report: setattr(report.rows[0], "name", "x")),
    (TypeError, lambda report: report.inputs.update(left=(1,))),
    (TypeError, lambda report: report.inputs.pop("left")),
    (TypeError, lambda report: report.variables.setdefault("a", "1")),
    (TypeError, lambda report: report.counts.clear()),
    (TypeError, lambda report: report.rows[0].counts.popitem()),
    (TypeError, lambda report: delitem(report.rows[-1].receptive_fields, "left")),
    (TypeError, lambda report: ior(report.counts, {"a": 1})),
    (AttributeError, lambda report: setattr(report.rows[0].receptive_field, "size", (1, 1))),
    (AttributeError, lambda report: setattr(report.settings.convention, "flops_per_mac", 3)),
]


@pytest.mark.parametrize(("error", "change"), CHANGES)
def test_changes_are_refused(error: type[Exception], change: Any) -> None:
    before = REPORT.to_json()
    with pytest.raises(error):
        change(REPORT)
    assert REPORT.to_json() == before


@pytest.mark.parametrize("name", ["textbook", "fvcore"])
def test_a_convention_that_others_count_by_is_not_changed(name: str) -> None:
    convention = analyze("lenet5", convention=name).settings.convention
    with pytest.raises(AttributeError, match=f"the convention '{name}' cannot be changed: cannot set 'flops_per_mac'"):
        convention.flops_per_mac = 3
    assert analyze("lenet5", convention=name).settings.convention is convention


def test_a_layer_is_not_changed() -> None:
    with pytest.raises(AttributeError, match="layers are immutable: cannot set out"):
        GRAPH.layers[0].layer.out = 3


def test_the_default_of_one_is_not_that_of_all() -> None:
    """A mapping that is empty by default was shared by all reports."""
    with pytest.raises(TypeError, match=r"a result cannot be changed; `dict\(...\)` of it makes a copy that can"):
        analyze("lenet5").counts["mine"] = None
    assert analyze("alexnet").counts == {}


def test_a_copy_as_a_dict_can_be_changed() -> None:
    copied = dict(REPORT.inputs)
    copied["left"] = (1, 1)
    assert REPORT.inputs["left"] == (1, 3, 8, 8)
    assert FrozenDict(a=1) | {"b": 2} == {"a": 1, "b": 2}
