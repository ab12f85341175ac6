"""`cnncost latency`: the answer first, all formats, the picture, what is refused; and latency as a figure elsewhere."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from cnncost import json_schema, latency, read_document
from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [*arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_the_first_line_is_the_answer() -> None:
    report = latency("resnet18", "rtx4090", batch=8, dtype="bf16")
    first = run("latency", "resnet18", "--device", "RTX 4090", "--batch", "8", "--dtype", "bf16").stdout.splitlines()[0]
    assert first.startswith("resnet18 on NVIDIA GeForce RTX 4090: at least ")
    assert f"{1e6 * report.time:.0f} µs, at most {8 / report.time / 1000:.1f} K images/s" in first


def test_json_is_valid_and_read_back() -> None:
    text = run("latency", "resnet18", "--device", "rtx4090", "--mode", "train", "--format", "json").stdout
    data = json.loads(text)
    Draft202012Validator(json_schema("latency")).validate(data)
    document = read_document(text)
    assert type(document).__name__ == "LatencyDocument"
    assert json.loads(document.model_dump_json()) == data
    assert [layer["name"] for layer in data["layers"]][-1] == "optimizer"


def test_csv_has_every_layer_and_says_that_they_are_bounds() -> None:
    text = run("latency", "resnet18", "--device", "rtx4090", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    report = latency("resnet18", "rtx4090")
    assert [row["layer"] for row in rows] == [layer.name for layer in report.layers]
    assert sum([float(row["at_least_seconds"]) for row in rows]) == pytest.approx(report.time)
    assert "seconds" not in rows[0]


@pytest.mark.parametrize("form", ["table", "markdown", "latex", "html"])
def test_every_format_says_that_it_is_a_bound(form: str) -> None:
    assert "at least" in run("latency", "resnet18", "--device", "rtx4090", "--format", form).stdout


def test_the_picture_has_a_mark_for_every_place(tmp_path: Path) -> None:
    file = tmp_path / "roofline.svg"
    run("latency", "lenet5", "--device", "rtx4090", "--dtype", "bf16", "--plot", str(file))
    root = ElementTree.parse(file).getroot()
    assert "bfloat16 165 T, memory 1.01 T" in "".join(root.itertext())


@pytest.mark.parametrize("device", ["h200", "rtx4090"])
def test_a_network_that_runs_no_kernel_has_no_throughput_and_no_picture(device: str, tmp_path: Path) -> None:
    spec, file = tmp_path / "views.yaml", tmp_path / "roofline.svg"
    spec.write_text("input: [10]\nnetwork:\n  - flatten\n")
    shown = run("latency", str(spec), "--device", device).stdout
    assert shown.splitlines()[0].endswith(": no kernel runs")
    assert "launches bind" not in shown
    data = json.loads(run("latency", str(spec), "--device", device, "--format", "json").stdout)
    assert data["samples_per_second"] is data["at_most_samples_per_second"] is None
    error = run("latency", str(spec), "--device", device, "--plot", str(file), code=2).stderr
    assert error == "error: nothing can be drawn: no layer computes anything on the device\n"
    assert not file.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            [],
            "error: `--device` is missing\n  = hint: write `--device h200`, which was measured; "
            "`--device device.yaml`, a profile that `cnncost calibrate` writes; or a card whose datasheet is known, "
            "such as `--device rtx4090`\n",
        ),
        (["--device", "rtx4090", "--batch", "0"], "error: `--batch` takes a whole number from 1, not `0`"),
        (["--device", "rtx4090", "--by", "kind"], "error: rows are grouped by `block` or by `type`, not by `kind`"),
        (["--device", "rtx4090", "--sort", "macs"], "error: unknown figure `macs`"),
        (["--device", "rtx4090", "--plot", "missing/a.svg"], "error: `--plot missing/a.svg`: there is no folder"),
        (["--device", "rtx4090", "--scaler"], "error: `scaler` is for gradients in float16"),
    ],
)
def test_what_is_refused(options: list[str], message: str) -> None:
    assert run("latency", "resnet18", *options, code=2).stderr.startswith(message)


def test_of_a_card_that_is_not_known_it_is_said_what_helps() -> None:
    said = run("latency", "resnet18", "--device", "gtx280", code=2).stderr
    assert said.startswith("error: no card is known as `gtx280`\n  = hint: known are `h100-sxm`, ")
    assert said.endswith(
        "; another one that you have is measured by `cnncost calibrate`, which writes a profile for `--device`\n"
    )
    assert "memory" not in said
    assert (
        "; of another one `--memory` says what it has" in run("memory", "resnet18", "--device", "gtx280", code=2).stderr
    )


def test_the_first_line_says_when_much_was_not_measured() -> None:
    train = ("latency", "resnet50", "--device", "h200", "--mode", "train", "--batch", "64")
    document = json.loads(run(*train, "--format", "json").stdout)
    assert document["unmeasured_share"] > 0.2
    said = run(*train).stdout
    percent = round(100 * document["unmeasured_share"])
    assert said.splitlines()[0].endswith(f"; {percent} % not measured")
    assert said.count("not measured") == 2  # there, and in the one note
    assert "not measured" not in run("latency", "resnet50", "--device", "h200").stdout.splitlines()[0]


def test_compare_has_the_bound_of_each_network() -> None:
    networks = json.loads(run("compare", "resnet18", "resnet50", "--device", "rtx4090", "--format", "json").stdout)[
        "networks"
    ]
    for network in networks:
        assert network["totals"]["latency_ns"] is None
        assert network["at_least"]["latency_ns"] == latency(network["name"], "rtx4090").nanoseconds
        assert network["ratios"]["latency_ns"] is None
    text = run("compare", "resnet18", "resnet50", "--device", "rtx4090").stdout
    assert ">=: by the datasheet of rtx4090, which predicts nothing" in text


H200 = ["--device", "h200", "--dtype", "bfloat16", "--channels-last"]


def nanoseconds(network: str, *options: str) -> int:
    """What `cnncost latency` predicts on an H200."""
    data = json.loads(run("latency", network, *H200, *options, "--format", "json").stdout)
    assert data["is_bound"] is False
    assert data["low_seconds"] < data["seconds"] < data["high_seconds"]
    assert data["latency_ns"] == round(1e9 * data["seconds"])
    return int(data["latency_ns"])


@pytest.mark.parametrize("mode", ["infer", "train"])
def test_compare_has_what_latency_predicts(mode: str) -> None:
    options = ["--batch", "8", "--mode", mode]
    data = json.loads(run("compare", "resnet18", "mobilenet_v2", *H200, *options, "--format", "json").stdout)
    Draft202012Validator(json_schema("compare")).validate(data)
    found = {network["name"]: network["totals"]["latency_ns"] for network in data["networks"]}
    assert found == {name: nanoseconds(name, *options) for name in ("resnet18", "mobilenet_v2")}
    assert data["networks"][1]["ratios"]["latency_ns"] == pytest.approx(found["mobilenet_v2"] / found["resnet18"])
    assert (data["networks"][0]["device"], data["networks"][0]["channels_last"]) == ("h200", True)


def test_a_network_may_be_compared_on_another_device() -> None:
    networks = json.loads(run("compare", "lenet5", "lenet5@device=h200", "--format", "json").stdout)["networks"]
    assert "latency_ns" not in networks[0]["totals"]
    assert networks[1]["totals"]["latency_ns"] > 0


def test_every_point_of_a_sweep_has_what_latency_predicts() -> None:
    vary = ["--vary", "batch=1,64", "--vary", "alpha=0.5,1.0", "--vary", "input=3x128x128,3x224x224"]
    text = run("sweep", "mobilenet_v2", *vary, *H200, "--figures", "latency_ns", "--format", "json").stdout
    points = json.loads(text)["points"]
    assert len(points) == 8
    for point in points:
        varied = point["variables"]
        shape = "x".join(map(str, varied["input"]))
        options = ["--batch", str(varied["batch"]), "--input", shape, "--set", f"alpha={varied['alpha']}"]
        assert point["figures"]["latency_ns"] == nanoseconds("mobilenet_v2", *options)


def test_conditions_and_frontiers_take_it() -> None:
    vary = ["--vary", "batch=1,64,256", *H200]
    every = [nanoseconds("resnet18", "--batch", batch) for batch in ("1", "64", "256")]
    limit = f"latency_ns <= {every[-1] // 10**6}ms"  # rounded down: the last is over it
    text = run("sweep", "resnet18", *vary, "--where", limit, "--format", "json").stdout
    assert [point["variables"]["batch"] for point in json.loads(text)["points"]] == [1, 64]
    frontier = run("sweep", "resnet18", *vary, "--pareto", "latency_ns,max:batch", "--format", "json").stdout
    assert json.loads(frontier)["objectives"][0] == {"name": "latency_ns", "maximise": False}


def test_check_holds_latency_to_a_limit() -> None:
    exact = nanoseconds("resnet18", "--batch", "64")
    for limit, code in ((exact, 0), (exact - 1, 1)):
        text = run(
            "check", "resnet18", *H200, "--batch", "64", "--max-latency", f"{limit}ns", "--format", "json", code=code
        )
        (check,) = [each for each in json.loads(text.stdout)["checks"] if each["figure"] == "latency_ns"]
        assert (check["actual"], check["limit"], check["holds"]) == (exact, limit, not code)


def test_a_spec_has_a_budget_of_latency(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    network = "input: [3, 32, 32]\nnetwork:\n  - conv: [16, 3]\n  - relu\n"
    spec.write_text(network + "budget: {latency: 1ns, at: {device: h200, batch: 8}}\n")
    assert "FAILED" in run("check", str(spec), code=1).stdout
    spec.write_text(network + "budget: {latency: 1s, at: {device: h200, batch: 8}}\n")
    run("check", str(spec))
    spec.write_text(network + "budget: {latency_ns: 1000000000, at: {device: h200, batch: 8}}\n")
    run("check", str(spec))
    spec.write_text(network + "budget: {latency: 5, at: {device: h200, batch: 8}}\n")
    assert "`5` is a time without a unit\n --> net.yaml:5:10" in run("check", str(spec), code=2).stderr.replace(
        str(spec), "net.yaml"
    )
    spec.write_text(network + "budget: {latency: 1s}\n")
    assert "how long a step takes depends on the device" in run("check", str(spec), code=2).stderr
    spec.write_text(network + "budget: {latency: 1s, at: {device: rtx4090}}\n")
    assert "is known by its datasheet alone" in run("check", str(spec), code=2).stderr


def test_compare_without_a_device_has_no_latency() -> None:
    assert "latency" not in run("compare", "resnet18", "resnet50", "--format", "json").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "resnet18", "resnet50", "--device", "rtx40"], "error: no card is known as `rtx40`"),
        (["compare", "resnet18", "resnet50", "--channels-last"], "error: `--channels-last` is of a device"),
        (["check", "resnet18", "--max-latency", "5ms"], "error: how long a step takes depends on the device"),
        (
            ["check", "resnet18", "--max-latency", "5", "--device", "h200"],
            "error: the limit of latency_ns: `5` is a time",
        ),
        (
            ["check", "resnet18", "--max-latency", "5ms", "--device", "rtx4090"],
            "error: an NVIDIA GeForce RTX 4090 is known by its datasheet alone",
        ),
        (
            ["sweep", "resnet18", "--vary", "batch=1,8", "--figures", "latency_ns"],
            "error: how long a step takes depends",
        ),
        (
            ["sweep", "resnet18", "--vary", "batch=1,8", "--figures", "latency_ns", "--device", "rtx4090"],
            "error: an NVIDIA GeForce RTX 4090 is known by its datasheet alone",
        ),
        (
            ["sweep", "resnet18", "--vary", "batch=1,8", "--figures", "latency"],
            "error: unknown figure `latency`; did you mean `latency_ns`?",
        ),
    ],
)
def test_what_is_refused_elsewhere(arguments: list[str], message: str) -> None:
    assert run(*arguments, code=2).stderr.startswith(message)
