"""What a step was, as a report: its peak, what lived there, its course, and whether it fits."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from cnncost import SpecError, fit, load, memory
from cnncost.devices import memory_profile
from cnncost.devices.profile import FOLDER
from cnncost.footprint.fitting.capacity import LARGEST_CONTEXT, capacity_of, verdict_on
from cnncost.language.load import loads

SMALL = """
name: small
input: [1, 4, 4]
network:
  - conv: {out: 2, kernel: 1, bias: false}
  - relu
  - conv: {out: 2, kernel: 1, bias: false}
"""
# In bytes: the sample 4 * 16, the weights 4 * 2 and 4 * 4, and each map 4 * 2 * 16.
SAMPLE, WEIGHTS, MAP = 64, 8 + 16, 128

OWN = """
input: [4, 8, 8]
layers:
  swish():
    output: input
    parameters: 0
    buffers: 0
{kept}network:
  - {{conv: {{out: 4, kernel: 1}}}}
  - swish
"""


def test_inference_by_hand() -> None:
    found = memory(loads(SMALL), mode="infer", device="cpu")
    assert found.peak_bytes == SAMPLE + WEIGHTS + 2 * MAP
    assert (found.peak_phase, found.peak_layer) == ("forward", "relu")
    assert {part.kind: part.bytes for part in found.parts} == {
        "activation": 2 * MAP,
        "input": SAMPLE,
        "parameters": WEIGHTS,
    }
    assert {part.kind: dict(part.stages) for part in found.parts}["activation"] == {"conv": MAP, "relu": MAP}
    # The first map is let go as soon as the second is there, and the second when the third is.
    assert [(each.layer, each.peak_bytes, each.bytes) for each in found.timeline] == [
        ("conv", SAMPLE + WEIGHTS + MAP, SAMPLE + WEIGHTS + MAP),
        ("relu", SAMPLE + WEIGHTS + 2 * MAP, SAMPLE + WEIGHTS + MAP),
        ("conv_2", SAMPLE + WEIGHTS + 2 * MAP, SAMPLE + WEIGHTS + MAP),
    ]
    assert found.kept_bytes == 0


def test_what_is_kept_by_hand() -> None:
    found = memory(loads(SMALL), device="cpu", optimizer="sgd")
    # conv keeps the sample, ReLU its output, conv_2 that too, the loss the logarithms, as large as a map, 8 bytes
    # for the class of each of 16 positions, and one number.
    assert found.kept_by_layer == {"conv": SAMPLE, "relu": MAP, "loss": MAP + 8 * 16 + 4}
    assert found.kept_bytes == sum(found.kept_by_layer.values())


@pytest.mark.parametrize("settings", [{}, {"mode": "infer"}, {"amp": "bf16", "device": "cpu"}, {"optimizer": "sgd"}])
def test_the_parts_and_the_course_add_up_to_the_peak(settings: dict[str, Any]) -> None:
    found = memory("resnet18", batch=2, **settings)
    assert sum(part.bytes for part in found.parts) == found.peak_bytes
    assert max(each.peak_bytes for each in found.timeline) == found.peak_bytes
    highest = next(each for each in found.timeline if each.peak_bytes == found.peak_bytes)
    assert (highest.phase, highest.layer) == (found.peak_phase, found.peak_layer)
    assert dict(highest.parts) == {part.kind: part.bytes for part in found.parts}
    assert all(sum(each.parts.values()) == each.peak_bytes >= each.bytes for each in found.timeline)


def test_in_every_pass_of_several_it_is_known_what_is_kept() -> None:
    found = memory("resnet18", batch=2, accumulate=2, device="cpu")
    kept = [each.parts["kept"] for each in found.timeline if each.phase == "loss"]
    assert len(kept) == 2
    assert kept[0] == kept[1] > 0.9 * found.kept_bytes - 2 * 4 * 3 * 224 * 224


@pytest.mark.parametrize("device", ["cpu", "cuda", "h200"])
def test_any_number_of_passes_takes_no_longer_and_no_more(device: str) -> None:
    steps = [memory("lenet5", batch=2, accumulate=passes, device=device) for passes in (3, 10**9)]
    few, many = [(each.peak_bytes, each.kept_bytes, each.steady_bytes, each.reserved_bytes) for each in steps]
    assert few == many


@pytest.mark.parametrize("device", [True, 3, None, [], ["cpu"], b"cpu", object()])
def test_a_device_is_a_name_or_a_path(device: Any) -> None:
    for of in (memory, partial(fit, memory="1GiB")):
        with pytest.raises(TypeError, match="`device` must be the name of a device, or the path of a profile, not "):
            of("lenet5", device=device)


def test_a_profile_is_found_by_its_path() -> None:
    path = FOLDER / "h200.yaml"
    assert memory("lenet5", device=path).allocated_bytes == memory("lenet5", device="h200").allocated_bytes


@pytest.mark.parametrize("resolution", ["no", 0, []])
def test_whether_the_resolution_is_looked_for_is_no_text(resolution: Any) -> None:
    with pytest.raises(TypeError, match="`resolution` must be `True` or `False`, not "):
        fit("lenet5", "1GiB", resolution=resolution)


def test_a_layer_that_says_what_it_keeps_is_counted_and_another_makes_a_lower_bound() -> None:
    exact = memory(loads(OWN.format(kept="    kept: channels * positions\n")), device="cpu")
    bound = memory(loads(OWN.format(kept="")), device="cpu")
    assert (exact.lower_bound, exact.unknown_layers) == (False, ())
    assert (bound.lower_bound, bound.unknown_layers) == (True, ("swish",))
    # The convolution's output, which the layer reads, and as much besides: 4 x 8 x 8 numbers of 4 bytes each.
    assert exact.kept_by_layer["swish"] == 2 * 4 * 256
    assert "swish" not in bound.kept_by_layer
    assert bound.peak_bytes < exact.peak_bytes


def test_in_inference_it_does_not_matter_what_is_kept() -> None:
    assert not memory(loads(OWN.format(kept="")), mode="infer").lower_bound


def test_several_inputs_outputs_and_auxiliary_heads() -> None:
    two = loads("""
input: {left: [1, 4, 4], right: [1, 4, 4]}
network:
  - {add, from: [left, right], name: sum}
  - {relu, name: rectified}
outputs: [sum, rectified]
""")
    found = memory(two, mode="infer", device="cpu", batch=3)
    assert found.inputs == {"left": (3, 1, 4, 4), "right": (3, 1, 4, 4)}
    assert found.peak_bytes == 3 * 4 * SAMPLE  # both inputs and both outputs
    heads = memory("googlenet", batch=2)
    assert {"aux1", "aux2"} <= {
        (each.layer or "").partition(".")[0] for each in heads.timeline if each.phase == "forward"
    }


def test_where_nothing_is_trained_there_is_no_backward() -> None:
    found = memory(loads("input: [1, 4, 4]\nnetwork: [relu]\n"), device="cpu")
    assert [each.phase for each in found.timeline] == ["forward", "loss", "optimizer"]
    assert found.kept_bytes == 0


def test_the_largest_batch_has_a_figure() -> None:
    one, most = (memory("resnet18", batch=batch, mode="infer", device="cpu").peak_bytes for batch in (1, 10**9))
    stored = 4 * 11_689_512 + 4 * 9_600 + 8 * 20  # parameters, statistics and counters of ResNet-18
    assert most - stored == 10**9 * (one - stored)


@pytest.mark.parametrize(
    ("given", "fits", "free"),
    [("344", True, 0), (345, True, 1), ("343", False, -1), ("1KB", True, 656), ("1KiB", True, 680)],
)
def test_whether_it_fits_on_a_processor(given: str | int, fits: bool, free: int) -> None:
    verdict = memory(loads(SMALL), mode="infer", device="cpu", memory=given).verdict
    assert verdict is not None
    assert (verdict.fits, verdict.free_bytes, verdict.basis) == (fits, free, "peak_bytes")


def test_what_the_allocator_takes_and_the_context_count_on_a_card_with_a_profile() -> None:
    found = memory(loads(SMALL), mode="infer", device="h200")
    low, high = memory_profile("h200").context
    reserved = found._replace(reserved_bytes=10**9)
    verdicts = [verdict_on(reserved, capacity_of(10**9 + free)) for free in (low - 1, low, high - 1, high)]
    assert [verdict.fits for verdict in verdicts] == [False, None, None, True]
    assert {verdict.basis for verdict in verdicts} == {"reserved_bytes"}


def test_on_a_card_without_one_workspaces_are_a_bound() -> None:
    found = memory(loads(SMALL), mode="infer", device="cuda")._replace(reserved_bytes=None, workspace_bytes=1000)
    most = found.peak_bytes + 1000 + LARGEST_CONTEXT
    verdicts = [verdict_on(found, capacity_of(size)) for size in (found.peak_bytes - 1, found.peak_bytes, most)]
    assert [verdict.fits for verdict in verdicts] == [False, None, True]


def test_a_lower_bound_never_fits_for_certain() -> None:
    verdict = memory(loads(OWN.format(kept="")), device="cpu", memory="1GiB").verdict
    assert verdict is not None
    assert verdict.fits is None
    too_little = memory(loads(OWN.format(kept="")), device="cpu", memory=1).verdict
    assert too_little is not None
    assert too_little.fits is False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("24G", "unknown unit `G` in `24G`"),
        ("24", None),
        ("lots", "`lots` is not a valid amount"),
        (0, "`memory` must be at least one byte"),
        ("0GiB", "`memory` must be at least one byte"),
        (1.5, '`memory` must be a number of bytes, or a text such as "24GiB", not `1.5`'),
        (True, '`memory` must be a number of bytes, or a text such as "24GiB", not `True`'),
        ([], '`memory` must be a number of bytes, or a text such as "24GiB", not a `list`'),
    ],
)
def test_what_is_an_amount_of_memory(given: Any, message: str | None) -> None:
    graph = load("resnet18")
    if message is None:
        assert memory(graph, memory=given).verdict is not None
        return
    with pytest.raises(SpecError) as caught:
        memory(graph, memory=given)
    assert caught.value.message == message


def test_it_is_plain_data() -> None:
    found = memory("resnet18", mode="infer", memory="1GiB")
    assert json.loads(found.to_json()) == found.to_dict()
