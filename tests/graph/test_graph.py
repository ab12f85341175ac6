"""The graph as data."""

from __future__ import annotations

import json

from cnncost import load
from cnncost.language.load import loads

SHARED = """
name: twice
input: [4, 8, 8]
vars: {width: 4}
network:
  - {conv: {out: width, kernel: [1, 3], padding: [0, 1]}, name: first_conv, trainable: false}
  - {conv: {out: width, kernel: [1, 3], padding: [0, 1]}, share: first_conv}
"""


def test_a_graph_is_plain_data() -> None:
    data = loads(SHARED, set={"width": "2 * 2"}).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["variables"] == {"width": "2 * 2"}
    assert data["inputs"] == {"input": [4, 8, 8]}
    assert data["outputs"] == ["conv"]
    second = data["layers"][1]
    assert second["fields"]["kernel"] == [1, 3]
    assert second["fields"]["padding"] == [[0, 0], [1, 1]]
    assert (second["inputs"], second["output_shape"]) == (["first_conv"], [4, 8, 8])
    assert (second["weights"], second["trainable"]) == ("first_conv", False)


def test_every_layer_of_a_shipped_network_is_there() -> None:
    data = load("googlenet").to_dict()
    assert len(data["layers"]) == len(load("googlenet").layers)
    assert data["auxiliary"] == ["aux1.linear_2", "aux2.linear_2"]
