"""Calibrates a device, predicts shipped networks with that, measures them in the same run, and says how far off it is:

    OMP_NUM_THREADS=1 python benchmarks/latency.py --device cpu        about eleven minutes
    python benchmarks/latency.py --device cuda                         under ten minutes

Calibration and measurements take turns, several rounds of both, so that what changes on the machine meanwhile changes
both. It writes the profile, `docs/measurements/calibrated-NAME.yaml`, and the table, `calibrated-NAME.csv`, where NAME
is `cpu` or the name of the card; `python -m docs.generate --write calibration.md` puts them into the document. A
network's time is the median over the rounds of the least of a round. The measurements of the calibration lie in
`--work`: another run goes on there.
"""

from __future__ import annotations

import argparse
import csv
import fnmatch
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import cnncost
from cnncost.devices import latency_profile
from cnncost.measurement.calibration.reading import OPTIMIZER
from cnncost.measurement.conditions import conditions
from cnncost.measurement.devices import describe, resolve
from cnncost.measurement.options import MeasureOptions
from cnncost.measurement.outcome import Failure, OutOfMemory, attempt
from cnncost.measurement.step import prepare
from cnncost.measurement.timing import Stopwatch, undisturbed_clock
from cnncost.roofline import predict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.measurement.devices import Machine
    from cnncost.roofline import Prediction

OUT = Path(__file__).parents[1] / "docs" / "measurements"

NETWORKS = (
    *("lenet5", "alexnet_torchvision", "nin_imagenet", "googlenet", "vgg11", "inception_v3", "resnet18", "resnet50"),
    *("resnet56", "small_resnet", "densenet121", "resnetv2_50", "resnext50_32x4d", "squeezenet1_0", "squeezenet1_1"),
    *("wide_resnet50_2", "xception", "mobilenet_v1", "mobilenet_v2", "seresnet50", "shufflenet_g3_w1"),
    *("shufflenet_v2_x1_0", "darknet53", "mnasnet1_0", "efficientnet_b0", "hrnet_w18", "mobilenet_v3_large"),
    *("res2net50_26w_4s", "ghostnet_100", "regnet_x_800mf", "regnet_y_800mf", "nf_resnet50", "repvgg_a0", "vit_b_32"),
    *("swin_t", "convnext_tiny", "mobileone_s0_deployed", "convmixer_1024_20", "cbam_resnet50", "dcgan_generator"),
    *("all_cnn_c", "yolov3_tiny"),
)
"""Forty and two, of all kinds and sizes that ship."""

FEWER = (
    "resnet18",
    "resnet50",
    "mobilenet_v2",
    "densenet121",
    "vgg16",
    "efficientnet_b0",
    "convnext_tiny",
    "regnet_y_800mf",
)
"""What a GPU also trains: training has more kinds of kernels, and a GPU is lent for minutes."""


class Run(NamedTuple):
    """How networks are run."""

    networks: Sequence[str]
    batch: int
    dtype: str
    channels_last: bool
    mode: str

    @property
    def layout(self) -> str:
        return "channels-last" if self.channels_last else "contiguous"

    def options(self, device: str) -> MeasureOptions:
        return MeasureOptions(
            device=device,
            batch=self.batch,
            dtype=self.dtype,
            mode=self.mode,
            channels_last=self.channels_last,
            optimizer=OPTIMIZER,
        )


class Plan(NamedTuple):
    """What is done on a kind of device."""

    calibration_seconds: float
    network_seconds: float
    """Of steps, for a network in a round."""
    rounds: int
    runs: Sequence[Run]


PLANS = {
    "cpu": Plan(300, 1.0, 3, [Run(NETWORKS, 1, "float32", False, "infer")]),
    "cuda": Plan(
        200,
        0.2,
        2,
        [
            Run(NETWORKS[::2], 64, "float32", False, "infer"),
            Run(NETWORKS[::2], 64, "bfloat16", True, "infer"),
            Run(FEWER, 32, "float32", False, "train"),
        ],
    ),
}

FEWEST_STEPS = 3


class Measured(NamedTuple):
    """A network under the settings of a run."""

    name: str
    run: Run


def main() -> int:
    """Calibrate, measure, write; the exit code."""
    options = _options()
    choice = resolve(options.device)
    kind = "cuda" if choice.is_cuda else "cpu"
    plan = PLANS[kind]._replace(rounds=options.rounds or PLANS[kind].rounds)
    plan = plan._replace(calibration_seconds=options.seconds or plan.calibration_seconds)
    machine = describe(choice.device)
    name = options.name or ("cpu" if kind == "cpu" else machine.name.split()[-1].lower())
    options.work.mkdir(parents=True, exist_ok=True)
    profile = options.work / f"{name}.yaml"
    wanted = [
        Measured(network, run)
        for run in plan.runs
        for network in run.networks
        if fnmatch.fnmatch(network, options.only)
    ]
    times: dict[Measured, list[float]] = {}
    for number in range(plan.rounds):
        _calibrate(profile, choice.device, plan, number + 1)
        _measure(wanted, choice.device, plan.network_seconds, times)
    lines = [_line(each, times[each], profile, machine) for each in wanted if each in times]
    _write(options.out, name, profile, lines)
    _report(lines)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", metavar="cpu|cuda")
    parser.add_argument("--name", help="of the files; by default the last word of the card's name")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="networks")
    parser.add_argument("--rounds", type=int, help="of calibrating and measuring")
    parser.add_argument("--seconds", type=float, help="of calibrating, all rounds together")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "cnncost-latency")
    return parser.parse_args()


def _calibrate(profile: Path, device: str, plan: Plan, number: int) -> None:
    """One round of the calibration, a part for each way of running: it goes on where the last one ended."""
    shares = plan.rounds * len(plan.runs)
    for place, run in enumerate(plan.runs, 1):
        found = cnncost.calibrate(
            profile,
            device=device,
            seconds=plan.calibration_seconds * ((number - 1) * len(plan.runs) + place) / shares,
            dtypes=[run.dtype],
            layouts=[run.layout],
            modes=[run.mode],
        )
    print(f"{found.cases} cases, {found.again} again, {found.disturbed} disturbed", flush=True)
    for each in found.conditions:
        print(f"  {each.conditions}: spread {each.spread:.1%}, error of a case {each.errors.median:.1%}", flush=True)


def _measure(wanted: Sequence[Measured], device: str, seconds: float, times: dict[Measured, list[float]]) -> None:
    """One round of the networks."""
    for each in wanted:
        graph = cnncost.load(each.name)

        def least(graph: Graph = graph, run: Run = each.run) -> float:
            with conditions(device, run.dtype):
                return _least(graph, run.options(device), device, seconds)

        found = attempt(least, device, None)
        if isinstance(found, (Failure, OutOfMemory)):
            print(f"{each.name} does not run: {found}", file=sys.stderr, flush=True)
            continue
        times.setdefault(each, []).append(found)


def _least(graph: Graph, options: MeasureOptions, device: str, seconds: float) -> float:
    """The least that a step takes."""
    subject = prepare(graph, options, device)
    stopwatch = Stopwatch(device, undisturbed_clock())
    started, readings = time.perf_counter(), []
    subject.step()
    while len(readings) < FEWEST_STEPS or time.perf_counter() - started < seconds:
        stopwatch.restart()
        stopwatch.mark("step")
        subject.step()
        stopwatch.mark("end")
        readings.append(stopwatch.read()["step"])
    return min(readings)


def _line(measured: Measured, taken: Sequence[float], profile: Path, machine: Machine) -> dict[str, Any]:
    run = measured.run
    seconds = statistics.median(taken)
    made = _predicted(measured, profile, machine.device)
    return {
        "device": machine.name,
        "torch": machine.torch,
        "date": machine.date,
        "network": measured.name,
        "batch": run.batch,
        "dtype": run.dtype,
        "layout": run.layout,
        "mode": run.mode,
        "measured_ms": f"{1e3 * seconds:.5g}",
        "spread": f"{(max(taken) - min(taken)) / seconds:.3f}",
        "predicted_ms": f"{1e3 * made.seconds:.5g}",
        "low_ms": f"{1e3 * made.low:.5g}",
        "high_ms": f"{1e3 * made.high:.5g}",
        "flops_over_peak_ms": f"{1e3 * _flops_over_peak(made, profile, run.dtype):.5g}",
        "bound": made.bound,
    }


def _flops_over_peak(made: Prediction, profile: Path, dtype: str) -> float:
    """What the products of matrices would take at the rate of a large one, often taken for the time."""
    flops = sum(each.kernel.flops for each in made.kernels if each.kernel.product is not None)
    return flops / latency_profile(str(profile)).peaks[dtype]


def _predicted(measured: Measured, profile: Path, device: str) -> Prediction:
    settings = measured.run.options(device).step_settings(device)
    return predict(cnncost.load(measured.name), settings, str(profile), tf32=measured.run.dtype == "tf32")


def _write(folder: Path, name: str, profile: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"calibrated-{name}.yaml").write_text(profile.read_text(encoding="utf-8"), encoding="utf-8")
    with (folder / f"calibrated-{name}.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(lines)


def _report(lines: Sequence[Mapping[str, Any]]) -> None:
    """Print every network, and how far off predictions are under each of the settings."""
    for line in lines:
        error = float(line["predicted_ms"]) / float(line["measured_ms"]) - 1
        print(f"{line['network']:24} {line['measured_ms']:>9} ms, predicted {line['predicted_ms']:>9} ms, {error:+.1%}")
    for setting in dict.fromkeys(_setting(line) for line in lines):
        chosen = [line for line in lines if _setting(line) == setting]
        errors = [abs(float(line["predicted_ms"]) / float(line["measured_ms"]) - 1) for line in chosen]
        inside = sum(float(line["low_ms"]) <= float(line["measured_ms"]) <= float(line["high_ms"]) for line in chosen)
        print(
            f"{', '.join(setting)}: median {statistics.median(errors):.1%}, mean {statistics.mean(errors):.1%}, "
            f"worst {max(errors):.1%} of {len(errors)}; {inside} within their interval"
        )


def _setting(line: Mapping[str, Any]) -> tuple[str, ...]:
    return (line["dtype"], line["layout"], line["mode"], f"batch {line['batch']}")


if __name__ == "__main__":
    sys.exit(main())
