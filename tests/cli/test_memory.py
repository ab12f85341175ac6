"""`cnncost memory`: the answer first, the exit code, the picture, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["memory", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (["--device", "cpu"], 0, "resnet18: peak 51.3 MiB"),
        (["--device", "cpu", "--memory", "64MiB"], 0, "resnet18: peak 51.3 MiB; fits in 64MiB, 12.7 MiB left"),
        (["--device", "cpu", "--memory", "50MiB"], 1, "resnet18: peak 51.3 MiB; does not fit in 50MiB, 1.33 MiB short"),
        (
            ["--memory", "1GiB"],
            1,
            "resnet18: peak 51.3 MiB; may fit in 1GiB: live tensors leave 973 MiB for what is not known",
        ),
    ],
)
def test_the_first_line_is_the_answer(options: list[str], code: int, line: str) -> None:
    # 46,758,048 bytes of parameters, 38,560 of buffers, 602,112 of the sample, and 3,211,264 for the map of
    # 64 x 112 x 112 twice, before and behind its batch norm: 53,821,248.
    assert run("resnet18", "--mode", "infer", *options, code=code).stdout.splitlines()[0] == line


def test_how_many_bytes_were_taken_is_said() -> None:
    text = run("resnet18", "--memory", "24GB").stdout
    assert "24GB: 24,000,000,000 bytes, 24.0 GB or 22.4 GiB" in text
    text = run("resnet18", "--memory", "24GiB").stdout
    assert "24GiB: 25,769,803,776 bytes, 25.8 GB or 24.0 GiB" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--memory", "24G"], "error: `--memory`: unknown unit `G` in `24G`\n  = hint: write `24GB` in powers of 1000"),
        (["--memory", "1.5"], "error: `--memory`: `1.5` has decimals and no unit"),
        (["--mode", "training"], "error: unknown mode `training`"),
        (["--amp", "fp8"], "error: unknown format of autocast `fp8`"),
        (["--optimizer", "adm"], "error: unknown optimizer `adm`; did you mean `adam`?"),
        (["--batch", "0"], "error: `--batch` takes a whole number from 1, not `0`"),
        (["--accumulate", "x"], "error: `--accumulate` takes a whole number from 1, not `x`"),
        (["--dtype", "int8"], "error: int8 is an inference type"),
        (["--plot", "missing/a.svg"], "error: `--plot missing/a.svg`: there is no folder `missing`"),
    ],
)
def test_what_is_refused(options: list[str], message: str) -> None:
    assert run("resnet18", *options, code=2).stderr.startswith(message)


def test_the_largest_batch() -> None:
    found = json.loads(run("resnet18", "--batch", "1000000000", "--format", "json").stdout)
    assert found["peak_bytes"] > 10**16
    assert found["settings"]["batch"] == 10**9


def test_gaps_make_a_lower_bound_that_says_so(tmp_path: Path) -> None:
    spec = tmp_path / "own.yaml"
    spec.write_text(
        "input: [4, 8, 8]\nlayers:\n  swish():\n    output: input\n    parameters: 0\nnetwork:\n  - swish\n"
    )
    text = run(str(spec), "--mode", "infer").stdout
    assert text.splitlines()[0].startswith("own: peak >=")
    assert "a lower bound: of `swish` it is not known what is kept for backward, or stored" in text


def test_csv_has_every_part() -> None:
    lines = run("resnet18", "--mode", "infer", "--device", "cpu", "--format", "csv").stdout.splitlines()
    assert lines[0] == "part,stage,bytes,share"
    parts = [line.split(",") for line in lines[1:]]
    assert sum(int(size) for _, _, size, _ in parts) == 53_821_248
    assert ["activation", "conv_bn", str(2 * 4 * 64 * 112 * 112)] in [part[:3] for part in parts]


def test_the_picture_is_svg_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "step.svg"
    spec = tmp_path / "odd.yaml"
    spec.write_text(
        'name: "<script>&"\ninput: [3, 8, 8]\nnetwork:\n  - {conv: 4, name: one}\n  - flatten\n  - linear: 10\n'
    )
    run(str(spec), "--memory", "100KiB", "--plot", str(path), code=1)
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "<script>&: what lives in the course of a step" in texts
    for word in ("forward", "loss", "backward", "optimizer", "bytes", "layers, as they run", "kept for backward"):
        assert word in texts
    assert not [*root.iter(f"{SVG}script")]
    named = {element.get("fill") for element in root.iter(f"{SVG}path")}
    drawn = {element.get("fill") for element in root.iter(f"{SVG}rect")}
    assert named <= drawn | {"#222222"}  # every area is in the legend
    assert all(not str(element.get("href")).startswith("http") for element in root.iter())


def test_the_file_is_not_drawn_where_the_network_is_bad(tmp_path: Path) -> None:
    run("resnet5O", "--plot", str(tmp_path / "a.svg"), code=2)
    assert not [*tmp_path.iterdir()]
