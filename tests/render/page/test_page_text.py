"""The page is one text: its scripts joined from modules, its data as text, and nothing from elsewhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cnncost
from cnncost.render.page.page import ASSETS, script, style
from tests.render.hostile import HOSTILE, hostile_graph

_TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
_LARGEST_RESNET50 = 300_000
_LARGEST_OF_4000_LAYERS = 3_000_000
_LOOP = """
input: [16, 32, 32]
blocks: {unit(): [{conv: {out: 16, kernel: 3, padding: 1}}, batchnorm, relu]}
network: [{unit: [], repeat: 1333}, {conv: [8, 1]}]
"""


class Elements(HTMLParser):
    """The elements of a page, with what they refer to, and the text of its data."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.data = ""
        self._is_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self._is_data = tag == "script" and ("type", "application/json") in attrs

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data += data


def test_names_of_scripts_are_unique() -> None:
    found: dict[str, str] = {}
    for module in Path(str(ASSETS.joinpath("script"))).rglob("*.js"):
        for name in _TOP_LEVEL.findall(module.read_text(encoding="utf-8")):
            assert name not in found, f"{name} in {module.name} and in {found.get(name)}"
            found[name] = module.name


def test_every_module_is_part_of_the_script_and_no_import_is_left() -> None:
    joined = script()
    for module in Path(str(ASSETS.joinpath("script"))).rglob("*.js"):
        for name in _TOP_LEVEL.findall(module.read_text(encoding="utf-8")):
            assert re.search(rf"^(?:async )?(?:function|class|const|let) {name}\b", joined, re.MULTILINE), module.name
    assert not re.search(r"^(import|export)\b", joined, re.MULTILINE)


def test_nothing_ends_the_script_or_the_style_early() -> None:
    assert "</script" not in script().lower()
    assert "<!--" not in script()
    assert "</style" not in style().lower()


def test_nothing_is_taken_from_elsewhere() -> None:
    found = Elements(cnncost.page("lenet5"))
    assert found.references == ["data:,"]
    assert not re.search(r"url\(|@import", style())
    assert "connect-src" not in cnncost.page("lenet5")
    assert "default-src 'none'" in cnncost.page("lenet5")


def test_hostile_names_are_text() -> None:
    text = cnncost.page(hostile_graph())
    plain = Elements(cnncost.page("lenet5"))
    found = Elements(text)
    assert found.tags == plain.tags
    names = json.loads(found.data)["networks"][0]["columns"]["name"]
    assert set(HOSTILE) <= {*names, *json.loads(found.data)["networks"][0]["inputs"]}
    assert json.loads(found.data)["networks"][0]["name"] == HOSTILE[0]


def test_a_very_long_name_is_there_whole() -> None:
    graph = cnncost.load("lenet5")._replace(name="x" * 100_000)
    assert json.loads(Elements(cnncost.page(graph)).data)["networks"][0]["name"] == "x" * 100_000


def test_the_page_of_resnet50_is_small() -> None:
    assert len(cnncost.page("resnet50").encode()) < _LARGEST_RESNET50


def test_the_page_of_4000_layers_is_small(tmp_path: Path) -> None:
    spec = tmp_path / "loop.yaml"
    spec.write_text(_LOOP)
    text = cnncost.page(str(spec))
    assert json.loads(Elements(text).data)["networks"][0]["columns"]["type"]["of"] == ["conv", "batchnorm", "relu"]
    assert len(text.encode()) < _LARGEST_OF_4000_LAYERS
