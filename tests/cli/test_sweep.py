"""`cnncost sweep`: what it shows, what it writes, how it goes on after an interruption, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import cnncost
from cnncost import analyze
from cnncost.cli.app import app
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

WIDTHS = ("mobilenet_v2", "--vary", "alpha=0.5:1:0.25", "--figures", "params,macs")
SPACE = """\
vary: {phi: 0..2, batch: [1, 2]}
set:
  alpha: 0.5 + phi / 4
constraints: [phi < 2 or batch == 1, params <= 3M]
"""


def _sweep(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sweep", *arguments])


def _rows(*arguments: str) -> list[list[str]]:
    result = _sweep(*arguments, "--format", "csv")
    assert result.exit_code == 0, result.output
    return [line.split(",") for line in result.stdout.splitlines()]


def test_points_are_what_analyze_says_of_each() -> None:
    rows = _rows(*WIDTHS, "--vary", "batch=1,3", "--set", "classes=10", "--input", "3x64x64")
    assert rows[0] == ["index", "alpha", "batch", "params", "macs"]
    expected = [
        analyze("mobilenet_v2", set={"alpha": alpha, "classes": 10}, input=[3, 64, 64], batch=batch).totals
        for alpha in (0.5, 0.75, 1.0)
        for batch in (1, 3)
    ]
    assert [row[3:] for row in rows[1:]] == [[str(each.params), str(each.macs)] for each in expected]


def test_a_file_of_a_space_and_conditions(tmp_path: Path) -> None:
    (tmp_path / "space.yaml").write_text(SPACE)
    rows = _rows("mobilenet_v2", "--space", str(tmp_path / "space.yaml"), "--figures", "macs")
    # At 0.5, 0.75 and 1.0 there are 1,968,680, 2,636,424 and 3,504,872 parameters.
    assert [row[1:5] for row in rows] == [
        ["phi", "batch", "alpha", "macs"],
        ["0", "1", "0.5", "97131840"],
        ["0", "2", "0.5", "194263680"],
        ["1", "1", "0.75", "209069792"],
        ["1", "2", "0.75", "418139584"],
    ]


def test_the_frontier_is_shown_and_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "frontier.svg"
    result = _sweep(
        *WIDTHS, "--vary", "input=3x96x96..3x224x224:64", "--pareto", "macs,max:score", "--score",
        "alpha * 10 + input[1] / 100", "--plot", str(picture),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "the frontier of the least MACs and the most score" in result.stdout
    assert "on the frontier of the least MACs and the most score: " in result.stdout
    root = ElementTree.parse(picture).getroot()
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len([circle for circle in circles if circle.get("r") == "4"]) == _count(result.stdout)


def _count(shown: str) -> int:
    return int(shown.partition("the most score: ")[2].split()[0])


def test_json_is_that_of_its_document() -> None:
    data = json.loads(_sweep(*WIDTHS, "--top", "1", "--by", "max:macs", "--format", "json").stdout)
    document = cnncost.read_document(data)
    assert type(document).__name__ == "SweepDocument"
    assert data["points"] == [
        {"index": 2, "variables": {"alpha": 1.0}, "figures": {"params": 3504872, "macs": 300774272}, "others": {}}
    ]


def test_points_that_do_not_hold_say_why() -> None:
    result = _sweep("lenet5", "--vary", "input=1x4x4,1x32x32", "--figures", "params")
    assert result.exit_code == 0
    assert "1 point does not hold; the first, 0: " in result.stdout
    assert _sweep("lenet5", "--vary", "input=1x4x4", "--figures", "params").exit_code == 2


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_results_are_written_and_read(suffix: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"out.{suffix}")
    written = _rows(*WIDTHS, "--output", path)
    assert _rows("--read", path) == written
    assert [row[1] for row in _rows("--read", path, "--where", "params < 3M")] == ["alpha", "0.5", "0.75"]


def test_an_interrupted_sweep_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    command = [
        *(sys.executable, "-m", "cnncost", "sweep", "lenet5", "--vary", "batch=1..30000"),
        *("--figures", "params,macs", "--output", str(path), "--top", "1", "--by", "macs"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(cnncost.__file__).parent.parent)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True)
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    if process.returncode == 130:  # unless it was done before the signal came
        assert "the same command with `--resume` goes on" in said
    path.write_bytes(path.read_bytes()[:-3])  # as if it had been killed in the middle of a line
    record = tmp_path / "out.csv.sweep.json"
    record.write_text(record.read_text().replace('"finished":true', '"finished":false'))
    again = _sweep(*command[4:], "--resume")
    assert again.exit_code == 0, again.output
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    assert [int(row[0]) for row in rows] == [*range(30000)]
    # LeNet-5 has 416,520 multiply-accumulates a sample.
    assert all(int(row[3]) == 416_520 * int(row[1]) for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lenet5",), "nothing varies"),
        (("--vary", "batch=1,2"), "there is no network to vary"),
        (("-", "--vary", "batch=1,2"), "a sweep reads its spec more than once, and standard input can't be"),
        (("lenet5", "--vary", "bach=1,2"), "there is no variable `bach` to vary; did you mean `batch`?"),
        (("lenet5", "--vary", "classes=1,2", "--set", "classes=3"), "`classes` is set, and varies too"),
        (("lenet5", "--vary", "input=1x32x32", "--input", "1x32x32"), "`input` is given, and varies too"),
        (("lenet5", "--vary", "batch=1,2", "--figures", "parms"), "unknown figure `parms`; did you mean `params`?"),
        (("lenet5", "--vary", "batch=1,2", "--where", "parms > 1"), "unknown name `parms`; did you mean `params`?"),
        (("lenet5", "--vary", "batch=1,2", "--pareto", "max:acc"), "there is no `acc`"),
        (("lenet5", "--vary", "batch=1,2", "--pareto", "acc"), "is more of `acc` better, or less?"),
        (("lenet5", "--vary", "batch=1,2", "--top", "3"), "`--top` shows the best points"),
        (("lenet5", "--vary", "batch=1,2", "--plot", "x.svg"), "`--plot` draws a frontier"),
        (("lenet5", "--vary", "batch=1,2", "--resume"), "`--resume` goes on with a file"),
        (
            ("lenet5", "--vary", "batch=1,2", "--data", "x.csv", "-o", "x.csv"),
            "`--output` would write over what `--data`",
        ),
        (("lenet5", "--vary", "batch=1,2", "--output", "x.txt"), "`x.txt` has no suffix of a file of results"),
        (("lenet5", "--vary", "batch=1,2", "--where", "macs < 1"), "none of the 2 points fulfils `macs < 1`"),
        (("lenet5", "--vary", "batch=1,2", "--where", "'x'"), "`'x'` needs true or false, got the string 'x'"),
        (("lenet5", "--vary", "batch=1,2", "--score", "[1]"), "a score is a number"),
        (("lenet5", "--vary", "batch=1,2", "--where", "batch > 2"), "no point of the space fulfils `batch > 2`"),
        (("lenet5", "--vary", "batch=1..2000000000000"), "the space has 2,000,000,000,000 points, and at most"),
        (("lenet5", "--read", "x.csv"), "`--read` shows results as they are: it goes without a spec"),
        (("lenet5", "--vary", "batch=1,2", "--mode", "trian"), "unknown mode `trian`; did you mean `train`?"),
        (("lenet5", "--vary", "batch=1,2", "--sample", "many"), "`--sample` takes a whole number from 1, not `many`"),
    ],
)
def test_refused(arguments: tuple[str, ...], message: str) -> None:
    result = _sweep(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}"), result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budget", "9"), "`--budget` is that of a search"),
        (("--search",), "a search is for something"),
        (("--search", "--by", "macs", "--sample", "9"), "goes without `--sample`"),
        (("--search", "--by", "macs", "--workers", "2"), "goes without `--workers or --cluster`"),
        (("--workers", "1000000"), "1,000,000 workers are more than 512"),
        (("--workers", "2", "--cluster", "tcp://10.0.0.1:8786"), "has its workers"),
    ],
)
def test_searches_and_workers_that_are_refused(arguments: tuple[str, ...], message: str) -> None:
    result = _sweep("lenet5", "--vary", "batch=1,2", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr.replace("\n       ", " ")


def test_results_of_other_points_are_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    arguments = ("lenet5", "--vary", "batch=1,2", "--figures", "params", "--output", str(path))
    assert _sweep(*arguments).exit_code == 0
    path.write_text(path.read_text() + "7,3,4,\n")
    assert "there are results of other points than the 2 of the space" in _sweep(*arguments, "--resume").output


def test_a_table_of_none_of_the_points(tmp_path: Path) -> None:
    path = tmp_path / "top1.csv"
    path.write_text("batch,accuracy\n7,90\n")
    output = _sweep("lenet5", "--vary", "batch=1,2", "--data", str(path)).output
    assert "none of the 2 points is in" in output
    assert "its first line is of batch 7" in output


def test_processes_write_what_one_writes(tmp_path: Path) -> None:
    """Chunks of 8,192 points: two of them, in either order."""
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    for path, more in ((one, ()), (two, ("--workers", "2"))):
        result = _sweep(
            "lenet5", "--vary", "batch=1..10000", "--output", str(path), "--top", "1", "--by", "macs", *more
        )
        assert result.exit_code == 0, result.output
    assert sorted(one.read_text().splitlines()) == sorted(two.read_text().splitlines())


def test_the_place_is_that_in_the_option() -> None:
    assert _sweep("resnet50", "--vary", "depths[7]=1..3").stderr == dedent("""\
        error: `depths` has 4 elements, from `depths[0]` to `depths[3]`
         --> --vary:1:1
          |
        1 | depths[7]=1..3
          | ^^^^^^^^^
        """)


def test_from_python(tmp_path: Path) -> None:
    found = cnncost.sweep("mobilenet_v2", {"alpha": [0.5, 1.0]}, figures=["params"], where="params < 3M")
    assert found.to_dicts() == [{"index": 0, "alpha": 0.5, "params": 1968680}]
    path = tmp_path / "out.jsonl"
    written = cnncost.sweep("mobilenet_v2", {"alpha": "0.5:1:0.25"}, figures=["params"], output=path)
    assert written["params"].tolist() == [1968680, 2636424, 3504872]
    assert len(path.read_text().splitlines()) == 3
    sampled = cnncost.sweep("lenet5", {"batch": "1..1000000000"}, sample=4, method="sobol", seed=1, figures=["macs"])
    assert len(sampled) == 4
    assert (sampled["macs"] == 416_520 * sampled["batch"]).all()


def test_figures_may_be_one_text_and_large_numbers_stay_exact_beside_fractions() -> None:
    found = cnncost.sweep("lenet5", {"classes": [2.5, 2**53 + 1]}, figures="params, macs")
    assert found.figures == ("params", "macs")
    assert found["params"].tolist() == [-1, 61706 + 85 * (2**53 + 1 - 10)]  # 84 inputs of the last layer, and a bias


@pytest.mark.parametrize(
    ("choose", "message"),
    [
        (lambda found: found.where(5), "`where` must be an expression, not `5`"),
        (lambda found: found.scored("1", "params"), "the score `params` has the name of a column"),
        (lambda found: found.pareto(5), "what is wanted must be columns, such as `params,max:accuracy`, not `5`"),
        (lambda found: found.pareto([]), "a frontier has one objective or more"),
        (lambda found: found.pareto([5]), "what is wanted must be a column, such as `max:accuracy`, not `5`"),
    ],
)
def test_choices_that_are_refused(choose: Callable[[cnncost.Sweep], object], message: str) -> None:
    found = cnncost.sweep("lenet5", {"batch": [1, 2]}, figures="params")
    with pytest.raises(SpecError) as caught:
        choose(found)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vary": [1, 2]}, "`vary` must be a mapping of names to values"),
        ({"vary": {"batch": [1]}, "spec": 5}, "a spec must be a path or the name of a network, not `5`"),
        ({"vary": {"batch": [1]}, "sample": "many"}, "the number of points must be a whole number from 1"),
        ({"vary": {"batch": [1]}, "output": 5}, "`output` must be the path of a file, not `5`"),
        ({"vary": {"batch": [1]}, "where": [5]}, "`where` must be an expression, not `5`"),
        ({"vary": {"batch": [1]}, "where": 5}, "`where` must be an expression, or several, not `5`"),
        ({"vary": {"batch": [1]}, "figures": 5}, "`figures` must be names of figures, such as `params,macs`, not `5`"),
        ({"vary": {5: [1]}}, "what varies must be a name, not `5`"),
        ({"vary": {"batch": [1]}, "space": 5}, "`space` must be the path of a file, not `5`"),
        ({"vary": {"batch": [1]}, "bach": 2}, "unknown setting `bach`; did you mean `batch`?"),
    ],
)
def test_arguments_that_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cnncost.sweep(**{"spec": "lenet5", **arguments})  # type: ignore[arg-type]
    assert caught.value.message.startswith(message)
