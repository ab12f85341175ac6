"""A graph as the spec that a person would have written."""

from __future__ import annotations

import pytest

from cnncost.importers.writer.write import write
from cnncost.language.load import loads
from tests.importers.writer.texts import TEXTS


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_a_person_writes_is_written_again(text: str) -> None:
    assert write(loads(text, "net.yaml")) == text


SPELT_OUT = {
    "a run of equal steps": (
        "network: [{sequence: [{conv: 8}, {conv: 8}, {conv: 8}], name: body}]",
        "- {conv: 8, name: body, repeat: 3}",
    ),
    "a run whose first has another stride": (
        "network: [{sequence: [{conv: {out: 8, stride: 2}}, {conv: 8}, {conv: 8}], name: body}]",
        "- {conv: {out: 8, stride: 2 if first else 1}, name: body, repeat: 3}",
    ),
    "defaults": ("network: [{conv: {out: 8, kernel: 1, bias: true, groups: 1}}]", "- conv: 8"),
    "the stride of a pool": ("network: [{maxpool: {kernel: 2, stride: 2}}]", "- maxpool: 2"),
    "one number for all axes": ("network: [{conv: {out: 8, kernel: [3, 3]}}]", "- conv: {out: 8, kernel: 3}"),
    "even pieces": ("network: [{split: [2, 2]}, concat]", "- {chunk: 2, name: split}\n  - concat"),
    "a number of a name that comes first": (
        "network: [{relu, name: relu_2}, {relu, name: relu}]",
        "- {relu, name: relu_2}\n  - relu",
    ),
    "expressions": ("vars: {a: 3}\nnetwork: [{conv: 2 ** a}, {conv: a * channels}]", "- conv: 8\n  - conv: 24"),
    "a join of one": ("network: [{concat: [[]]}]", "- concat: [[]]"),
    "weights that are frozen with their block": (
        "blocks: {b(): [{conv: 4}, relu]}\nnetwork: [{b, trainable: false}]",
        "- {b, trainable: false}",
    ),
    "a block with the name of a function": ("blocks: {pair(): [{conv: 4}, relu]}\nnetwork: [pair]", "- pair"),
}


@pytest.mark.parametrize(("text", "expected"), SPELT_OUT.values(), ids=SPELT_OUT)
def test_it_is_said_in_the_shortest_way(text: str, expected: str) -> None:
    written = write(loads(f"input: [4, 8, 8]\n{text}", "net.yaml"))
    assert written.partition("network:\n  ")[2].strip() == expected
