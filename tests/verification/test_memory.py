"""Peak memory against calculations by hand and another model of a network, and as a result when there is too little.

What a convolution or a product of matrices takes for itself differs from processor to processor. The calculations by
hand are therefore of sums and ReLUs, which take nothing; in the other model it is the same as in ours.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from cnncost.errors import SpecError
from cnncost.language.load import load
from cnncost.measurement.memory import limit, measure
from cnncost.measurement.memory.between_operators import replayed, storage_bytes
from cnncost.measurement.memory.limit import limited_to_room, room_bytes
from cnncost.measurement.memory.measure import measure_memory
from cnncost.measurement.options import MeasureOptions
from cnncost.measurement.results import Memory, MemoryOutOfMemory
from tests.compiled_operators import import_torchvision
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph
    from tests.graphs import Step

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

CONV = ("conv", {"out": 16, "kernel": 3, "padding": 1})


def perceptron() -> Graph:
    """A matrix of 1000 x 2000 weights without a bias, and a ReLU."""
    return chain([("linear", {"out": 2000, "bias": False}), "relu"], (1000,))


def of_tokens(steps: Sequence[Step], channels: int, places: int) -> Graph:
    """A network without branches that reads tokens."""
    net = Builder()
    net.input(channels, places, layout="tokens")
    net.chain(steps)
    return net.graph()


def embeddings(count: int) -> Graph:
    """Vectors of 1000 weights, added one after the other, and a ReLU."""
    return of_tokens([*["position_embedding"] * count, "relu"], 10, 100)


def measured(graph: Graph, **options: Any) -> Any:
    return measure_memory(graph, MeasureOptions(**{"device": "cpu", **options}))


@pytest.mark.parametrize(
    ("changes", "before", "peak"), [([], 7, 7), ([5, -5, 4], 0, 5), ([-3, 2], 10, 10), ([1, 2, -3, 9, -9], 100, 109)]
)
def test_the_peak_of_allocations(changes: list[int], before: int, peak: int) -> None:
    events = [{"name": "[memory]", "ts": time, "args": {"Bytes": change}} for time, change in enumerate(changes)]
    assert replayed(events, before).anywhere == peak


def test_workspaces_of_an_operator_are_told_apart() -> None:
    # A product of matrices in an operator that is composed of others: the composed one is looked into, what the other
    # frees before it ends is none of its tensors.
    def memory(time: float, size: int) -> dict[str, object]:
        return {"name": "[memory]", "ts": time, "args": {"Bytes": size}}

    def operator(name: str, begin: float, end: float) -> dict[str, object]:
        return {"name": name, "cat": "cpu_op", "ts": begin, "dur": end - begin}

    events = [
        operator("aten::empty", 2.5, 2.75),
        operator("aten::mm", 2, 4),
        operator("aten::linear", 1, 6),
        memory(2.6, 100),
        memory(3, 30),
        memory(3.5, -100),
        memory(5, -30),
    ]
    assert replayed(events, 7) == (7, 37, "aten::mm", 137)


def test_tensors_that_share_their_storage_count_once() -> None:
    weights = torch.zeros(10, 10)
    assert storage_bytes([weights, weights[2:], weights.t(), torch.zeros(3), torch.zeros(0)]) == 400 + 12


def test_inference_by_hand() -> None:
    found = measured(embeddings(1), batch=4)
    # Weights and input are there; the sum is there until the ReLU has read it, and its output beside it. Catches a peak
    # without what is there between two steps, and one of allocations that are never freed, or not in order.
    weights, x, y = 1000, 4 * 1000, 4 * 1000
    assert found.peak_bytes == 4 * (weights + x + y + y)
    assert found.input_bytes == 4 * x
    assert found.predicted.model_dump() == {
        "peak_bytes": found.peak_bytes,
        "peak_phase": "forward",
        "peak_layer": "relu_2",
        "parts": {"activation": 4 * 2 * y, "input": 4 * x, "parameters": 4 * weights},
    }
    assert found.ratio == 1
    assert found.reserved_bytes is None


def test_two_bytes_for_a_number_are_half_the_memory() -> None:
    # Catches a model, or its inputs, left in float32.
    found = measured(embeddings(1), batch=4, dtype="bfloat16")
    assert found.predicted.peak_bytes == found.peak_bytes == 2 * (1_000 + 4_000 + 8_000)


def test_inference_frees_what_nothing_needs_any_more() -> None:
    graphs = (of_tokens(["position_embedding", *["relu"] * count], 16, 64 * 64) for count in (4, 8))
    four, eight = (measured(graph) for graph in graphs)
    # The weights, the network's input, one in, one out. Catches an inference that keeps what backward would need.
    assert four.peak_bytes == eight.peak_bytes == 4 * 16 * 64 * 64 * 4
    assert eight.predicted.peak_bytes == eight.peak_bytes


@pytest.mark.parametrize(("optimizer", "states"), [("sgd", 0), ("momentum", 1), ("adam", 2)])
def test_training_by_hand(optimizer: str, states: int) -> None:
    found = measured(embeddings(40), batch=4, mode="train", optimizer=optimizer)
    # Weights, their gradients, and what the optimizer keeps of them. Sums keep nothing for backward: on top come the
    # input, a few activations, and numbers in which Adam counts its steps. Catches a peak without the
    # state of the optimizer.
    weights = 40 * 1000
    activations = 6 * 4 * 1000
    assert 0 <= found.peak_bytes - 4 * (2 + states) * weights <= 4 * activations
    assert found.optimizer == optimizer
    counters = 4 * 40 if optimizer == "adam" else 0
    assert found.predicted.parts.get("optimizer", 0) == 4 * states * weights + counters
    assert found.tensor_bytes == found.predicted.peak_bytes


def test_training_keeps_what_backward_needs() -> None:
    graphs = (of_tokens(["position_embedding", "relu"] * pairs, 16, 64 * 64) for pairs in (2, 6))
    short, long = (measured(graph, batch=4, mode="train", optimizer="sgd").peak_bytes for graph in graphs)
    # Of each pair the output of the ReLU is kept; that of the sum, which it replaces, is not. Catches a step without
    # gradients, which keeps nothing.
    weights = 4 * 16 * 64 * 64
    kept = 4 * weights
    assert 4 * kept <= long - short <= 4 * (kept + 2 * weights)


def test_a_training_step_takes_as_much_as_that_of_torchvisions_model() -> None:
    # Catches layers that keep more than PyTorch's, and a peak that leaves a part of the step out.
    model = import_torchvision().models.mobilenet_v2().train()
    found = measured(load("mobilenet_v2", input=[3, 112, 112]), batch=4, mode="train", optimizer="adam")
    assert found.peak_bytes == pytest.approx(peak_of_training(model, torch.rand(4, 3, 112, 112)), rel=0.01)


def peak_of_training(model: torch.nn.Module, x: torch.Tensor) -> int:
    """The peak of a training step with a cross-entropy loss and Adam, by the profiler's events themselves."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-6)
    labels = torch.zeros(len(x), dtype=torch.long)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()

    step()
    optimizer.zero_grad()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        step()
    events = [event for event in record.profiler.kineto_results.events() if event.name() == "[memory]"]
    events.sort(key=lambda event: event.start_ns())
    states = [value for state in optimizer.state.values() for value in state.values()]
    there = sum(tensor.nbytes for tensor in (*model.parameters(), *model.buffers(), *states, x, labels))
    return there + max(accumulate(event.nbytes() for event in events))


def test_allocations_are_replayed_in_the_order_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Catches events in the order of the file, other events among them, and times that are compared as texts.
    events = [("9.5", 700), ("100", -700), ("101", -300), ("8.25", 300), ("1000", 900)]
    memory = [{"name": "[memory]", "ts": time, "args": {"Bytes": size}} for time, size in events]
    other = {"name": "aten::relu", "ts": "9.75", "args": {"Bytes": 5000}}

    class Record:
        def __init__(self, **_: Any) -> None: ...

        def __enter__(self) -> Record:
            return self

        def __exit__(self, *_: object) -> None: ...

        def export_chrome_trace(self, path: str) -> None:
            Path(path).write_text(json.dumps({"traceEvents": [{"ph": "M"}, *memory, other]}), encoding="utf-8")

    monkeypatch.setattr(torch.profiler, "profile", Record)
    found = measured(embeddings(1), batch=4)
    # 300 and 700 at once, beside 1000 weights and the input.
    assert found.peak_bytes == 1000 + 4 * (1000 + 4 * 1000)


@pytest.mark.parametrize("mode", ["infer", "train"])
def test_the_result_is_plain_data(mode: str) -> None:
    found = measured(chain([CONV, "batchnorm", "relu"], (3, 16, 16)), mode=mode, batch=2)
    assert Memory.model_validate(json.loads(json.dumps(found.model_dump()))) == found
    assert (found.device, found.batch, found.dtype, found.mode) == ("cpu", 2, "float32", mode)
    assert sum(found.predicted.parts.values()) == found.predicted.peak_bytes == found.tensor_bytes
    assert ("kept" in found.predicted.parts) is (mode == "train")


def test_nothing_is_measured_on_meta() -> None:
    with pytest.raises(SpecError, match="nothing can be timed on `meta`"):
        measured(perceptron(), device="meta")


def test_out_of_memory_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 80 bytes.")

    monkeypatch.setattr(measure, "prepare", fail)
    found = measured(perceptron(), batch=4)
    assert found.out_of_memory is True
    assert found.predicted_bytes == found.predicted.peak_bytes == 4 * (2_000_000 + 4 * (1_000 + 2 * 2_000))
    assert found.batch == 4
    assert isinstance(found, MemoryOutOfMemory)


def test_measuring_says_nothing_on_standard_error() -> None:
    """In a process of its own: libraries speak there past Python, and some only once.

    What PyTorch says of this processor, it says in the first step; what is said behind the mark comes of measuring.
    """
    program = """
import os
from cnncost import load
from cnncost.measurement.memory.measure import measure_memory
from cnncost.measurement.options import MeasureOptions
from cnncost.measurement.step import prepare
graph, options = load("lenet5"), MeasureOptions(device="cpu", mode="train")
subject = prepare(graph, options, "cpu")
subject.step()
os.write(2, b"mark\\n")
assert measure_memory(graph, options).peak_bytes > 0
"""
    quiet = {name: value for name, value in os.environ.items() if name != "KINETO_LOG_LEVEL"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=quiet)
    before, _, behind = done.stderr.partition("mark\n")
    assert done.stdout == ""
    assert without_numbers(behind) - without_numbers(before) == set()  # catches a profiler that reports its start


def without_numbers(text: str) -> set[str]:
    """Lines without the numbers in them, which are times and processes."""
    return {re.sub(r"\d+", "", line) for line in text.splitlines()}


def test_the_profiler_is_as_loud_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    for level in (None, "3"):
        if level is None:
            monkeypatch.delenv("KINETO_LOG_LEVEL", raising=False)
        else:
            monkeypatch.setenv("KINETO_LOG_LEVEL", level)
        measured(chain(["relu"], (8,)))
        assert os.environ.get("KINETO_LOG_LEVEL") == level


# The room that is left


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the root of the file system."""
    words = limit._words
    monkeypatch.setattr(limit, "_words", lambda path: words(f"{tmp_path}{path}"))
    for folder in ("proc", "sys/fs/cgroup"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_the_room_is_that_of_the_machine_and_of_the_container(kernel: Path) -> None:
    assert room_bytes() is None
    (kernel / "proc/meminfo").write_text("MemTotal:  9000 kB\nMemAvailable:  5000 kB\n")
    assert room_bytes() == 5000 * 1024
    group = kernel / "sys/fs/cgroup"
    (group / "memory.stat").write_text("anon 1000000\nfile 2000000\n")
    (group / "memory.max").write_text("max\n")
    assert room_bytes() == 5000 * 1024
    (group / "memory.max").write_text("4000000\n")
    assert room_bytes() == 3_000_000
    (group / "memory.max").write_text("500\n")
    assert room_bytes() == 0


@pytest.mark.skipif(room_bytes() is None, reason="the room is not known here")
def test_the_limit_is_lifted_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    def allocate() -> None:
        with limited_to_room("cpu"):
            assert resource.getrlimit(resource.RLIMIT_AS) != before
            torch.zeros(2**40, dtype=torch.uint8)

    monkeypatch.setattr(limit, "room_bytes", lambda: 2**26)
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        allocate()
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_gpu_needs_addresses_without_limit() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with limited_to_room("cuda:0"):
        assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_memory_on_a_gpu(mode: str) -> None:
    found = measured(load("resnet18"), device="cuda", batch=8, mode=mode)
    assert found.method == "allocator statistics"
    assert found.predicted.peak_bytes <= found.peak_bytes
    assert found.peak_bytes <= found.reserved_bytes
    live = {0: 0}
    for block, size in found.trace:  # what is freed is what was allocated, or was there before
        assert block <= 0 or block not in live
        assert block >= 0 or live.pop(-block) == size
        live.update({block: size} if block > 0 else {})
    assert len(found.trace) > 100


@pytest.mark.gpu
@needs_gpu
def test_inference_by_hand_on_a_gpu() -> None:
    found = measured(perceptron(), device="cuda", batch=4)
    exact = 4 * (1000 * 2000 + 4 * (1000 + 2 * 2000))
    assert exact <= found.peak_bytes <= exact + 4 * 512  # blocks are rounded up to 512 bytes


@pytest.mark.gpu
@needs_gpu
def test_out_of_memory_on_a_gpu() -> None:
    found = measured(load("resnet18"), device="cuda", batch=10**6)
    assert found.out_of_memory is True
    assert measured(perceptron(), device="cuda").ratio > 0
