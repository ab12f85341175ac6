"""Verifications as tables and as data, from findings written by hand."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from cnncost.measurement.devices import Machine
from cnncost.render import render
from cnncost.render.format import format_names
from cnncost.render.formats.table import render as render_table
from cnncost.render.views.evidence.verify import verification_document
from cnncost.verification.result import (
    Change,
    Check,
    Difference,
    FieldFigures,
    LayerPlace,
    ModelComparison,
    Verification,
)
from tests.render.goldens import check_golden

if TYPE_CHECKING:
    from cnncost.render.document import Document

META = Machine(device="meta", name="shapes without numbers", driver="", torch="2.13.0+cpu", date="2026-01-02")
GPU = Machine(
    device="cuda:0",
    name="NVIDIA H100 80GB HBM3",
    driver="driver 550.54, CUDA 12.4",
    torch="2.13.0",
    date="2026-01-02",
)
INFERENCE = {"batch": 2, "dtype": "float32", "optimizer": "adam", "mode": "infer", "convention": "textbook"}
TRAINING = INFERENCE | {"mode": "train", "optimizer": "adamw"}

FORGETS = "torch counts {} times as much: it forgets the groups of a weight gradient"
STEM = FieldFigures(size=(3, 3), jump=(1, 1), start_padding=(1, 1), is_global=False)
WIDE = FieldFigures(size=(3, 5), jump=(1, 1), start_padding=(1, 1), is_global=False)
HEAD = FieldFigures(size=(32, 32), jump=None, start_padding=(0, 0), is_global=True)
RIGHT = (
    Check.of("stem", "params", 448, 448),
    Check.of("stem", "output_shape", (2, 16, 32, 32), (2, 16, 32, 32)),
    Check.of("stem", "weight_gradient_flops", 884_736, 884_736, FORGETS.format(4)),
    Check.of("head", "params", 650, 650),
    Check.of("head", "output_shape", (2, 10), (2, 10)),
    Check.of("head", "weight_gradient_flops", 2_560, 2_560, FORGETS.format(16)),
    Check.gap("stem", "receptive_field", STEM, "not measured on meta tensors"),
    Check.gap("head", "receptive_field", HEAD, "not measured on meta tensors"),
    Check.of("", "params", 1_098, 1_098),
    Check.of("", "output_shape", ((2, 10),), ((2, 10),)),
    Check.of("", "activation_bytes", 4_194_384, 4_194_384),
)
WRONG = (
    Check.of("stem", "output_shape", (2, 16, 32, 32), (2, 16, 30, 30)),
    Check.different("head", "output_shape", (2, 10), None, "PyTorch does not run it: mat1 and mat2 do not fit"),
    Check.of("head", "params", 640, 650),
    Check.different("stem", "receptive_field", STEM, WIDE, "axis 1: the size is 5, not 3"),
    Check.of("", "params", 1_088, 1_098),
    Check.different("", "output_shape", ((2, 10),), None, "PyTorch does not run it: sizes differ"),
)
EAGER = {
    "median_seconds": 0.0123, "p10_seconds": 0.012, "p90_seconds": 0.0135, "runs": 87, "stable": True, "spread": 0.122,
    "flops_per_second": 2.5e12, "flops_share": 0.05, "bytes_per_second": 1.5e12, "bytes_share": 0.75,
}  # fmt: skip
CEILINGS = {"flops_per_second": 5e13, "matrix_size": 8192, "bytes_per_second": 2e12, "copy_bytes": 2**30}
PHASE = {name: value for name, value in EAGER.items() if "_share" not in name and "per_second" not in name}
WHERE = {"device": "cuda:0", "batch": 2, "dtype": "float32", "mode": "infer", "optimizer": None}
LATENCY = {**WHERE, "channels_last": False, "ceilings": CEILINGS, "eager": EAGER, "notes": ()}
PREDICTED = {
    "peak_bytes": 4_198_776, "peak_phase": "forward", "peak_layer": "relu",
    "parts": {"activation": 4_169_808, "input": 24_576, "parameters": 4_392},
}  # fmt: skip
MEMORY = {
    **WHERE, "predicted": PREDICTED, "method": "allocator statistics",
    "peak_bytes": 3_149_082, "reserved_bytes": 20_971_520, "input_bytes": 24_576, "ratio": 0.75,
    "notes": ("the prediction is of the tensors",),
}  # fmt: skip


def layer(name: str, median: float, backward: float | None = None) -> dict[str, Any]:
    rates = {"flops_per_second": 1e12, "flops_share": 0.02, "bytes_per_second": None, "bytes_share": None}
    times = {"median_seconds": median, "p10_seconds": median, "p90_seconds": median, "backward_seconds": backward}
    return {"name": name, "type": "conv", **times, **rates}


def found(name: str = "sample", checks: tuple[Check, ...] = RIGHT, **others: Any) -> Verification:
    return Verification(network=name, **{"settings": INFERENCE, "machine": META, "checks": checks, **others})


def table(document: Document, width: int = 120) -> str:
    return render_table(document, console=Console(file=io.StringIO(), width=width, color_system=None))


def test_a_network_that_is_right() -> None:
    check_golden("verification.txt", table(verification_document([found()], ("no GPU is there",))))


def test_a_network_that_is_wrong() -> None:
    check_golden("verification-wrong.txt", table(verification_document([found(checks=WRONG)])))


def test_another_model_has_a_table_of_its_own() -> None:
    one = LayerPlace(layer="stem", where="sample.yaml:4:5")
    two = LayerPlace(layer="features.0", where="net.py:12, in module `features.0`")
    text = f"{one} has stride 1, and {two} stride 2"
    stride = Change(field="stride", spec="1", model="2")
    difference = Difference(what="fields", spec=one, model=two, changes=(stride,), layers=1, text=text)
    other = ModelComparison(
        model="net:model",
        compared=12,
        following=3,
        differences=(difference, difference, difference),
        totals=(Check.of("", "params", 1_098, 1_098), Check.of("", "macs", 886_016, 222_464)),
    )
    check_golden("verification-against.txt", table(verification_document([found(against=other)])))


def test_only_the_first_of_many_differences_are_named() -> None:
    wrong = tuple([Check.of(f"layer[{index}]", "params", 1, 2) for index in range(50)])
    text = table(verification_document([found(checks=wrong)]))
    assert "layer[19]" in text
    assert "layer[20]" not in text
    assert "20 of 50" in text


def test_latency_and_memory() -> None:
    latency = LATENCY | {
        "layers": [layer(f"conv_{index}", 0.001 * index) for index in range(1, 13)],
        "compiled": EAGER | {"median_seconds": 0.0061, "stable": False, "compile_seconds": 12.5},
    }
    document = verification_document([found(machine=GPU, latency=latency, memory=MEMORY)])
    check_golden("verification-latency.txt", table(document, width=140))


def test_workspaces_inside_operators_are_told_apart() -> None:
    memory = {**MEMORY, "device": "cpu", "tensor_bytes": 3_149_082, "peak_bytes": 4_197_658, "reserved_bytes": None}
    text = table(verification_document([found(memory=memory)]))
    assert "tensors at the peak" in text
    assert "with workspaces inside operators the peak was 1.00 MiB higher" in text


def test_a_step_of_training() -> None:
    latency = LATENCY | {
        "mode": "train",
        "eager": EAGER | {"bytes_per_second": None, "bytes_share": None, "stable": False},
        "phases": {"forward": PHASE, "backward": PHASE},
        "layers": [layer("stem", 0.004, 0.006), layer("head", 0.001)],
        "compiled": {"failure": "no C++ compiler"},
        "notes": ("the loss is not finite",),
    }
    document = verification_document([found(settings=TRAINING, machine=GPU, latency=latency)])
    check_golden("verification-training.txt", table(document, width=140))


def test_out_of_memory_has_the_prediction() -> None:
    none_left = {"out_of_memory": True, "predicted_bytes": 4_198_776, "message": "CUDA out of ..."}
    memory = {**WHERE, "predicted": PREDICTED, **none_left}
    latency = {**WHERE, "channels_last": False, **none_left}
    lost = found(machine=GPU, memory=memory, latency=latency, failure="memory: out of memory")
    text = table(verification_document([lost]))
    assert "broke off: memory: out of memory" in text
    assert text.splitlines()[-1].split() == ["tensors", "at", "the", "peak", "4.00", "MiB", "–", "–"]


def test_many_networks() -> None:
    networks = [
        found("right", latency=LATENCY),
        found("wrong", checks=WRONG),
        found("broken", checks=(), failure="analysis: ZeroDivisionError: no such formula"),
    ]
    check_golden("verification-of-many.txt", table(verification_document(networks)))


def test_many_networks_that_are_right() -> None:
    text = table(verification_document([found("one"), found("two", checks=RIGHT[:2])]))
    assert text.endswith("\nin 1 of 2 networks some figures are not measured; all networks passed\n")
    assert ["one", "9", "0", "2", "same,", "in", "part"] in [line.split() for line in text.splitlines()]
    assert ["two", "2", "0", "0", "same"] in [line.split() for line in text.splitlines()]
    assert "latency" not in text
    whole = table(verification_document([found("one", checks=RIGHT[:2]), found("two", checks=RIGHT[:2])]))
    assert whole.endswith("\nall networks passed\n")


def test_a_figure_that_is_measured_in_part_says_so() -> None:
    checks = (Check.of("stem", "macs", 1, 1), Check.gap("head", "macs", 2, "why"))
    lines = [line.split() for line in table(verification_document([found(checks=checks)])).splitlines()]
    assert ["MACs", "1", "of", "2", "same,", "in", "part"] in lines


def test_what_broke_off_is_not_all_the_same() -> None:
    text = table(verification_document([found(checks=RIGHT[:2], failure="latency: interrupted")]))
    assert text.rstrip().endswith("\nbroke off: latency: interrupted\n2 figures are the same")


@pytest.mark.parametrize(
    ("checks", "passed", "complete"),
    [
        (RIGHT[:2], True, True),
        (RIGHT, True, False),
        (WRONG, False, True),
        ((*WRONG, *RIGHT), False, False),
    ],
)
def test_data_tells_what_differs_from_what_is_not_measured(
    checks: tuple[Check, ...], passed: bool, complete: bool
) -> None:
    data = json.loads(render(verification_document([found(checks=checks)]), "json"))
    for each in (data, *data["verifications"]):
        assert (each["passed"], each["complete"]) == (passed, complete)


def test_verifications_as_data() -> None:
    data = json.loads(render(verification_document([found(), found("wrong", checks=WRONG)]), "json"))
    assert (data["schema"], data["passed"]) == (1, False)
    assert [each["passed"] for each in data["verifications"]] == [True, False]
    assert data["verifications"][1]["checks"][0] == {
        "layer": "stem", "figure": "output_shape", "predicted": [2, 16, 32, 32], "measured": [2, 16, 30, 30],
        "verdict": "different", "note": "",
    }  # fmt: skip


def test_csv_has_every_check() -> None:
    text = render(verification_document([found(), found("wrong", checks=WRONG)]), "csv")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == len(RIGHT) + len(WRONG)
    assert lines[1]["measured"] == "2x16x32x32"
    assert lines[-5] | {"note": ""} == {
        "network": "wrong", "layer": "head", "figure": "output_shape", "predicted": "2x10", "measured": "",
        "verdict": "different", "note": "",
    }  # fmt: skip


@pytest.mark.parametrize("form", format_names())
def test_every_format(form: str) -> None:
    for networks in ([found(latency=LATENCY, memory=MEMORY)], [found(), found("wrong", checks=WRONG)]):
        assert render(verification_document(networks), form).endswith("\n")


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        (RIGHT[:1], "the one figure is the same"),
        ((Check.of("", "params", 1, 2),), "1 of 1 figures differs"),
        ((*RIGHT[:2], Check.gap("stem", "macs", 1, "why")), "2 figures are the same; 1 is not measured"),
    ],
)
def test_one_figure_is_called_one(checks: tuple[Check, ...], verdict: str) -> None:
    assert f"\n{verdict}\n" in table(verification_document([found(checks=checks)]))
