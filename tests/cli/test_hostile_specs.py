"""Specs of anybody's: whatever names, sources and notes say comes out as text, by every command in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from tests.render.hostile import HOSTILE
from tests.render.read_back import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = """
name: {name}
source: {source}
vars: {{width: 4, act: relu}}
expect: {{params: 1, macs: 2, source: {note}}}
published:
  - {{source: {source}, params: 1.6K, flops: 5K, accuracy: 70, metric: {note}, note: {name}}}
input: [3, 8, 8]
network: [{{conv: [width, 3]}}, act, flatten, linear: 10]
"""
NAME = "<script>[red]=1+1`|`"
"""Of a file: no separators of paths, nor what stands between a network and its settings."""

COMMANDS = {
    "analyze": "analyze {first}",
    "analyze types": "analyze {first} --by type --convention textbook,fvcore",
    "compare": "compare {first} {second}",
    "compare many": "compare {first} {second} {first} {second} {first}",
    "stages": "compare {first} {second} --stages",
    "published": "compare {first} --published",
    "memory": "memory {first}",
    "fit": "fit {first} --memory 1MiB --device cpu",
    "check": "check {first} --max-params 5",
    "explain": "explain {first}",
    "explain a layer": "explain {first} conv",
    "closed forms": "explain {first} --symbolic batch",
    "verify": "verify {first} --device meta",
    "reconcile": "reconcile {first} 1.6K",
    "sweep": "sweep {first} --vary width=4,8 --pareto params,macs",
}


@pytest.fixture
def specs(tmp_path: Path) -> dict[str, str]:
    """Two files of hostile texts; their names are hostile too."""
    paths = {}
    for turn, key in enumerate(("first", "second")):
        texts = [json.dumps(f"{HOSTILE[turn]} {HOSTILE[turn + 4]} {text}") for text in HOSTILE]
        path = tmp_path / f"{NAME}{turn}.yaml"
        path.write_text(SPEC.format(name=texts[8], source=texts[10], note=texts[14]))
        paths[key] = str(path)
    return paths


def run(command: str, specs: dict[str, str], *options: str) -> str:
    arguments = [part.format(**specs) for part in command.split()]
    done = CliRunner().invoke(app, [*arguments, *options])
    assert done.exit_code in (0, 1), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return str(done.stdout)


def texts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from (key, *texts(value))
    elif isinstance(data, list):
        for value in data:
            yield from texts(value)
    elif isinstance(data, str):
        yield data


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_shows_text(command: str, specs: dict[str, str]) -> None:
    for form, read in READERS.items():
        assert read(run(command, specs, "--format", form))
    rows = list(csv.reader(io.StringIO(run(command, specs, "--format", "csv"))))
    assert len({*map(len, rows)}) == 1
    for cell in (cell for row in rows for cell in row):
        assert re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?%?", cell) or not re.match(r"\s*[=+\-@]", cell)
    said = "\n".join(texts(json.loads(run(command, specs, "--format", "json"))))
    assert "<script>" in said
    assert "\x1b" not in run(command, specs)


@pytest.mark.parametrize(
    "command", ["memory {first} --plot", "sweep {first} --vary width=4,8 --pareto params,macs --plot"]
)
def test_pictures_show_text(command: str, specs: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    run(f"{command} {path}", specs)
    names = {element.tag.partition("}")[2] for element in ElementTree.parse(path).iter()}
    assert names.isdisjoint({"script", "a", "image", "foreignObject", "use"})
