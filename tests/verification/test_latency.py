"""Latency: when repetitions stop, what is marked, what is reported, and that failures are results.

No test asserts that anything is fast: only structure, order, and arithmetic done again.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import torch

from cnncost.errors import SpecError
from cnncost.language.load import load
from cnncost.measurement import latency as latency_module
from cnncost.measurement import outcome as outcome_module
from cnncost.measurement import step, timing
from cnncost.measurement.ceilings import Ceilings, ceilings
from cnncost.measurement.latency import measure_latency
from cnncost.measurement.layer_latency import profile
from cnncost.measurement.memory import limit
from cnncost.measurement.options import DTYPES, MeasureOptions
from cnncost.measurement.outcome import CompilerFailure, attempt, first_line, is_lost
from cnncost.measurement.results import Latency, LatencyFailure, LatencyOutOfMemory
from cnncost.measurement.step import prepare
from cnncost.measurement.timing import Stopwatch, Timing, enough, repeat
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from tests.graphs import Builder, chain

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from cnncost.graph.graph import Graph

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

CONV = ("conv", {"out": 4, "kernel": 3, "padding": 1})
ROOF = Ceilings(flops_per_second=1e12, matrix_size=1024, bytes_per_second=1e11, copy_bytes=2**25)


def small() -> Graph:
    """Convolution, norm, activation, convolution: nodes 1 to 4."""
    return chain([CONV, "batchnorm", "relu", CONV], (3, 8, 8))


def measured(graph: Graph, progress: Callable[[str, int, int], None] | None = None, **options: Any) -> Any:
    chosen = MeasureOptions(**{"device": "cpu", "seconds": 0.01, **options})
    report = analyze_graph(graph, chosen.report_settings)
    return measure_latency(graph, report, chosen, *([progress] if progress else []))


# When repetitions stop


class Clock:
    """Time that passes only when a step takes it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.steps = 0

    def perf_counter(self) -> float:
        return self.now

    def step(self, durations: Iterator[float]) -> None:
        self.steps += 1
        self.now += next(durations)


def scripted(monkeypatch: pytest.MonkeyPatch, durations: Iterator[float], budget: float) -> tuple[Timing, Clock]:
    clock = Clock()
    monkeypatch.setattr(timing, "time", clock)
    return repeat(lambda: clock.step(durations), "cpu", budget), clock


def same_every_time(seconds: float, runs: int) -> Timing:
    """What runs that all take the same amount to."""
    times = {"median_seconds": seconds, "p10_seconds": seconds, "p90_seconds": seconds}
    return Timing(**times, runs=runs, stable=True, spread=0.0)


def constant(seconds: float) -> Iterator[float]:
    while True:
        yield seconds


def drifting(seconds: float) -> Iterator[float]:
    """Each step takes a tenth longer than the one before: no median settles."""
    while True:
        yield seconds
        seconds *= 1.1


def test_a_stable_median_ends_it_before_the_budget_does(monkeypatch: pytest.MonkeyPatch) -> None:
    found, clock = scripted(monkeypatch, constant(1.0), 60.0)
    assert found == same_every_time(1.0, runs=10)
    assert clock.steps == 10 + 5  # with those that warm up


def test_ten_short_runs_are_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = scripted(monkeypatch, constant(0.01), 10.0)
    assert 100 <= found.runs <= 101  # a tenth of the budget


def test_an_unstable_median_takes_the_whole_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = scripted(monkeypatch, drifting(1.0), 60.0)
    assert not found.stable
    # Warm-up: 1.1^0 ... 1.1^4. Then runs of 1.1^5 = 1.61, 1.77, ... of which 1.61 (1.1^n - 1) / 0.1 >= 60 at n = 17.
    assert found.runs == 17


def test_slow_steps_run_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    found, clock = scripted(monkeypatch, constant(30.0), 2.0)
    assert (found.runs, clock.steps) == (3, 3 + 2)


def test_others_run_five_times(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = scripted(monkeypatch, constant(0.25), 1.25)
    assert found.runs == 5


def test_it_ends_even_if_steps_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = scripted(monkeypatch, constant(0.0), 1.0)
    assert found == same_every_time(0.0, runs=timing.MOST_RUNS)


def test_the_figures_of_a_timing() -> None:
    found = Timing.of([0.5, 0.1, 0.4, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1])
    # Eleven values from 0.1 to 1.1: the percentiles fall on the second, the sixth and the tenth.
    assert (found.p10_seconds, found.median_seconds, found.p90_seconds) == pytest.approx((0.2, 0.6, 1.0))
    assert found.spread == pytest.approx(0.8 / 0.6)


def test_enough_looks_at_the_order_of_the_runs() -> None:
    assert enough([1.0, 1.2] * 10, 22.0, 60.0)
    assert not enough([1.0] * 10 + [1.2] * 10, 22.0, 60.0)


# What is marked


class Recorder(Stopwatch):
    """A stopwatch that remembers what was marked."""

    def __init__(self) -> None:
        super().__init__("cpu")
        self.marked: list[Hashable] = []

    def mark(self, what: Hashable) -> None:
        self.marked.append(what)
        super().mark(what)


def marks(monkeypatch: pytest.MonkeyPatch, graph: Graph, mode: str) -> list[Hashable]:
    """What the last of several steps marks, but for the gaps between layers."""
    recorder = Recorder()
    monkeypatch.setattr("cnncost.measurement.layer_latency.Stopwatch", lambda _: recorder)
    subject = prepare(graph, MeasureOptions(mode=mode), "cpu")
    profile(graph, subject, "cpu", 0.01)
    last = len(recorder.marked) - 1 - recorder.marked[-2::-1].index("end")
    return [what for before, what in pairwise(["", *recorder.marked[last:]]) if what not in (before, "forward")]


def test_inference_marks_every_layer_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert marks(monkeypatch, small(), "infer") == [*(("forward", number) for number in (1, 2, 3, 4)), "end"]


def test_backward_marks_every_layer_in_the_opposite_order(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [("forward", number) for number in (1, 2, 3, 4)]
    back = [("backward", number) for number in (4, 3, 2, 1)]
    assert marks(monkeypatch, small(), "train") == [*there, "loss", "backward", *back, "optimizer", "end"]


def test_a_layer_that_hands_its_input_through_has_no_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain([CONV, ("dropout", {"p": 0.0}), "identity", CONV], (3, 8, 8))
    found = marks(monkeypatch, graph, "train")
    assert ("backward", 3) not in found
    assert ("backward", 1) in found


def test_frozen_layers_at_the_beginning_have_no_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Builder()
    net.input(3, 8, 8)
    net.chain([CONV], trainable=False)
    net.chain(["relu", CONV])
    found = marks(monkeypatch, net.graph(), "train")
    assert [number for number in (1, 2, 3) if ("backward", number) in found] == [3]


def test_no_hooks_are_left_behind() -> None:
    graph = small()
    subject = prepare(graph, MeasureOptions(mode="train"), "cpu")
    profile(graph, subject, "cpu", 0.01)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in subject.model.modules())


def test_a_stopwatch_adds_up_what_begins_several_times(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(timing, "time", clock)
    stopwatch = Stopwatch("cpu")
    for what, now in [("a", 0.0), ("b", 1.0), ("a", 3.0), ("end", 7.0)]:
        clock.now = now
        stopwatch.mark(what)
    assert stopwatch.read() == {"a": 1.0 + 4.0, "b": 2.0}
    stopwatch.restart()
    assert stopwatch.read() == {}


def test_on_a_gpu_marks_are_events_and_milliseconds_become_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    class Event:
        def __init__(self, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            self.place = next(places)

        def elapsed_time(self, later: Event) -> float:
            assert waited  # events have no time before the GPU got there
            return later.place - self.place

    waited: list[str] = []
    places = iter([0.0, 250.0, 1000.0])
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    stopwatch = Stopwatch("cuda:1")
    for what in ("a", "b", "end"):
        stopwatch.mark(what)
    assert stopwatch.read() == {"a": 0.25, "b": 0.75}
    assert waited == ["cuda:1"]


# What is reported


def assert_timing(found: Timing) -> None:
    assert 0 < found.p10_seconds <= found.median_seconds <= found.p90_seconds
    assert found.runs >= 3
    assert found.spread >= 0


@pytest.mark.parametrize("mode", ["infer", "train"])
def test_the_parts_of_a_result(mode: str) -> None:
    graph = small()
    found = measured(graph, mode=mode, batch=2)
    assert (found.device, found.batch, found.mode, found.dtype) == ("cpu", 2, mode, "float32")
    assert_timing(found.eager)
    assert [layer.name for layer in found.layers] == [node.name for node in graph.layers]
    assert all(0 <= layer.p10_seconds <= layer.median_seconds <= layer.p90_seconds for layer in found.layers)
    assert [layer.backward_seconds is None for layer in found.layers] == [mode == "infer"] * 4
    assert list(found.phases or ()) == ([] if mode == "infer" else ["forward", "loss", "backward", "optimizer"])
    assert found.notes == ()
    data = json.loads(json.dumps(found.model_dump(), allow_nan=False))
    assert Latency.model_validate(data) == found
    # What was not asked for, or is not there, is not in the document either.
    assert ("phases" in data, "layers" in data, "compiled" in data) == (mode == "train", True, False)


def test_rates_are_what_was_done_by_the_time_it_took() -> None:
    found = measured(small(), batch=2)
    eager, roof = found.eager, found.ceilings
    # Multiply-accumulates: 64 positions x 9 x 4 x (3 + 4) = 16,128, two FLOPs each and none for the bias; 256 numbers
    # normalised with 5 FLOPs each (two additions, a division, weight and bias) and rectified with one; two samples.
    assert eager.flops_per_second * eager.median_seconds == pytest.approx(2 * (2 * 16_128 + 6 * 256))
    # Numbers: the layers read 192 + 3 x 256 and write 4 x 256 per sample, and read 112 + 8 + 148 weights.
    assert eager.bytes_per_second * eager.median_seconds == pytest.approx(4 * (2 * (192 + 7 * 256) + 268))
    assert eager.flops_share == pytest.approx(eager.flops_per_second / roof.flops_per_second)
    assert eager.bytes_share == pytest.approx(eager.bytes_per_second / roof.bytes_per_second)


def test_a_training_step_does_the_work_of_backward_too() -> None:
    eager = measured(chain([CONV, CONV], (3, 8, 8)), mode="train").eager
    # Forward as above without norm and ReLU; backward both weight gradients, and the input gradient of the second.
    forward, backward = 2 * 16_128, 2 * (16_128 + 64 * 9 * 4 * 4)
    assert eager.flops_per_second * eager.median_seconds == pytest.approx(forward + backward)
    assert eager.bytes_per_second is None
    assert eager.bytes_share is None


def test_a_report_of_other_settings_is_not_used() -> None:
    graph, options = small(), MeasureOptions(device="cpu", seconds=0.01, batch=2, per_layer=False)
    eager = measure_latency(graph, analyze_graph(graph, Settings(batch=7)), options).eager
    assert eager.flops_per_second * eager.median_seconds == pytest.approx(2 * (2 * 16_128 + 6 * 256))


def test_auxiliary_heads_are_timed_in_training_only() -> None:
    net = Builder()
    net.input(3, 8, 8)
    main = net.chain([CONV, "relu"])
    head = net.add(CONV, main, name="head")
    out = net.add(CONV, main, name="out")
    graph = net.graph(out, auxiliary=[head])
    names = {mode: {layer.name for layer in measured(graph, mode=mode).layers} for mode in ("infer", "train")}
    assert names["train"] - names["infer"] == {"head"}


def test_without_layers() -> None:
    found = measured(small(), per_layer=False)
    assert found.layers is None
    assert "layers" not in found.model_dump()


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    measured(small(), progress=lambda *part: told.append(part))
    assert [(done, total) for _, done, total in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert told[1][0] == "test: eager"


@pytest.mark.parametrize(("mode", "training"), [("infer", False), ("train", True)])
def test_layers_run_as_in_inference_or_as_in_training(mode: str, training: bool) -> None:
    subject = prepare(small(), MeasureOptions(mode=mode), "cpu")
    assert {module.training for module in subject.model.modules()} == {training}
    counter = next(buffer for name, buffer in subject.model.named_buffers() if name.endswith("num_batches_tracked"))
    subject.step()
    assert counter == (1 if training else 0)


@pytest.mark.parametrize("mode", ["infer", "train"])
@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "tf32"])
def test_every_dtype_runs_in_that_dtype(dtype: str, mode: str) -> None:
    subject = prepare(small(), MeasureOptions(dtype=dtype, mode=mode), "cpu")
    number = getattr(torch, dtype)
    assert subject.step().dtype == number
    floats = [tensor for tensor in subject.tensors() if tensor.is_floating_point() and tensor.dim()]
    assert {tensor.dtype for tensor in floats} == {number}
    assert_timing(measured(small(), dtype=dtype, mode=mode, per_layer=False).eager)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "lion"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_every_optimizer_trains_and_keeps_what_is_predicted(optimizer: str, dtype: str) -> None:
    options = MeasureOptions(mode="train", optimizer=optimizer, dtype=dtype)
    graph = chain([CONV, "relu", CONV], (3, 8, 8))
    subject = prepare(graph, options, "cpu")
    before = [parameter.clone() for parameter in subject.model.parameters()]
    for _ in range(3):
        subject.step()
    assert all(torch.isfinite(parameter).all() for parameter in subject.model.parameters())
    if dtype == "float32":  # where a step of 1e-6 is not lost in the rounding
        assert any(not torch.equal(old, new) for old, new in zip(before, subject.model.parameters(), strict=True))
    states = subject.tensors()[len(before) + 1 :]
    kept = sum(state.numel() * state.element_size() for state in states if state.dim())
    assert kept == analyze_graph(graph, options.report_settings).totals.optimizer_bytes
    assert bool(subject.notes) == (optimizer == "lion")


def test_channels_last_lays_maps_and_weights_out_so() -> None:
    subject = prepare(small(), MeasureOptions(channels_last=True), "cpu")
    layout = torch.channels_last
    assert subject.inputs[0].is_contiguous(memory_format=layout)
    assert all(weight.is_contiguous(memory_format=layout) for weight in subject.model.parameters() if weight.dim() == 4)
    assert subject.step().is_contiguous(memory_format=layout)


def test_channels_last_of_volumes() -> None:
    subject = prepare(chain([CONV], (3, 4, 4, 4)), MeasureOptions(channels_last=True), "cpu")
    assert subject.inputs[0].is_contiguous(memory_format=torch.channels_last_3d)
    assert subject.notes == ()


def test_channels_last_of_what_has_no_such_layout_is_noted() -> None:
    (note,) = measured(chain([("linear", {"out": 4})], (8,)), channels_last=True).notes
    assert "nothing was changed" in note


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_noted(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    def inputs(*_: Any) -> list[torch.Tensor]:
        return [torch.full((1, 3, 8, 8), value)]

    monkeypatch.setattr(step, "example_inputs", inputs)
    found = measured(small(), mode="train")
    assert_timing(found.eager)
    assert found.notes == ("256 of 256 numbers in the outputs are infinite or not a number",)


def test_what_cannot_be_trained() -> None:
    with pytest.raises(SpecError, match="nothing can be trained"):
        measured(chain(["relu"], (3, 8, 8)), mode="train")
    net = Builder()
    image, guide = net.input(3, 8, 8, name="image"), net.add(("conv", {"out": 8}), net.input(3, 9, 9, name="frame"))
    net.add(("upsample", {"like": "guide"}), image, guide)
    with pytest.raises(SpecError, match="no gradient comes to a layer that is not frozen"):
        measured(net.graph(), mode="train")


def test_options_are_checked() -> None:
    with pytest.raises(SpecError, match="unknown dtype"):
        measure_latency(small(), analyze_graph(small()), MeasureOptions(device="cpu", dtype="float8"))
    with pytest.raises(SpecError, match="nothing can be timed on `meta`"):
        measured(small(), device="meta")


# Ceilings


def test_ceilings_are_measured_once() -> None:
    found = ceilings("cpu", "float32")
    assert found.flops_per_second > 0
    assert found.bytes_per_second > 0
    assert found.matrix_size >= 256
    assert found.copy_bytes >= 32 * 2**20
    assert ceilings("cpu", "float32") is found


def test_shares_of_ceilings() -> None:
    assert ROOF.achieved(0.01, 5 * 10**9, 10**8).model_dump() == {
        "flops_per_second": pytest.approx(5e11),
        "bytes_per_second": pytest.approx(1e10),
        "flops_share": pytest.approx(0.5),
        "bytes_share": pytest.approx(0.1),
    }
    assert set(ROOF.achieved(0.0, 1, 1).model_dump().values()) == {None}


LOW = Ceilings(flops_per_second=1.0, matrix_size=256, bytes_per_second=1.0, copy_bytes=2**25)
"""Those of a device that was busy with something else."""


def test_shares_above_the_ceilings_are_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    high = ROOF.model_copy(update={"flops_per_second": 1e18, "bytes_per_second": 1e18})
    monkeypatch.setattr(latency_module, "ceilings", lambda *_: LOW)
    monkeypatch.setattr(latency_module, "measure_ceilings", lambda *_: high)
    found = measured(small())
    assert found.ceilings == high
    assert max(rates.flops_share for rates in (found.eager, *found.layers)) < 1
    assert found.notes == ()


def test_ceilings_below_what_is_done_are_measured_once_more_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(latency_module, "ceilings", lambda *_: LOW)
    monkeypatch.setattr(latency_module, "measure_ceilings", lambda *_: asked.append(1) or LOW)
    found = measured(small())
    assert asked == [1]
    flops, bytes_ = found.notes
    assert flops.startswith(
        f"the step is at {100 * found.eager.flops_share:.0f} % and 4 layers are above 100 % of the "
    )
    assert "of the ceiling of FLOPs, measured twice: the device was busy" in flops
    assert "of the ceiling of bytes, measured twice: some stayed in a cache" in bytes_


def test_shares_below_the_ceilings_need_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def again(*_: Any) -> Ceilings:
        raise AssertionError("it is measured again")

    monkeypatch.setattr(latency_module, "ceilings", lambda *_: ROOF.model_copy(update={"bytes_per_second": 1e18}))
    monkeypatch.setattr(latency_module, "measure_ceilings", again)
    assert measured(small()).notes == ()


def test_the_higher_of_each_ceiling_holds() -> None:
    other = Ceilings(flops_per_second=2e12, matrix_size=512, bytes_per_second=5e10, copy_bytes=2**26)
    both = Ceilings(flops_per_second=2e12, matrix_size=512, bytes_per_second=1e11, copy_bytes=2**25)
    assert ROOF.raised_to(other) == other.raised_to(ROOF) == both


# The compiler


class TickingClock(Clock):
    """Each look at it takes a millisecond, so that steps that take no time take some."""

    def perf_counter(self) -> float:
        self.now += 0.001
        return self.now


def test_a_compiled_model_is_timed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # Catches compiling within what is timed, and a step that does not run what was compiled. PyTorch traces the model;
    # its own generator of code would need a C compiler, and half a minute.
    clock, trace = TickingClock(), torch.compile

    def compiler(model: torch.nn.Module) -> Callable[..., torch.Tensor]:
        traced = trace(model, backend="eager")
        durations = iter([50.0, *[2.0] * timing.MOST_RUNS])

        def run(x: torch.Tensor) -> torch.Tensor:
            clock.now += next(durations)
            return traced(x)

        return run

    for module in (timing, latency_module):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(latency_module, "ceilings", lambda *_: ROOF)
    monkeypatch.setattr(torch, "compile", compiler)
    found = measured(chain([("linear", {"out": 4}), "relu"], (8,)), compile=True, per_layer=False)
    assert_timing(found.compiled)
    assert found.compiled.compile_seconds == pytest.approx(50, abs=0.1)
    assert found.compiled.median_seconds == pytest.approx(2, abs=0.1)
    assert found.eager.median_seconds < 0.1


def test_a_compiler_that_fails_leaves_the_eager_times(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("backend='inductor' raised:\nno compiler")

    monkeypatch.setattr(torch, "compile", fail)
    found = measured(small(), compile=True)
    assert found.compiled == CompilerFailure(failure="backend='inductor' raised:")
    assert found.model_dump()["compiled"] == {"failure": "backend='inductor' raised:"}
    assert_timing(found.eager)


# Failures


def break_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(latency_module, "prepare", fail)


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.\nSee the documentation"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: ..."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
        MemoryError(),
    ],
)
def test_out_of_memory_is_a_result(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    break_with(monkeypatch, error)
    found = measured(small(), batch=3)
    assert isinstance(found, LatencyOutOfMemory)
    assert found.model_dump()["out_of_memory"] is True
    assert found.batch == 3
    # In blocks of 512 bytes: 432 and 576 bytes of weights, two biases, four of the norm and its counter; the input of
    # 2304 bytes; and two maps of 4 x 64 numbers for each sample, what a layer reads and what it writes.
    assert found.predicted_bytes == 512 * (1 + 2 + 2 + 4 + 1 + 5) + 2 * 3072
    assert found.message == (str(error).splitlines() or ["MemoryError"])[0]


def test_an_error_of_the_device_is_a_result_and_the_next_network_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        break_with(patch, RuntimeError("CUDA error: an illegal memory access was encountered\nCompile with ..."))
        found = measured(small())
    assert found.failure == "CUDA error: an illegal memory access was encountered"
    assert found.device_lost is False
    assert isinstance(found, LatencyFailure)
    assert_timing(measured(small()).eager)


def test_a_device_that_answers_no_more_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: str) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    assert not is_lost("cpu")
    monkeypatch.setattr(outcome_module, "synchronise", gone)
    assert is_lost("cuda:0")


def test_an_interruption_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    break_with(monkeypatch, KeyboardInterrupt())
    before = torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        measured(small())
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_input_passes_through() -> None:
    def refuse() -> None:
        raise SpecError("not like that")

    with pytest.raises(SpecError, match="not like that"):
        attempt(refuse, "cpu", None)


def test_long_messages_are_cut() -> None:
    assert len(first_line(RuntimeError("x" * 10_000))) == 300


def test_a_batch_that_does_not_fit_is_refused_and_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than there is room for: without the limit, Linux might kill the process that runs the tests."""
    if limit.room_bytes() is None:
        pytest.skip("the room is not known here")
    monkeypatch.setattr(limit, "room_bytes", lambda: 64 * 2**20)
    found = measured(chain([CONV, "relu"], (3, 64, 64)), batch=100_000)
    assert found.out_of_memory is True
    assert found.batch == 100_000
    assert found.predicted_bytes > 100_000 * 2 * 4 * 64 * 64 * 4
    assert_timing(measured(small()).eager)


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("mode", ["infer", "train"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_latency_on_a_gpu(dtype: str, mode: str) -> None:
    if dtype == "tf32" and torch.cuda.get_device_capability() < (8, 0):
        pytest.skip("a GPU without tf32")
    found = measured(load("resnet18"), device="cuda", dtype=dtype, mode=mode, channels_last=True, seconds=0.2)
    assert found.device == "cuda:0"
    assert_timing(found.eager)
    assert len(found.layers) == 69
    assert all(layer.median_seconds > 0 for layer in found.layers if layer.type == "conv")


@pytest.mark.gpu
@needs_gpu
@pytest.mark.filterwarnings("ignore")
def test_a_compiled_model_on_a_gpu() -> None:
    found = measured(small(), device="cuda", compile=True, per_layer=False)
    if isinstance(found.compiled, CompilerFailure):
        pytest.skip(f"nothing compiles here: {found.compiled.failure}")
    assert_timing(found.compiled)
    assert found.compiled.compile_seconds > found.compiled.median_seconds


@pytest.mark.gpu
@needs_gpu
def test_out_of_memory_on_a_gpu_and_what_comes_after() -> None:
    found = measured(load("resnet18"), device="cuda", batch=10**6)
    assert found.out_of_memory is True
    assert_timing(measured(small(), device="cuda").eager)
