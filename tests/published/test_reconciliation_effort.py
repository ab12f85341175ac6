"""What a search takes: bounded by the size of the network, and worth something when it is ended early."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost import Limits, reconcile
from cnncost.language.load import load, loads
from cnncost.published.reconciliation import candidates
from cnncost.published.reconciliation import search as module
from cnncost.published.reconciliation.candidates import Subject
from cnncost.published.reconciliation.counts import MOST_WORK, QUANTITIES, Counts
from cnncost.published.reconciliation.search import STEPS, Interruption, search
from cnncost.published.reconciliation.tally import Tally
from tests.effort import steps

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.graph.graph import Graph

DEEP = """
name: deep
input: [3, 32, 32]
blocks:
  unit():
    - conv: {{out: 16, kernel: 3, padding: 1, bias: false}}
    - batchnorm
    - relu
network: [{{unit, repeat: {units}}}]
published: [{{source: nobody, flops: {flops}}}, {{source: nobody else, flops: {flops}, params: 3T}}]
"""
NOWHERE = "9.87654T"


def deep(folder: Path, units: int) -> str:
    path = folder / f"deep{units}.yaml"
    path.write_text(DEEP.format(units=units, flops=NOWHERE), encoding="utf-8")
    return str(path)


def test_of_a_deep_network_a_few_others_are_read_and_the_rest_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """18,000 layers; also for several figures."""
    read: list[Graph] = []

    def counting_loads(*arguments: Any, **options: Any) -> Graph:
        read.append(loads(*arguments, **options))
        return read[-1]

    monkeypatch.setattr(candidates, "loads", counting_loads)
    found = reconcile(deep(tmp_path, 6000))
    assert len(found) == 3
    assert 2 <= len(read) <= 1 + MOST_WORK // 18_000
    for each in found:
        assert each.matches == ()
        assert [text.split(maxsplit=1)[1] for text in each.untried] == list(STEPS[1:])


def test_what_is_read_first_is_what_may_have_the_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All but the first of the convolutions have 16 x 16 x 9 weights, for each of 224 x 224 positions."""
    monkeypatch.setattr(module, "MOST_WORK", 4000)  # three networks of 1,200 layers
    macs = (399 * 16 + 3) * 16 * 9 * 224**2
    (found,) = reconcile(deep(tmp_path, 400), f"{macs:,}")
    assert (found.matches[0].changes, found.matches[0].value) == (("224 × 224 pixels",), macs)
    assert found.untried


def test_a_search_takes_a_few_times_as_long_as_reading_the_network(tmp_path: Path) -> None:
    path = deep(tmp_path, 200)
    reading = steps(lambda: load(path))
    layers = 600

    def searching(most_work: int) -> None:
        subject = Subject(path, {}, None, Limits())
        search(subject, Counts(subject, QUANTITIES, most_work), NOWHERE)

    nothing_else = steps(lambda: searching(0))
    assert nothing_else < 2.5 * reading
    assert steps(lambda: searching(3 * layers)) < nothing_else + 3.5 * reading


def test_edits_and_ways_of_counting_take_as_long_as_there_are_kinds_of_layers(tmp_path: Path) -> None:
    def counting(units: int) -> int:
        subject = Subject(deep(tmp_path, units), {}, None, Limits())
        return steps(lambda: search(subject, Counts(subject, QUANTITIES, 0), NOWHERE))

    assert counting(300) == counting(30)


def test_layers_that_are_all_different_are_bounded_too(tmp_path: Path) -> None:
    """Each is counted by every convention, which is what takes long: after the network itself, nothing may."""
    path = tmp_path / "wide.yaml"
    steps_ = "\n".join(f"  - {{conv: {{out: {width}, bias: false}}}}\n  - batchnorm" for width in range(1, 400))
    path.write_text(f"input: [3, 8, 8]\nnetwork:\n{steps_}\n", encoding="utf-8")
    subject = Subject(str(path), {}, None, Limits())
    counts = Counts(subject, QUANTITIES, 100)
    found = search(subject, counts, NOWHERE)
    assert [text.split(maxsplit=1)[1] for text in found.untried] == list(STEPS[1:])
    assert len(subject.tally.groups) == 2 * 399
    assert not any(counts.affords(changes) for changes in subject.candidates(1))


def test_nothing_is_left_out_of_a_usual_network() -> None:
    for network in ("resnet50", "efficientnet_b7"):
        assert reconcile(network, NOWHERE)[0].untried == ()


def test_a_thorough_search_leaves_less_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "MOST_WORK", 1500)
    path = deep(tmp_path, 100)  # 300 layers, which ten times as much reads at every resolution
    (usual,), (thorough,) = reconcile(path, NOWHERE), reconcile(path, NOWHERE, thorough=True)
    assert usual.untried
    assert thorough.untried == ()
    assert thorough.tried > usual.tried


def test_a_tally_is_the_network() -> None:
    graph = load("googlenet")
    tally = Tally.of(graph)
    assert tally.layers == sum(group.copies for group in tally.groups) == len(graph.layers)
    assert (
        sum(group.owners * group.node.parameters() for group in tally.groups) == 13_004_888
    )  # torchvision, with heads


class Ended:
    """Progress that is interrupted at the nth step of something."""

    def __init__(self, text: str, done: int) -> None:
        self.at = text, done

    def __call__(self, text: str, done: int, total: int) -> None:
        if (text, done) == self.at:
            raise KeyboardInterrupt


def test_what_was_found_when_it_is_interrupted_is_kept() -> None:
    with pytest.raises(Interruption) as ended:
        reconcile("resnet50", "4.09G", progress=Ended(STEPS[1], 3))
    (found,) = ended.value.found
    assert found.interrupted
    assert found.matches[0].value == 4_089_184_256
    assert found.figure == "4.09G"


def test_figures_before_the_interruption_are_whole() -> None:
    def ends_in_the_second(text: str, *_: int) -> None:
        seen.append(text)
        if seen.count(STEPS[0]) == 2 and text == STEPS[1]:
            raise KeyboardInterrupt

    seen: list[str] = []
    with pytest.raises(Interruption) as ended:
        reconcile("resnet50", progress=ends_in_the_second)
    assert [found.interrupted for found in ended.value.found] == [False, True]
    assert all(found.published_by and found.matches for found in ended.value.found)


def test_an_interruption_before_anything_is_found_is_one() -> None:
    with pytest.raises(KeyboardInterrupt) as ended:
        reconcile("resnet50", "4.09G", progress=Ended(STEPS[0], 0))
    assert type(ended.value) is KeyboardInterrupt
