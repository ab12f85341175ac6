"""`cnncost reconcile`: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import importlib
import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from cnncost.published.reconciliation import search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from cnncost.progress import Progress

command = importlib.import_module("cnncost.cli.commands.evidence.reconcile")

# 2 x 3 x 9 weights and 2 biases, at 6 x 6 places.
SPEC = """\
name: tiny
input: [3, 8, 8]
vars: {wide: false, deep: false}
network:
  - conv: {out: 4 if wide else 2, kernel: 3}
  - {conv: 1, when: deep}
published: {source: a book, params: 56, flops: 1.9K}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reconcile", *arguments])


def test_a_figure_that_is_found(spec: str) -> None:
    result = run(spec, "1.94K")
    assert result.exit_code == 0
    assert result.stderr == ""
    title, _, _, _, best = result.stdout.splitlines()[:5]
    assert title == "1.94K of tiny"
    assert "macs" in best
    assert "1,944" in best
    assert "rounded" in best
    assert "nothing" in best


def test_a_figure_that_nothing_gives_ends_with_one_and_shows_the_nearest(spec: str) -> None:
    result = run(spec, "5T", "--top", "2")
    assert result.exit_code == 1
    assert "none gives 5T: these come nearest" in result.stdout


def test_what_the_spec_publishes(spec: str) -> None:
    result = run(spec, "--format", "json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)["figures"]
    assert [(figure["figure"], figure["published_by"]) for figure in figures] == [("56", "a book"), ("1.9K", "a book")]
    best = figures[1]["matches"][0]
    assert (best["value"], best["agreement"], best["changes"]) == (1944, "rounded", [])


def test_csv_has_every_figure_in_one_table_and_shortens_nothing(spec: str) -> None:
    found = list(csv.DictReader(io.StringIO(run(spec, "--format", "csv", "--top", "1").stdout)))
    assert [line["agreement"] == "no" for line in found] == [False, True, False, True]  # each with the nearest other
    lines = found[::2]
    assert [(line["figure"], line["published_by"], line["quantity"]) for line in lines] == [
        ("56", "a book", "params"),
        ("1.9K", "a book", "flops"),
    ]
    assert (lines[1]["value"], lines[1]["agreement"], lines[1]["changes"]) == ("1944", "rounded", "")
    assert {"macs", "calflops_macs", "deepspeed_macs"} <= {*lines[1]["countings"].split(", ")}


def test_what_is_different_is_said_on_a_narrow_terminal(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = run(spec, "112", "--top", "1").stdout.splitlines()  # 4 x 3 x 9 + 4
    assert lines[0] == "112 of tiny"
    assert lines[4].split(maxsplit=2) == ["all", "parameters", lines[4].split(maxsplit=2)[2]]
    assert lines[4].endswith("wide = true")


def test_the_best_convention_is_said_in_words(spec: str) -> None:
    assert "macs: Multiply-accumulates of convolutions" in run(spec, "1.94K").stdout
    assert "Multiply-accumulates" not in run(spec, "56", "--quantity", "params").stdout


def test_two_changes_where_one_is_not_enough(spec: str) -> None:
    # 4 x 3 x 9 + 4 of the wide one, and 4 + 1 of the second.
    figures = json.loads(run(spec, "117", "--quantity", "params", "--format", "json").stdout)["figures"]
    assert figures[0]["matches"][0]["changes"] == ["wide = true", "deep = true"]


def test_what_is_unusual_is_explained_in_a_line(spec: str) -> None:
    # 112 parameters of the wide one; 1,944 MACs are 1.90 in units of 1024.
    lines = run(spec, "1.898K", "--top", "1").stdout.splitlines()
    assert "rounded in 1024s" in lines[4]
    assert lines[-1] == "in 1024s: K, M and G stand for 1024, 1024² and 1024³"
    twice = run(spec, "3,888", "--quantity", "flops", "--format", "json").stdout
    assert any("twice thop" in way["countings"] for way in json.loads(twice)["figures"][0]["matches"])


def test_units_of_1024_in_json_and_csv(spec: str) -> None:
    best = json.loads(run(spec, "1.898K", "--format", "json").stdout)["figures"][0]["matches"][0]
    assert (best["value"], best["thousand"], best["agreement"]) == (1944, 1024, "rounded")
    (line, *_) = csv.DictReader(io.StringIO(run(spec, "1.898K", "--format", "csv").stdout))
    assert (line["agreement"], line["thousand"]) == ("rounded", "1024")


def test_what_was_not_tried_is_said(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_WORK", 0)
    result = run(spec, "5T")
    assert result.exit_code == 1
    said = "not tried, since the network is large: 25 networks with one change, 129 networks with two changes"
    assert said in " ".join(result.stdout.split())


def test_ctrl_c_shows_what_was_found_until_then(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def interrupted() -> Iterator[Progress]:
        def progress(text: str, *_: int) -> None:
            if "one change" in text:
                raise KeyboardInterrupt

        yield progress

    monkeypatch.setattr(command, "progress_bar", interrupted)
    result = run(spec, "1.94K")
    assert result.exit_code == 130
    assert "1,944" in result.stdout
    assert "interrupted: this is what was found until then" in result.stdout
    assert json.loads(run(spec, "1.94K", "--format", "json").stdout)["figures"][0]["interrupted"] is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet5", "much"], "error: `much` is not a valid amount"),
        (["lenet5", "1G", "--top", "0"], "error: `--top` takes a whole number from 1, not `0`"),
        (["lenet5", "1G", "--quantity", "macs"], "error: unknown quantity `macs`"),
        (["lenet55", "1G"], "error: there is no architecture and no file `lenet55`; did you mean `lenet5`?"),
    ],
)
def test_bad_input_is_refused(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == message
