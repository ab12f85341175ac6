"""What fits: the largest batch and resolution, to the unit, and what would help."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cnncost import SpecError, fit, load, memory
from cnncost.footprint.fitting.search import largest
from cnncost.language.load import loads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = """
name: small
input: [1, 4, 4]
network:
  - conv: {out: 2, kernel: 1, bias: false}
  - relu
  - conv: {out: 2, kernel: 1, bias: false}
"""
# In inference a sample takes 64 bytes, and the two maps that live at once 128 each; the weights are 24.
WEIGHTS, PER_SAMPLE = 24, 64 + 2 * 128


@pytest.mark.parametrize(
    ("limit", "batch"),
    [
        (WEIGHTS + PER_SAMPLE - 1, 0),
        (WEIGHTS + PER_SAMPLE, 1),
        (WEIGHTS + 2 * PER_SAMPLE - 1, 1),
        (WEIGHTS + 2 * PER_SAMPLE, 2),
        (WEIGHTS + 1000 * PER_SAMPLE, 1000),
        (WEIGHTS + 1001 * PER_SAMPLE - 1, 1000),
        (10**9 * PER_SAMPLE - 1, 999_999_999),
        (10**9 * PER_SAMPLE + WEIGHTS, 10**9),
        (10**30, 10**9),
    ],
)
def test_the_largest_batch_by_hand(limit: int, batch: int) -> None:
    found = fit(loads(SMALL), limit, mode="infer", device="cpu")
    assert (found.largest_batch, found.certain_batch) == (batch, batch)
    assert found.fits is (batch > 0)
    assert found.batch.is_all is (batch == 10**9)
    assert found.batch.needed_bytes == (WEIGHTS + batch * PER_SAMPLE if batch else None)


@pytest.mark.parametrize("settings", [{}, {"amp": "bf16"}, {"mode": "infer"}, {"optimizer": "sgd", "device": "cpu"}])
def test_one_more_sample_does_not_fit(settings: dict[str, Any]) -> None:
    limit = 3 * 2**30
    batch = fit("resnet18", limit, resolution=False, **settings).largest_batch
    fits, exceeds = (memory("resnet18", batch=batch + more, **settings).peak_bytes for more in (0, 1))
    assert fits <= limit < exceeds


@pytest.mark.parametrize(
    "needed",
    [
        lambda n: 7 * n,
        lambda n: 10_000 + n // 512 * 512,
        lambda n: max(5_000 + 3 * n, 40 * n),
        lambda n: n * n,
        lambda n: 5 + 0 * n,
        lambda n: 2**n if n < 200 else 2**200,
        lambda n: 17 * (n // 100),
    ],
)
@pytest.mark.parametrize("limit", [0, 6, 700, 12_345, 10**7])
def test_the_search_finds_where_the_limit_is_crossed(needed: Callable[[int], int], limit: int) -> None:
    most = 10**6
    found = largest(needed, limit, most)
    assert 0 <= found <= most
    assert found == 0 or needed(found) <= limit
    assert found == most or needed(found + 1) > limit


def test_what_grows_evenly_is_found_in_a_few_steps() -> None:
    for limit in (10**6, 10**9, 10**12):
        asked: list[int] = []
        largest(lambda n: asked.append(n) or 123_456 + 789 * n, limit, 10**9)  # noqa: B023
        assert len(asked) <= 5


def test_on_a_card_without_a_profile_the_batch_is_no_more_than_that() -> None:
    found = fit("resnet18", "2GiB", resolution=False)
    assert found.fits is None or found.certain_batch is not None
    assert found.certain_batch is None or found.certain_batch <= found.largest_batch


# Resolution.


def test_the_largest_resolution_is_a_multiple_of_what_the_network_strides_by() -> None:
    limit = 2 * 2**30
    found = fit("resnet18", limit, batch=4, device="cpu").resolution
    assert found.inputs is not None
    _, height, width = found.inputs["input"]
    assert height == width
    assert height % 32 == 0
    fits, exceeds = (
        memory("resnet18", input=[3, size, size], batch=4, device="cpu").peak_bytes for size in (height, height + 32)
    )
    assert fits == found.needed_bytes <= limit < exceeds


def test_sizes_keep_their_proportion(tmp_path: Path) -> None:
    spec = tmp_path / "wide.yaml"
    spec.write_text("input: [1, 6, 9]\nnetwork: [{conv: {out: 1, kernel: 1, bias: false}}]\n")
    # A sample of 2n x 3n, its map and the weight: 2 * 4 * 6 * n**2 + 4 bytes; n = 10 needs 4,804, n = 11 needs 5,812.
    found = fit(spec, 5_811, mode="infer", device="cpu").resolution
    assert found.inputs == {"input": (1, 20, 30)}
    assert found.needed_bytes == 4_804
    assert found.same_parameters


def test_the_largest_resolution_is_certain_only_where_its_verdict_is() -> None:
    found = fit("resnet18", "8GiB").resolution
    assert found.certain_inputs is not None
    assert found.inputs is not None
    size, most = found.certain_inputs["input"][1], found.inputs["input"][1]
    assert size < most
    sizes = (size, size + 32, most, most + 32)
    verdicts = [memory("resnet18", input=[3, each, each], memory="8GiB").verdict for each in sizes]
    assert [verdict is not None and verdict.fits for verdict in verdicts] == [True, None, None, False]
    assert found.to_dict()["certain_inputs"] == {"input": [3, size, size]}


def test_where_all_is_known_the_largest_resolution_is_certain(tmp_path: Path) -> None:
    spec = tmp_path / "wide.yaml"
    spec.write_text("input: [1, 6, 9]\nnetwork: [{conv: {out: 1, kernel: 1, bias: false}}]\n")
    found = fit(spec, 5_811, mode="infer", device="cpu").resolution
    assert found.certain_inputs == {"input": (1, 20, 30)}


def test_no_resolution_is_certain_where_what_a_layer_keeps_is_not_known(tmp_path: Path) -> None:
    spec = tmp_path / "own.yaml"
    spec.write_text("input: [4, 8, 8]\nlayers: {mystery: {output: input}}\nnetwork: [mystery]\n")
    found = fit(spec, "1MB", device="cpu").resolution
    assert found.inputs is not None
    assert found.certain_inputs is None


def test_a_network_that_takes_some_sizes_only_gets_one_of_those(tmp_path: Path) -> None:
    spec = tmp_path / "halves.yaml"
    spec.write_text("input: [1, 6, 6]\nnetwork:\n  - {add: [[{maxpool: 2}, {upsample: {scale: 2}}], []]}\n")
    found = fit(spec, "10KB", mode="infer", device="cpu").resolution
    assert found.inputs is not None
    _, height, width = found.inputs["input"]
    assert height == width > 6
    assert height % 2 == 0


def test_weights_that_depend_on_the_resolution_are_told(tmp_path: Path) -> None:
    spec = tmp_path / "dense.yaml"
    spec.write_text("input: [1, 4, 4]\nnetwork: [flatten, {linear: 1}]\n")
    assert not fit(spec, "1MB", device="cpu").resolution.same_parameters


def test_where_there_is_no_resolution_it_is_said_why(tmp_path: Path) -> None:
    spec = tmp_path / "flat.yaml"
    spec.write_text("input: [8]\nnetwork: [{linear: 2}]\n")
    assert fit(spec, "1MB", device="cpu").resolution.why_not == "its inputs have no spatial sizes"
    graph = load("resnet18")
    assert fit(graph, "1GB").resolution.why_not == "it was not looked for"
    with pytest.raises(SpecError, match="a graph has one resolution"):
        fit(graph, "1GB", resolution=True)
    assert fit("resnet18", 1000, device="cpu").resolution.why_not == "not even the smallest that it accepts fits"


# What would help.


def test_what_would_help_comes_with_its_figures() -> None:
    found = fit("resnet18", "400MiB", batch=8, optimizer="adam", device="cpu", resolution=False)
    changes = {change.name: change for change in found.changes}
    assert {"autocast to bf16", "optimizer sgd", "optimizer momentum"} <= changes.keys()
    for change in found.changes:
        settings = {**found.settings._asdict(), **change.sets}
        peak = memory("resnet18", **settings).peak_bytes
        assert change.verdict.needed_bytes == peak == found.verdict.needed_bytes - change.saved_bytes
        assert change.largest_batch.most == fit("resnet18", "400MiB", resolution=False, **settings).largest_batch
    alone = [change.largest_batch.most for change in found.changes if not change.name.startswith("all")]
    assert all(one >= other for one, other in pairwise(alone))
    # Adam's two moments of 46,758,048 bytes each, and its counters: one of 4 bytes for each of 62 parameters.
    assert changes["optimizer sgd"].saved_bytes >= 2 * 46_758_048 + 4 * 62


def test_what_is_chosen_already_is_not_proposed() -> None:
    found = fit("resnet18", "2GiB", mode="infer", amp="bf16", inplace=True, resolution=False)
    assert found.changes == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"memory": None}, "there is no memory to fit into"),
        ({"memory": "24G"}, "unknown unit `G` in `24G`"),
        ({"memory": "1GB", "batch": 0}, "the batch must be a whole number from 1 to 1,000,000,000, not `0`"),
        ({"memory": "1GB", "optimiser": "sgd"}, "unknown setting `optimiser`; did you mean `optimizer`?"),
    ],
)
def test_what_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        fit("resnet18", **given)
    assert caught.value.message == message


def test_it_is_plain_data() -> None:
    found = fit("resnet18", "1GiB", resolution=False)
    assert json.loads(found.to_json()) == found.to_dict()
