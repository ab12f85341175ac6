"""The page puts boxes where drawings put them: the script's places are those of the Python module."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

import cnncost
from cnncost.render.diagram.data import drawing_data
from cnncost.render.diagram.flow import flow_of
from cnncost.render.diagram.placement import BEND, Size, place
from cnncost.render.diagram.structure import structures_of
from cnncost.render.page.page import ASSETS

SCRIPT = """\
import { readFileSync } from "node:fs";
import { Drawing } from "%(folder)s/graph/drawing.js";
import { placed } from "%(folder)s/graph/placement.js";
const { data, sizes } = JSON.parse(readFileSync(0, "utf-8"));
const drawing = new Drawing(data);
const places = Object.fromEntries([...drawing.blocks].map(([name, block]) => {
  const { x, y, size } = placed(drawing.structure(block), sizes[name]);
  return [name, { x, y, size }];
}));
console.log(JSON.stringify(places));
"""


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "unet", "yolov8n", "efficientdet_d0"])
def test_places_are_those_of_drawings(name: str) -> None:
    node = shutil.which("node")
    if node is None:
        assert "CNNCOST_REQUIRE_BROWSER" not in os.environ
        pytest.skip("there is no Node")
    report = cnncost.analyze(name)
    structures = structures_of(flow_of(report))
    sizes = {
        block: [
            BEND if item % 3 == 2 else Size(20 + item * 7 % 60, 20 + item * 5 % 60, 16 + item * 11 % 40)
            for item in range(len(structure.columns))
        ]
        for block, structure in structures.items()
    }
    given = {
        "data": drawing_data(report),
        "sizes": {block: [size._asdict() for size in row] for block, row in sizes.items()},
    }
    folder = str(ASSETS.joinpath("script"))
    done = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT % {"folder": folder}],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found.keys() == structures.keys()
    for block, structure in structures.items():
        placement = place(structure, sizes[block])
        assert found[block]["x"] == placement.x
        assert found[block]["y"] == placement.y
        assert found[block]["size"] == placement.size._asdict()
