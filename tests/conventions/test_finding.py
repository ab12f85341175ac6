"""Conventions by name, by file and as objects; what is not asked for is not read."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cnncost import analyze, compare, load
from cnncost.conventions import CONVENTIONS, Convention, choose, find
from cnncost.conventions.catalogue import FOLDER, presets
from cnncost.conventions.file import read_convention
from cnncost.conventions.rules import RuleConvention
from cnncost.errors import SpecError
from cnncost.metrics.counting import counts_by_convention
from cnncost.report.report import Report
from tests.graphs import chain

if TYPE_CHECKING:
    from pathlib import Path

OWN = """
name: filters
unit: MACs
source: me
about: The filters of convolutions.
rules: {conv: channels_out}
otherwise: 0
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_names_are_listed_in_order() -> None:
    assert list(CONVENTIONS) == ["textbook", "macs", *sorted(path.stem for path in FOLDER.glob("*.yaml"))]
    assert len(CONVENTIONS) == len(list(CONVENTIONS))
    assert "torch" in CONVENTIONS
    assert "own" not in CONVENTIONS
    with pytest.raises(KeyError):
        CONVENTIONS["own"]


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_file_that_ships_holds(name: str) -> None:
    """It is read unchecked otherwise, which spares the import of pydantic."""
    path = presets()[name]
    assert read_convention(path.read_bytes(), str(path)) == CONVENTIONS[name]


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_file_that_ships(name: str) -> None:
    """It is called as its convention is, and tells where it comes from."""
    preset = CONVENTIONS[name]
    assert isinstance(preset, RuleConvention)
    assert preset.name == name
    assert any(character.isdigit() for character in preset.source), "which version it is taken from"
    assert preset.quirks
    for sentence in (preset.about + ".", *preset.quirks):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")


def test_a_convention_of_ones_own_is_given_by_its_path(own: Path) -> None:
    for given in (own, str(own)):
        assert find(given).name == "filters"
    assert analyze("lenet5", convention=own).totals.flops == 6 + 16
    with pytest.raises(SpecError, match="unknown convention `filters`"):
        analyze("lenet5", convention="filters")


def test_or_as_an_object() -> None:
    report = analyze("lenet5", convention=read_convention(OWN))
    assert report.totals.flops == 6 + 16
    assert report.settings.convention.name == "filters"


def test_a_later_version_takes_its_place(own: Path) -> None:
    assert analyze("lenet5", convention=own).totals.flops == 6 + 16
    own.write_text(OWN.replace("channels_out", "2 * channels_out"), encoding="utf-8")
    assert analyze("lenet5", convention=own).totals.flops == 2 * (6 + 16)


@pytest.mark.parametrize("name", ["textbook", "fvcore"])
def test_the_name_of_one_that_ships_is_taken(own: Path, name: str) -> None:
    own.write_text(OWN.replace("filters", name), encoding="utf-8")
    with pytest.raises(SpecError, match=rf"^error: a convention `{name}` ships with cnncost\n --> .*own\.yaml:2:7\n"):
        find(own)
    assert find(CONVENTIONS[name]) is CONVENTIONS[name]


def test_unknown_names() -> None:
    with pytest.raises(SpecError, match="unknown convention `trch`; did you mean `torch`"):
        find("trch")
    with pytest.raises(SpecError, match="`all` conventions are shown by `analyze` and `compare`; here it must be one"):
        find("all")
    with pytest.raises(SpecError, match=r"there is no file `trch\.yaml`"):
        find("trch.yaml")


def test_what_is_no_convention() -> None:
    with pytest.raises(SpecError, match="unknown convention `3`"):
        find(3)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="a convention needs a `name`"):
        find(Convention())


def test_several(own: Path) -> None:
    assert [each.name for each in choose("macs")] == ["macs"]
    assert [each.name for each in choose(["macs", "textbook", "macs"])] == ["macs", "textbook"]
    every = [each.name for each in choose("all")]
    assert every == list(CONVENTIONS)
    assert [each.name for each in choose(["all", own])] == [*every, "filters"]
    assert [each.name for each in choose("all")] == every, "it stands for those that ship"
    with pytest.raises(SpecError, match="there is no convention to count by"):
        choose([])


def test_two_of_one_name_in_threads_do_not_mix(own: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(OWN.replace("channels_out", "7 * channels_out"), encoding="utf-8")
    graph = load("lenet5")

    def flops(path: Path) -> int | None:
        return analyze(graph, convention=path).totals.flops

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(flops, [own, other] * 50)] == [6 + 16, 7 * (6 + 16)] * 50


@pytest.mark.parametrize("name", ["textbook", "fvcore", "own"])
def test_copies_count_the_same(own: Path, name: str) -> None:
    convention = find(own) if name == "own" else CONVENTIONS[name]
    for copied in (copy.copy(convention), copy.deepcopy(convention), pickle.loads(pickle.dumps(convention))):
        assert copied == convention
        assert hash(copied) == hash(convention)
        assert find(copied).name == convention.name
        assert (
            analyze("lenet5", convention=copied).totals.flops == analyze("lenet5", convention=convention).totals.flops
        )


READ_BACK = """
import sys
from cnncost.report.report import Report
from cnncost.render import render
from cnncost.render.views.costs.analyze import report_document
report = Report.from_json(sys.stdin.read())
print(report.settings.convention.name, report.settings.convention.unit)
print(render(report_document(report), "table"))
"""


def test_a_report_is_read_back_without_the_file(own: Path) -> None:
    written = analyze("lenet5", convention=own).to_json()
    own.unlink()
    report = Report.from_json(written)
    assert (report.settings.convention.name, report.settings.convention.unit) == ("filters", "MACs")
    assert report.totals.flops == 6 + 16
    assert report.to_json() == written
    assert Report.from_json(report.to_json()) == report
    with pytest.raises(SpecError, match="the rules of the convention `filters` are not known here"):
        analyze("lenet5", convention=report.settings.convention)
    done = subprocess.run(
        [sys.executable, "-c", READ_BACK], input=written, capture_output=True, text=True, check=True
    ).stdout
    assert done.startswith("filters MACs\n")
    assert "MACs: filters convention" in done
    assert "MACs (filters)" in done


def test_two_of_one_name_are_refused(own: Path, tmp_path: Path) -> None:
    """The figures of one would stand under the name of both."""
    other = tmp_path / "other.yaml"
    other.write_text(OWN.replace("channels_out", "7 * channels_out"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"^error: two conventions are called `filters`\n --> .*other\.yaml:2:7\n"):
        analyze("lenet5", convention=[own, other])
    assert analyze("lenet5", convention=[own, own]).totals.flops == 6 + 16
    assert analyze("lenet5", convention=other).totals.flops == 7 * (6 + 16)


CHAIN = chain([("conv", {"out": 4, "kernel": 3, "bias": False}), "batchnorm", "relu"], (3, 6, 6))


def test_side_by_side() -> None:
    report = analyze(CHAIN, batch=2, convention=["torch", "macs", "torchinfo"])
    macs = 2 * 4 * 27 * 16
    assert report.settings.convention.name == "torch"
    assert report.totals.flops == 2 * macs
    assert {name: (count.unit, count.total) for name, count in report.counts.items()} == {
        "torch": ("FLOPs", 2 * macs),
        "macs": ("MACs", macs),
        "torchinfo": ("MACs", macs + 2 * 8),
    }
    assert [row.counts["torchinfo"] for row in report.rows] == [macs, 2 * 8, 0]
    assert report.by_type().rows[1].counts == {"torch": 0, "macs": 0, "torchinfo": 16}
    assert Report.from_json(report.to_json()) == report
    assert analyze(CHAIN).counts == {}
    assert "counts" not in analyze(CHAIN).to_dict()


def test_merged_rows_add_up() -> None:
    report = analyze("resnet18", convention=["torch", "fvcore"])
    (stage,) = [row for row in report.grouped(1).rows if row.name == "stage[0]"]
    parts = [row for row in report.rows if row.name.startswith("stage[0].")]
    for name in ("torch", "fvcore"):
        assert stage.counts[name] == sum(row.counts[name] for row in parts) > 0


def test_compared_side_by_side() -> None:
    comparison = compare(["lenet5", "resnet18"], convention=["torch", "macs"])
    first, second = comparison.to_dict()["networks"]
    assert first["counts"]["torch"]["ratio"] == 1
    torch, macs = (second["counts"][name] for name in ("torch", "macs"))
    assert (torch["unit"], macs["unit"]) == ("FLOPs", "MACs")
    assert torch["total"] == 2 * macs["total"]
    assert torch["ratio"] == torch["total"] / first["counts"]["torch"]["total"]
    mixed = compare([analyze("lenet5", convention=["macs", "torch"]), analyze("resnet18", convention="macs")])
    assert mixed.counted == ()
    assert "counts" not in mixed.to_dict()["networks"][0]


def test_all_at_once_as_plain_data() -> None:
    counts = counts_by_convention(CHAIN, conventions=["torch", "macs"])
    assert counts["torch"] == (2 * 4 * 27 * 16, (2 * 4 * 27 * 16, 0, 0))
    assert list(counts_by_convention(CHAIN)) == list(CONVENTIONS)


FILES_READ = """
from pathlib import Path
read = []
original = Path.read_bytes
Path.read_bytes = lambda path: (read.append(path.stem), original(path))[1]
import sys
from cnncost import analyze
from cnncost.render import render
from cnncost.render.views.costs.analyze import report_document
render(report_document(analyze("lenet5"{})), "csv")
from cnncost.conventions import CONVENTIONS
assert "fvcore" in CONVENTIONS and len(list(CONVENTIONS)) > 2
print("read:", *read, "cnncost.conventions.file" in sys.modules, "pydantic" in sys.modules)
"""


@pytest.mark.parametrize(
    ("convention", "read"),
    [
        ("", "False False"),
        (", convention='macs'", "False False"),
        (", convention='fvcore'", "fvcore True False"),
    ],
)
def test_only_the_file_that_is_asked_for_is_read(convention: str, read: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILES_READ.format(convention)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[1:] == read.split()
