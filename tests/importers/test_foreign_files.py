"""Files of other programs in the place of a spec, in commands and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost import SpecError, analyze, compare, load
from cnncost.cli.app import app
from tests.importers.darknet_files import yolov3_tiny
from tests.importers.ultralytics_files import yolov8

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "yolov3-tiny.cfg").write_text(yolov3_tiny())
    (tmp_path / "yolov8.yaml").write_text(yolov8("Detect, [nc]"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands() -> None:
    assert "8.85 M" in run("analyze", "yolov3-tiny.cfg")
    assert "layers[0].conv" in run("explain", "yolov3-tiny.cfg", "layers[0].conv")
    assert "11.2 M" in run("compare", "yolov8n.yaml", "yolov8.yaml@s")
    assert run("check", "yolov8n.yaml", "--max-params", "4M")


def test_functions(folder: Path) -> None:
    assert load("yolov8s.yaml").name == "yolov8s"
    assert analyze(folder / "yolov8.yaml", input=[3, 64, 64]).to_dict()["totals"]["params"] == 3_157_200
    reports = compare(["yolov8.yaml@m", "yolov3-tiny.cfg"])
    assert [entry["totals"]["params"] for entry in reports.to_dict()["networks"]] == [25_902_640, 8_852_366]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("missing.cfg", "there is no file `missing.cfg`"),
        ("yolov3-tiny.cfg@width=3", "`yolov3-tiny.cfg` is a file of Darknet, and nothing of it can be set"),
        ("yolov8.yaml@classes=3", "`yolov8.yaml` is a file of Ultralytics, and nothing of it can be set"),
        ("yolov8.yaml@q", "`yolov8.yaml` has no scale `q`"),
        ("yolov9n.yaml", "there is no file `yolov9n.yaml`"),
    ],
)
def test_refused(spec: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(spec)
    assert refused.value.message.startswith(message)


def test_variables_are_of_specs() -> None:
    with pytest.raises(SpecError, match="is a file of Darknet, and variables are of specs"):
        load("yolov3-tiny.cfg", set={"classes": 3})
