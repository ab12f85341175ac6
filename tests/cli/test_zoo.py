"""`cnncost zoo` and `cnncost compare --published`, run in this process."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost import analyze, compare_published, load, spec_text, zoo
from cnncost.cli.app import app
from cnncost.published.tasks import TASKS
from cnncost.render.format import format_names

if TYPE_CHECKING:
    from typer.testing import Result


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_the_zoo_is_that_of_the_api() -> None:
    options = ("--max-params", "5M", "--max-macs", "1G", "--since", "2015", "--until", "2018", "--sort", "macs")
    printed = json.loads(run("zoo", "mobile*", *options, "--format", "json").stdout)
    chosen = zoo("mobile*", max_params=5_000_000, max_macs=10**9, since=2015, until=2018, sort="macs")
    assert printed == chosen.to_dict()
    assert "mobilenet_v2" in [each["name"] for each in printed["architectures"]]


def test_figures_are_whole_when_asked() -> None:
    assert "3.50 M" in run("zoo", "mobilenet_v2").stdout
    assert "3,504,872" in run("zoo", "mobilenet_v2", "--raw").stdout


def test_the_architectures_stand_below_their_tasks() -> None:
    lines = run("zoo", "--raw").stdout.splitlines()
    tasks = [line for line in lines if line in TASKS]
    assert tasks[:3] == ["classification", "detection", "segmentation"]
    assert tasks == [task for task in TASKS if task in tasks]
    below = {line.split()[0] for line in lines[lines.index("video") : lines.index("audio")] if line.startswith("  ")}
    assert below == {entry.name for entry in zoo(task="video").entries}


def test_a_task_may_be_cut_short() -> None:
    assert run("zoo", "--task", "vid", "-f", "csv").stdout == run("zoo", "--task", "video", "-f", "csv").stdout


def test_the_frontier_of_a_task_is_of_its_usual_metric() -> None:
    printed = json.loads(run("zoo", "--task", "video", "--frontier", "-f", "json").stdout)
    assert printed["metric"] == "Kinetics-400 top-1"
    assert printed == zoo(task="video", metric="Kinetics-400 top-1", frontier=True).to_dict()


@pytest.mark.parametrize("form", format_names())
def test_every_format(form: str) -> None:
    for options in ((), ("--frontier",)):
        assert "efficientnet" in run("zoo", "efficientnet", "--format", form, *options).stdout


def test_the_pattern_of_the_help_is_one_that_finds_something() -> None:
    [pattern] = re.findall(r"a pattern such as '(.+?)'", " ".join(run("zoo", "--help").stdout.split()))
    assert {"resnet50_v1", "resnet101_v1"} <= {entry.name for entry in zoo(pattern).entries}


def test_csv_has_every_architecture() -> None:
    lines = list(csv.DictReader(io.StringIO(run("zoo", "-f", "csv").stdout)))
    assert [line["name"] for line in lines] == [entry.name for entry in zoo().entries]
    assert next(line for line in lines if line["name"] == "resnet50")["macs"] == "4089184256"  # torchvision's


def test_accuracies_of_one_metric() -> None:
    lines = list(csv.DictReader(io.StringIO(run("zoo", "--metric", "CIFAR-10 top-1", "-f", "csv").stdout)))
    assert {line["metric"] for line in lines} == {"CIFAR-10 top-1"}
    at_least = run("zoo", "--metric", "CIFAR-10 top-1", "--min-accuracy", "93.5 %", "-f", "csv").stdout
    assert all(float(line["accuracy"]) >= 93.5 for line in csv.DictReader(io.StringIO(at_least)))


def test_the_frontier_is_drawn_in_plain_text_when_piped() -> None:
    text = run("zoo", "--frontier").stdout
    assert "\x1b" not in text
    assert text.count("●") > 5
    assert "what no cheaper network matches in ImageNet top-1" in text
    assert max(map(len, text.splitlines()[:28])) <= 110


def test_the_frontier_adapts_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = run("zoo", "--frontier").stdout.splitlines()
    assert max(map(len, lines)) <= 50


def test_the_frontier_for_programs_is_its_architectures() -> None:
    printed = json.loads(run("zoo", "--frontier", "-f", "json").stdout)
    assert printed == zoo(frontier=True).to_dict()
    accuracies = [entry["accuracy"] for entry in printed["architectures"]]
    assert accuracies == sorted(accuracies)
    by_year = json.loads(run("zoo", "--frontier", "--sort", "year", "-f", "json").stdout)
    years = [entry["year"] for entry in by_year["architectures"]]
    assert years == sorted(years)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("resnte50",), "no architecture is called `resnte50`"),
        (("--task", "segmentaton"), "did you mean `segmentation`?"),
        (("lenet5", "--since", "2015"), "no architecture published in 2015 or later among the"),
        (("--max-params", "5X"), "`--max-params`: unknown unit `X` in `5X`"),
        (("--max-macs", "many"), "`--max-macs`: `many` is not a valid amount"),
        (("--min-accuracy", "0.76"), "hint: write `76`"),
        (("--metric", ""), "nothing here has a published accuracy of ``"),
        (("--sort", ""), "unknown order ``"),
        (("--since", "last year"), "`--since` takes a whole number from 1, not `last year`"),
        (("--min-accuracy", "101"), "`--min-accuracy` takes a percentage, such as `75`, not `101`"),
        (("--min-accuracy", "nan"), "`--min-accuracy` takes a percentage, such as `75`, not `nan`"),
        (("--metric", "ImageNet top1"), "did you mean `ImageNet top-1`?"),
        (("--sort", "accurracy"), "unknown order `accurracy`; did you mean `accuracy`?"),
        (("--format", "jsno"), "unknown format `jsno`; did you mean `json`?"),
        (("wavenet", "--frontier"), "nothing here has a published accuracy\n"),
        (
            ("wavenet", "--frontier", "--metric", "MNIST top-1"),
            "nothing here has a published accuracy of `MNIST top-1`",
        ),
        (("--task", "s", "--since", "2010"), "no architecture is for the task `s`"),
    ],
)
def test_bad_input(options: tuple[str, ...], message: str) -> None:
    result = run("zoo", *options, code=2)
    assert message in result.stderr
    assert result.stdout == ""


def test_published_figures_are_those_of_the_api() -> None:
    networks = ("lenet5", "resnet50_v1")
    printed = json.loads(run("compare", *networks, "--published", "-f", "json").stdout)
    assert printed == json.loads(json.dumps(compare_published(networks).to_dict()))


def test_one_network_can_be_held_to_what_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    text = run("compare", "resnet50_v1", "--published").stdout
    assert "25,557,032" in text
    assert "MACs, truncated" in text  # 3.8G of 3,857,973,248


@pytest.mark.parametrize("form", format_names())
def test_published_figures_in_every_format(form: str) -> None:
    assert "62.4M" in run("compare", "alexnet", "vgg16", "--published", "--format", form).stdout


def test_a_convention_counts_the_flops_beside_published_ones() -> None:
    text = run("compare", "alexnet", "--published", "--convention", "macs", "-f", "csv").stdout
    claim = next(csv.DictReader(io.StringIO(text)))
    assert claim["flops"] == claim["macs"] == "1135256096"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--batch", "8"), "`--published` goes without `--batch`"),
        (("--set", "classes=10"), "`--published` goes without `--set`"),
        (("--input", "3x64x64"), "`--published` goes without `--input`"),
        (("--mode", "train"), "`--published` goes without `--mode`"),
        (("--stages",), "`--published` goes without `--stages`"),
        (("--baseline", "vgg16"), "`--published` goes without `--baseline`"),
        (("--dtype", "float16"), "`--published` goes without `--dtype`"),
        (("--optimizer", "sgd"), "`--published` goes without `--optimizer`"),
        (("--convention", "mac"), "unknown convention `mac`; did you mean `macs`?"),
    ],
)
def test_what_does_not_go_with_published_figures(options: tuple[str, ...], message: str) -> None:
    assert message in run("compare", "alexnet", "vgg16", "--published", *options, code=2).stderr


def test_nothing_published() -> None:
    result = run("compare", "alexnet@classes=10", "--published", code=2)
    assert "nothing is published of `alexnet@classes=10`" in result.stderr


def test_a_spec_to_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path(__file__).parents[2] / "specs" / "classification" / "resnet.yaml"
    for_editors, shipped = file.read_text(encoding="utf-8").split("\n", 1)
    assert for_editors.startswith("# yaml-language-server: ")  # its schema lies beside the file, and not beside a copy
    result = run("zoo", "--show", "resnet50")
    assert result.stdout == shipped == spec_text("resnet101")
    assert result.stderr == ""
    monkeypatch.chdir(tmp_path)
    assert (
        "a copy `mine.yaml` has it as `mine.yaml@resnet101`"
        in run("zoo", "--show", "resnet101", "-o", "my.yaml").stderr
    )
    assert (tmp_path / "my.yaml").read_text(encoding="utf-8") == shipped
    assert load("my.yaml@resnet101").to_dict()["layers"] == load("resnet101").to_dict()["layers"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--show", "resnet5O"), "no architecture is called `resnet5O`; did you mean `resnet50`?"),
        (("--show", "mine.yaml"), "hint: `cnncost zoo` lists them all"),
        (("resnet*", "--show", "resnet50"), "it goes without other arguments"),
        (("--show", "resnet50", "--frontier"), "it goes without other arguments"),
        (("--show", "resnet50", "--format", "json"), "it goes without other arguments"),
    ],
)
def test_what_cannot_be_shown(options: tuple[str, ...], message: str) -> None:
    result = run("zoo", *options, code=2)
    assert message in result.stderr
    assert result.stdout == ""


def test_memory_is_that_of_the_step_that_is_asked_for() -> None:
    found = {
        (mode, amp): zoo("resnet50_v1", mode=mode, amp=amp).entries[0].peak_bytes
        for mode, amp in (("infer", None), ("train", None), ("train", "bf16"))
    }
    assert found == {(mode, amp): analyze("resnet50_v1", mode=mode, amp=amp).totals.peak_bytes for mode, amp in found}
    assert len(set(found.values())) == 3
