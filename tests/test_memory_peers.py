"""What other tools predict for measured steps: the table is complete, and what is made of it is right."""

from __future__ import annotations

import csv

import pytest

from benchmarks.measured_steps import Step, measured
from cnncost import memory
from docs.writers import memory_peers
from docs.writers.memory_peers import Prediction, errors, percent

with memory_peers.FILE.open(newline="", encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file))


def key(step: Step) -> tuple[str, ...]:
    return (step.network, str(step.batch), "amp_bf16" if step.amp else "fp32", step.optimizer or "", step.group)


@pytest.mark.parametrize("tool", sorted({row["tool"] for row in ROWS}))
def test_a_tool_has_a_row_for_every_step_also_where_it_fails(tool: str) -> None:
    rows = [row for row in ROWS if row["tool"] == tool]
    assert [*map(row_key, rows)] == [*map(key, measured())]
    assert [int(row["measured"]) for row in rows] == [getattr(step, rows[0]["figure"]) for step in measured()]
    assert all(bool(row["predicted"]) != bool(row["note"]) for row in rows)


def test_the_tools_are_explained() -> None:
    assert {row["tool"] for row in ROWS} <= set(memory_peers.COUNTS)


def test_what_was_measured() -> None:
    groups = [step.group for step in measured()]
    assert [groups.count(group) for group in memory_peers.GROUPS] == [36, 24, 21]


@pytest.mark.parametrize("step", [step for step in measured() if step.network == "resnet18"], ids=key)
def test_the_table_holds_what_cnncost_says_today(step: Step) -> None:
    tensors, card = (
        memory(
            step.spec,
            input=list(step.input),
            mode="train" if step.trains else "infer",
            batch=step.batch,
            optimizer={"adamw": "adamw", "momentum_wd": "momentum"}.get(step.optimizer or "", "adam"),
            weight_decay=step.trains,
            amp="bf16" if step.amp else None,
            channels_last=step.channels_last,
            device=device,
        )
        for device in ("cuda", "h200")
    )
    today = {
        "cnncost": tensors.peak_bytes,
        "cnncost h200": card.allocated_bytes,
        "cnncost h200 reserved": card.reserved_bytes,
    }
    table = {row["tool"]: int(row["predicted"]) for row in ROWS if row_key(row) == key(step) and row["tool"] in today}
    assert table == today, "`python benchmarks/memory.py --again --tool` with each of these brings the table up to date"


def row_key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


_KEY = ("network", "batch", "dtype", "optimizer", "group")


def test_the_simple_rules_by_hand() -> None:
    """ResNet-18 in training, batch 8, AdamW: 11,689,512 parameters of four bytes."""
    predicted = {row["tool"]: row["predicted"] for row in ROWS if row_key(row) == RESNET18}
    parameters = 4 * 11_689_512
    assert int(predicted["4 x parameters"]) == 4 * parameters
    assert int(predicted["accelerate"]) == 4 * (parameters + BUFFERS)
    assert int(predicted["vram-check"]) == (1 + 1 + 2 + 2 * 8) * parameters


RESNET18 = ("resnet18", "8", "fp32", "adamw", "float32 training")

BUFFERS = 2 * 4 * 4800 + 20 * 8
"""Running means and variances of 4,800 channels, and a counter of batches of eight bytes for each of 20 norms."""


def row(measured: int, predicted: int | None) -> Prediction:
    return Prediction("a tool", "1", "inference", measured, predicted, 0.1)


def test_errors_by_hand() -> None:
    assert errors([row(100, 90), row(100, 130), row(200, 200)]) == "10 %, 30 % (3)"
    assert errors([row(100, 99), row(100, None)]) == "1.0 %, 1.0 % (1 of 2)"
    assert errors([row(100, None)]) == errors([]) == "–"


def test_percents_by_hand() -> None:
    assert [percent(share) for share in (0.00123, 0.0456, 0.678, 7.07)] == ["0.12 %", "4.6 %", "68 %", "707 %"]
