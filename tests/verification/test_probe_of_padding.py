"""Receptive fields at borders where padding holds what the input has elsewhere: seen as they are, and no alarm."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from cnncost.language.load import loads
from cnncost.layers.contractions.conv import Conv
from cnncost.report.analyze import analyze_graph
from cnncost.verification.receptive_field.checks import field_checks
from cnncost.verification.result import DIFFERENT, NOT_MEASURED, SAME, Check

MODES = ("zeros", "reflect", "replicate", "circular")
PADS = ("pad", "reflection_pad", "replication_pad", "circular_pad")


def checks_of(text: str) -> list[Check]:
    graph = loads(text, "net.yaml")
    return field_checks(graph, analyze_graph(graph))


def step(random: Random) -> dict[str, Any]:
    """A layer that pads, with a mode of its own."""
    before, after = random.randint(0, 3), random.randint(0, 3)
    if random.random() < 0.3:
        return {random.choice(PADS): [[before, after]]}
    if random.random() < 0.2:
        return {"upsample": 2}
    kernel, dilation, stride = random.randint(1, 3), random.randint(1, 2), random.choice((1, 1, 2))
    window = {"out": 2, "kernel": kernel, "dilation": dilation, "stride": stride, "padding": [[before, after]]}
    return {"conv": {**window, "padding_mode": random.choice(MODES)}}


@pytest.mark.parametrize("seed", range(40))
def test_random_chains_raise_no_alarm(seed: int) -> None:
    random = Random(seed)
    steps = [step(random) for _ in range(5)]
    checks = checks_of(f"input: [2, 40]\nnetwork: {steps}")
    assert [(check.layer, check.note) for check in checks if check.verdict == DIFFERENT] == []
    assert all(check.verdict == SAME for check in checks)


@pytest.mark.parametrize(
    ("mode", "taken"), [("reflect", "circular"), ("circular", "replicate"), ("replicate", "zeros")]
)
def test_padding_from_elsewhere_is_found(monkeypatch: pytest.MonkeyPatch, mode: str, taken: str) -> None:
    right = Conv.reach

    def wrong(layer: Any, x: Any, y: Any) -> Any:
        return right(Conv(**{**vars(layer), "padding_mode": taken}), x, y=y)

    monkeypatch.setattr(Conv, "reach", wrong)
    conv = f"{{conv: {{out: 2, kernel: 1, padding: 3, padding_mode: {mode}}}, name: padded}}"
    checks = checks_of(f"input: [2, 20]\nnetwork: [{conv}, relu]")
    assert [check.layer for check in checks if check.verdict == DIFFERENT] == ["padded", "relu"]


def test_both_ends_of_a_circle_raise_no_alarm_where_units_are_not_followed() -> None:
    circular = "{out: 2, kernel: 3, padding: 1, padding_mode: circular}"
    checks = checks_of(f"input: [2, 20, 16]\nnetwork: [conv: {circular}, permute: [0, 2, 1], relu]")
    verdicts = {check.layer: (check.verdict, check.note) for check in checks}
    assert verdicts["conv"] == (SAME, "")
    why = "some units see both ends of a circular axis, and it is not known which"
    assert verdicts["permute"] == verdicts["relu"] == (NOT_MEASURED, why)
