"""`cnncost calibrate` from end to end on the CPU: the profile, the measurements, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import cnncost
from cnncost.cli.app import app
from cnncost.devices import profile
from cnncost.devices.record import checked
from cnncost.errors import SpecError
from cnncost.footprint.settings import StepSettings
from cnncost.language.yaml.plain import read_plain
from cnncost.measurement.calibration import calibrate as calibration
from cnncost.roofline import predict

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

QUICK = ("--device", "cpu", "--dtype", "float32", "--layout", "contiguous", "--mode", "infer", "--seconds", "0.1")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["calibrate", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_the_profile_predicts(tmp_path: Path) -> None:
    shown = run(*QUICK, "-o", "mine.yaml").stdout
    assert "float32, contiguous, infer" in shown
    latency = profile("mine.yaml").latency
    assert latency is not None
    assert (latency.device, [*latency.peaks]) == ("cpu", ["float32"])
    predicted = predict(cnncost.load("lenet5"), StepSettings(mode="infer", device="cpu"), "mine.yaml")
    assert 0 < predicted.low <= predicted.seconds <= predicted.high
    measured = (tmp_path / "mine.measured.jsonl").read_text().splitlines()
    assert len(measured) >= 1 + 1 + 10  # the machine, its ceilings, and ten cases, some of them maybe several times


def test_the_same_command_goes_on_and_memory_stays(tmp_path: Path) -> None:
    first = json.loads(run(*QUICK, "-o", "mine.yaml", "--format", "json").stdout)
    written = read_plain("mine.yaml")
    memory = {"matrix_workspaces": {"forward": [1], "backward": [2]}, "context": [3, 4], "workspaces": []}
    (tmp_path / "mine.yaml").write_text(json.dumps({**written, "memory": memory}))
    second = json.loads(run(*QUICK, "-o", "mine.yaml", "--format", "json").stdout)
    assert (first["cases"], second["cases"], second["seconds"]) == (10, 10, first["seconds"])
    assert read_plain("mine.yaml")["memory"] == memory
    assert read_plain("mine.yaml")["latency"] == written["latency"]


def test_an_interruption_keeps_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = calibration.measure

    def interrupted(*arguments: object) -> None:
        measure(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(calibration, "measure", interrupted)
    result = run(*QUICK, "-o", "mine.yaml", code=130)
    assert "of 0 seconds: the same command goes on" in result.stderr
    assert checked(read_plain("mine.yaml"), "mine.yaml")["latency"]["kernels"]


def test_an_interruption_before_there_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(calibration, "measure", interrupted)
    run(*QUICK, "-o", "mine.yaml", code=130)
    assert not (tmp_path / "mine.yaml").exists()
    assert (tmp_path / "mine.measured.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--dtype", "float23"),
            "error: unknown dtype `float23`; did you mean `float32`?\n  = hint: known are `float32`",
        ),
        (("--dtype", "tf32"), "error: `cpu` has no tf32: it takes an NVIDIA GPU of compute capability 8.0"),
        (("--layout", "last"), "error: unknown layout `last`\n  = hint: known are `contiguous`, `channels-last`"),
        (("--mode", "trian"), "error: unknown mode `trian`; did you mean `train`?"),
        (("--device", "meta"), "error: nothing can be timed on `meta`: its tensors hold no numbers"),
        (("--device", "gpu"), "error: unknown device `gpu`; did you mean `cuda`?"),
        (("--seconds", "long"), "error: `--seconds` takes seconds, such as `0.5`, not `long`"),
        (("--seconds", "-1"), "error: the time budget must be from 0 to 86400 seconds, not -1.0"),
        (("--seconds", "nan"), "error: `seconds` must be a number, not `nan`"),
        (
            ("--seconds", "0"),
            "error: only 0 cases were measured in 0 seconds: too few\n  = hint: give it more `--seconds`",
        ),
        (("-o", "none/mine.yaml"), "error: `--output none/mine.yaml`: there is no folder `none`"),
        (("-o", "spec.yaml"), "error: `spec.yaml` is not a device's profile: "),
        (("-o", "other.yaml"), "error: `other.yaml` is the profile of `another`, and this is `"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("name: small\ninput: [3, 8, 8]\nnetwork: [relu]\n")
    about = {"name": "other", "title": "another", "driver": "", "cuda": "", "torch": "", "source": ""}
    (tmp_path / "other.yaml").write_text(json.dumps(about))
    result = run("--device", "cpu", "-o", "mine.yaml", *arguments, code=2)
    assert result.stderr.startswith(message)
    assert not (tmp_path / "mine.yaml").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtypes": "float32"}, "`dtypes` must be a list of names, not the text `'float32'`"),
        ({"modes": [1]}, "`modes` must be a list of names, not a `list`"),
        ({"seconds": "5"}, "`seconds` must be a number, not the text `'5'`"),
        ({"device": 5}, "the device must be a name such as `cpu`, not `5`"),
        ({"again": "yes"}, "`again` must be"),
        ({"second": 5}, "there is no option `second`; did you mean `seconds`?"),
    ],
)
def test_arguments_of_a_wrong_type(options: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cnncost.calibrate("mine.yaml", **options)
    assert str(caught.value).startswith(f"error: {message}")


def test_the_profile_must_be_a_path() -> None:
    with pytest.raises(SpecError, match="the profile must be a path, not `5`"):
        cnncost.calibrate(5)  # type: ignore[arg-type]
