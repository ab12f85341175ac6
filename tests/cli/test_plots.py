"""`--plot` of `compare` and `zoo`: a picture in a file, and what cannot be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def texts(path: Path) -> list[str | None]:
    return [each.text for each in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compare", "lenet5", "alexnet"), ["lenet5", "alexnet", "MACs", "params", "2 networks by MACs and params"]),
        (("compare", "lenet5", "alexnet", "--axes", "params, peak_bytes"), ["params", "memory (peak)"]),
        (("zoo", "resnet*"), ["resnet50", "MACs", "ImageNet top-1, %"]),
        (("zoo", "--frontier"), ["on the frontier", "another point"]),
        (("zoo", "--task", "detection"), ["COCO AP, %"]),
    ],
)
def test_a_picture_is_written_beside_the_table(arguments: tuple[str, ...], said: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    done = run(*arguments, "--plot", str(path))
    assert done.exit_code == 0, done.output
    assert {*said} <= {*texts(path)}
    plain = run(*(argument for argument in arguments if argument not in ("--axes", "params, peak_bytes")))
    assert done.stdout == plain.stdout


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("compare lenet5 alexnet --axes macs,params", "`--axes` says what a picture has on its axes"),
        ("compare lenet5 alexnet --plot {path} --axes macs", "a picture has two axes, not 1"),
        ("compare lenet5 alexnet --plot {path} --axes macs,mcas", "unknown figure `mcas`; did you mean `macs`?"),
        ("compare lenet5 alexnet --plot {path} --stages", "`--plot` draws whole networks: it goes without `--stages`"),
        ("compare lenet5 --published --plot {path}", "`--published` goes without `--plot`"),
        ("compare lenet5 alexnet --plot missing/a.svg", "there is no folder `missing`"),
        ("zoo --plot missing/a.svg", "there is no folder `missing`"),
        ("zoo --task audio --plot {path}", "nothing here has a published accuracy"),
        ("compare lenet5 alexnet --plot {path}.png", "a.svg.png`: pictures are files of SVG"),
        ("zoo --plot {path}.pdf", "pictures are files of SVG"),
        ("memory lenet5 --plot -", "`--plot -`: pictures are files of SVG\n  = hint: give `--plot FILE.svg`"),
        ("latency lenet5 --device h200 --plot a.png", "pictures are files of SVG\n  = hint: give `--plot a.svg`"),
        ("sweep lenet5 --vary batch=1,2 --pareto params --plot a.png", "pictures are files of SVG"),
        ("zoo --show lenet5 --plot {path}", "`--show` prints one spec as it ships"),
    ],
)
def test_what_cannot_be_drawn(arguments: str, error: str, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    done = run(*arguments.format(path=path).split())
    assert done.exit_code == 2
    assert error in done.stderr
    assert not path.exists()
