"""What the scripts of the page read from its data is what `explain` says of every layer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cnncost
from cnncost.explanation import explain_layer
from cnncost.language.load import loads
from cnncost.metrics import Analysis
from cnncost.settings import Settings
from tests.api.test_pages import data_of

if TYPE_CHECKING:
    from cnncost.explanation import Figure
    from cnncost.graph.graph import Graph

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None and os.environ.get("CNNCOST_REQUIRE_BROWSER") != "1", reason="there is no Node"
)
_OWN = """
input: [3, 8, 8]
layers: {swirl(width): {output: [width, spatial], parameters: width * channels, operations: {mac: channels}}}
network: [{swirl: 4}, relu, {conv: [8, [3, 1]]}, {swirl: 4}, {add: [{conv: [4, 1]}, relu]}]
"""


def explained(graph: Graph, **settings: Any) -> list[dict[str, Any]]:
    """What the page says of every layer."""
    data = json.dumps(data_of(cnncost.page(graph, **settings)))
    script = Path(__file__).with_name("explain.js")
    done = subprocess.run([NODE or "node", str(script)], input=data, capture_output=True, text=True, check=True)
    (found,) = json.loads(done.stdout)
    layers: list[dict[str, Any]] = found
    return layers


@pytest.mark.parametrize("mode", ["infer", "train"])
@pytest.mark.parametrize("name", ["resnet18", "inception_v3", "swin_t", "own"])
def test_the_page_says_what_explain_says(name: str, mode: str) -> None:
    graph = loads(_OWN) if name == "own" else cnncost.load(name)
    analysis = Analysis(graph, Settings(batch=2, mode=mode))
    layers = explained(graph, batch=2, mode=mode)
    for node, said in list(zip(graph.layers, layers, strict=True))[:: 1 if name == "own" else 7]:
        alone = explain_layer(analysis, node)
        assert said["about"] == alone.about
        assert said["figures"] == [as_script_has(figure) for figure in alone.figures]
        assert [(each["letter"], each["number"], each["meaning"]) for each in said["letters"]] == [
            (symbol.symbol, symbol.number, symbol.meaning) for symbol in alone.symbols
        ]
        for algorithm, expected in zip(said["algorithms"], alone.algorithms, strict=True):
            assert (algorithm["title"], algorithm["refusal"]) == (expected.title, expected.refusal)
            assert algorithm["figures"] == [as_script_has(figure) for figure in expected.figures]


def as_script_has(figure: Figure) -> dict[str, Any]:
    """A figure as the script has it."""
    value = figure.value
    if isinstance(value, int) and abs(value) > 2**53:
        value = str(value)  # type: ignore[assignment]
    return figure.to_dict() | {"value": list(value) if isinstance(value, tuple) else value}
