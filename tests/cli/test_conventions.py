"""`cnncost conventions`, and `--convention` with files and with several."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from cnncost.conventions import CONVENTIONS
from cnncost.conventions.file import KEYS

OWN = """
name: filters
unit: MACs
source: me
about: The filters of convolutions.
quirks: [It leaves much out.]
vars: {filters: channels_out}
rules: {"conv, conv_transpose": filters}
otherwise: 0
"""

ODD = """
name: odd
unit: MACs
source: me
about: Nothing, where a convolution makes maps smaller.
rules: {conv: 1 // (positions_out == positions_in)}
otherwise: 0
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A convention in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")


def run(*arguments: str, code: int = 0) -> str:
    outcome = CliRunner().invoke(app, list(arguments))
    assert outcome.exit_code == code, outcome.output
    return outcome.output


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--format", "json"))


def test_the_list() -> None:
    text = run("conventions")
    for name in CONVENTIONS:
        assert f"{name}, in {CONVENTIONS[name].unit}\n" in text
        assert all(word in text for word in CONVENTIONS[name].source.split())
    assert max(map(len, text.splitlines())) <= 100
    listed = run_json("conventions")["conventions"]
    assert [each["name"] for each in listed] == list(CONVENTIONS)
    assert listed[0] == {
        "name": "textbook",
        "unit": "FLOPs",
        "flops_per_mac": 2,
        "about": CONVENTIONS["textbook"].about,
        "source": "notes 004, Computational Summary; Goodfellow et al. 2016, chapter 9",
    }


def test_one_of_them() -> None:
    assert run("conventions", "own.yaml") == (
        "filters, in MACs\n"
        "\n"
        "The filters of convolutions.\n"
        "\n"
        "  conv, conv_transpose  filters\n"
        "  otherwise             0\n"
        "  filters =             channels_out\n"
        "\n"
        "- It leaves much out.\n"
        "\n"
        "source: me\n"
    )
    assert run_json("conventions", "own.yaml") == {
        "schema": 1,
        "name": "filters",
        "unit": "MACs",
        "flops_per_mac": 1,
        "about": "The filters of convolutions",
        "source": "me",
        "quirks": ["It leaves much out."],
        "vars": {"filters": "channels_out"},
        "rules": {"conv, conv_transpose": "filters"},
        "free": [],
        "otherwise": "0",
    }
    assert run_json("conventions", "own.yaml").keys() == KEYS.keys() | {"schema"}


def test_one_that_is_a_program() -> None:
    assert run("conventions", "macs").startswith("macs, in MACs\n\nMultiply-accumulates of")
    assert run_json("conventions", "macs")["rules"] is None


def test_on_a_narrow_terminal_long_rules_are_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = run("conventions", "torchinfo").splitlines()
    assert max(map(len, lines)) <= 80  # a list of layers stays in one line
    assert "  conv            plain * parameters * batch *" in lines


def test_on_a_narrower_one_rules_stand_below_their_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = run("conventions", "ptflops")
    assert "  relu6, leaky_relu\n    input // batch\n" in text
    assert "padding_before" in text  # no name is broken in two
    assert max(len(line) for line in text.splitlines() if line.startswith("    ")) <= 40


def test_other_formats_have_the_rules() -> None:
    rows = list(csv.reader(io.StringIO(run("conventions", "own.yaml", "--format", "csv"))))
    assert rows == [
        ["layers", "count"],
        ["conv, conv_transpose", "filters"],
        ["otherwise", "0"],
        ["filters =", "channels_out"],
    ]
    assert "It leaves much out." in run("conventions", "own.yaml", "--format", "markdown")
    assert "| torch | FLOPs |" in run("conventions", "--format", "markdown")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["conventions", "trch"], "unknown convention `trch`; did you mean `torch`?"),
        (["conventions", "all"], "here it must be one"),
        (["conventions", "torch", "--format", "tabel"], "unknown format `tabel`"),
        (["analyze", "lenet5", "--convention", "nowhere.yaml"], "there is no file `nowhere.yaml`"),
        (["analyze", "lenet5", "--convention", ","], "there is no convention to count by"),
        (["check", "lenet5", "--convention", "all"], "here it must be one"),
        (["check", "lenet5", "--convention", "macs,torch"], "several conventions are shown by `analyze` and"),
        (["compare", "lenet5", "resnet18", "--stages", "--convention", "all"], "has room for one convention"),
        (["compare", "lenet5", "resnet18", "--stages", "--convention", "macs,torch"], "has room for one convention"),
        (["verify", "lenet5", "--device", "meta", "--convention", "odd.yaml"], "--> odd.yaml:6:15"),
        (["verify", "lenet5", "--device", "meta", "--convention", "all"], "here it must be one"),
        (["compare", "lenet5", "--published", "--convention", "all"], "here it must be one"),
    ],
)
def test_refusals(arguments: list[str], message: str) -> None:
    Path("odd.yaml").write_text(ODD, encoding="utf-8")
    assert message in run(*arguments, code=2)


def test_of_several_networks_those_that_cannot_be_counted_are_named() -> None:
    Path("odd.yaml").write_text(ODD, encoding="utf-8")
    text = run("verify", "lenet5", "vgg11", "--device", "meta", "--convention", "odd.yaml", code=1)
    assert "lenet5 broke off: division by zero (odd.yaml:6:15)" in text
    assert "vgg11 broke off" not in text  # its convolutions keep to the size


def test_a_file_counts_in_every_command() -> None:
    filters = 6 + 16
    report = run_json("analyze", "lenet5", "--convention", "own.yaml")
    assert (report["convention"], report["totals"]["flops"]) == ("filters", filters)
    compared = run_json("compare", "lenet5", "lenet5@classes=5", "--convention", "./own.yaml")
    assert [network["totals"]["flops"] for network in compared["networks"]] == [filters, filters]
    checked = run_json("check", "lenet5@classes=5", "--convention", "own.yaml", "--max-flops", str(filters))
    assert checked["checks"][-1]["actual"] == filters
    verified = run_json("verify", "lenet5", "--device", "meta", "--convention", "own.yaml")
    assert verified["verifications"][0]["settings"]["convention"] == "filters"
    assert verified["passed"]


def test_side_by_side() -> None:
    text = run("analyze", "lenet5", "--convention", "torch,own.yaml", "--raw")
    assert "2 conventions" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["layer", "type", "output", "shape", "torch", "filters"] in lines
    assert ["(FLOPs)", "(MACs)"] in lines
    assert ["torch", "833,040", "FLOPs", "1.00×"] in [line[:4] for line in lines]
    assert ["filters", "22", "MACs"] in [line[:3] for line in lines]


def test_all() -> None:
    report = run_json("analyze", "lenet5", "--convention", "all")
    assert list(report["counts"]) == list(CONVENTIONS)
    assert report["convention"] == "textbook"
    assert report["counts"]["torch"]["total"] == sum(layer["counts"]["torch"] for layer in report["layers"]) == 833_040
    every = run("analyze", "lenet5", "--convention", "all")
    assert all(name in every for name in list(CONVENTIONS))


def test_columns_of_conventions() -> None:
    rows = list(csv.DictReader(io.StringIO(run("analyze", "lenet5", "--convention", "torch,macs", "--format", "csv"))))
    assert sum(int(row["count:torch"]) for row in rows) == 2 * sum(int(row["count:macs"]) for row in rows) == 833_040
    chosen = run("analyze", "lenet5", "--convention", "torch,macs", "--columns", "layer,count:macs,params")
    assert "torch" not in chosen.split("\n\n")[1]
    assert "unknown column `count:fvcore`" in run("analyze", "lenet5", "--columns", "count:fvcore", code=2)


def test_networks_side_by_side() -> None:
    text = run("compare", "lenet5", "resnet18", "--convention", "torch,own.yaml")
    lines = [line.split() for line in text.splitlines()]
    assert ["torch", "(FLOPs)", "833", "K", "3.63", "G"] in [line[:6] for line in lines]
    assert ["filters", "(MACs)", "22"] in [line[:3] for line in lines]
    rows = list(
        csv.DictReader(io.StringIO(run("compare", "lenet5", "resnet18", "--convention", "torch,macs", "-f", "csv")))
    )
    assert rows[0]["count:torch"] == "833040"
    assert float(rows[1]["count:macs_ratio"]) > 1000
