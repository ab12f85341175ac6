"""What verification says of units that a reshape or a permutation moved: nothing wrong, and no more than it saw."""

from __future__ import annotations

import random

import pytest

from cnncost.language.load import loads
from cnncost.report.analyze import analyze_graph
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME
from tests.metrics.test_receptive_field_of_moved_units import random_network


@pytest.mark.parametrize("seed", range(80))
def test_no_network_raises_a_false_alarm(seed: int) -> None:
    graph = random_network(random.Random(1000 + seed))
    assert [check for check in field_checks(graph, analyze_graph(graph)) if check.verdict == DIFFERENT] == []


@pytest.mark.parametrize(
    ("shape", "layers", "verdicts"),
    [
        ([1, 6, 4], ["adaptive_avgpool: [1, 4]", "permute: [0, 2, 1]"], [SAME, SAME]),
        ([2, 4, 5], ["patch_tokens", "select_token: 12"], [SAME, NOT_MEASURED]),
        (
            [4, 6, 6],
            ["flatten", "reshape: [2, 72]", "upsample: {size: 12, mode: linear}"],
            [SAME, NOT_MEASURED, NOT_MEASURED],
        ),
        (
            [4, 20],
            ["concat: [[{space_to_depth: 2}, {upsample: {scale: 2}}], []]"],
            [NOT_MEASURED, NOT_MEASURED, NOT_MEASURED],
        ),
        ([2, 8, 8], ["flatten", "linear: 4", "reshape: [1, 2, 2]"], [SAME, SAME, SAME]),
    ],
)
def test_what_one_channel_cannot_show_is_not_measured(shape: list[int], layers: list[str], verdicts: list[str]) -> None:
    graph = loads(f"input: {shape}\nnetwork:\n" + "".join(f"  - {layer}\n" for layer in layers))
    assert [check.verdict for check in field_checks(graph, analyze_graph(graph))] == verdicts
