"""One network verified: its counts, its receptive fields, its latency and its memory, each for itself.

Whatever breaks (a model that PyTorch refuses, memory that runs out, a device that goes away) is what was found out, and
the parts that do not need it go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cnncost.errors import LayerError, SpecError
from cnncost.measurement.devices import Machine, describe, refuse_unsupported, resolve
from cnncost.measurement.outcome import Failure, OutOfMemory, is_interruption, is_lost
from cnncost.measurement.predicted import profile_for
from cnncost.progress import no_progress
from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple
from cnncost.report.analyze import analyze_graph
from cnncost.verification.result import RunSettings, Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.measurement.options import MeasureOptions
    from cnncost.measurement.results import LatencyResult, MemoryResult
    from cnncost.progress import Progress
    from cnncost.report.report import Report
    from cnncost.verification.comparison.reference import Reference
    from cnncost.verification.result import Check, ModelComparison

T = TypeVar("T")

_LONGEST_REASON = 200


class Plan(NamedTuple):
    """What to verify, and how to measure it."""

    options: MeasureOptions
    """Of the measurements."""
    machine: Machine
    """Where they are made."""
    latency: bool
    """Whether it is measured."""
    memory: bool = False
    """Whether the peak is measured."""
    against: Reference | None = None
    """Another network, to compare the network with as well."""
    note: str = ""
    """What a user should know of the choice of the device."""

    @classmethod
    def checked(
        cls,
        options: MeasureOptions,
        *,
        latency: bool | None = None,
        memory: bool = False,
        against: Reference | None = None,
    ) -> Plan:
        """The plan, if it can be carried out here; latency is measured wherever it can be unless it is said.

        Raises:
            SpecError: PyTorch or the device is not there, or options that cannot be.
        """
        import_torch("verify")
        choice = resolve(options.checked().device)
        if latency is None:
            latency = choice.measures
        if latency or memory:
            refuse_unsupported(choice, options.dtype)
        machine = describe(choice.device)
        profile = profile_for(options.profile, machine) if latency else ""
        options = options._replace(device=choice.device, profile=profile)
        return cls(options, machine, latency, memory, against, choice.note)


class Interruption(KeyboardInterrupt):
    """Somebody pressed Ctrl-C while a network was verified."""

    def __init__(self, found: Verification) -> None:
        super().__init__()
        self.found = found
        """What was found until then."""


def verify_graph(graph: Graph, plan: Plan, progress: Progress = no_progress) -> Verification:
    """Carry out a plan on one network. Nothing else but an interruption ends it before its parts are done.

    Raises:
        SpecError: a convention of the user's that cannot count it.
        Interruption: somebody pressed Ctrl-C.
    """
    return _Run(graph, plan, progress).verification()


class _Run:
    """The parts of a verification, one after the other, and what went wrong in each."""

    def __init__(self, graph: Graph, plan: Plan, progress: Progress) -> None:
        self.graph = graph
        self.plan = plan
        self.progress = progress
        settings = RunSettings.of(plan.options.report_settings)
        self.found = Verification(network=graph.name, settings=settings, machine=plan.machine)
        self.failures: list[str] = []
        self.device_lost = False

    def verification(self) -> Verification:
        report = self.part("analysis", self.analyze, refusals=(SpecError,))
        if report is not None:
            for checks in (self.counts, self.fields):
                self.keep(checks=(*self.found.checks, *checks(report)))
            self.keep(against=self.against(report))
            self.keep(latency=self.latency(report))
            self.keep(memory=self.memory())
        return self.so_far()

    def keep(self, **values: Any) -> None:
        """Remember what a part found."""
        self.found = self.found.replace(**values)

    def so_far(self) -> Verification:
        """All that is found until now, and what went wrong."""
        return self.found.replace(failure="; ".join(self.failures), device_lost=self.device_lost)

    def analyze(self) -> Report:
        """What is to be verified."""
        return analyze_graph(self.graph, self.plan.options.report_settings)

    def counts(self, report: Report) -> Sequence[Check]:
        """The counts compared with those of the spec's own model."""
        from cnncost.verification.counts import count_checks

        return self.part("counts", lambda: count_checks(self.graph, report)) or ()

    def fields(self, report: Report) -> Sequence[Check]:
        """The receptive fields compared with what the units of the spec's own model see."""
        from cnncost.verification.receptive_field.checks import field_checks

        device = self.plan.options.device
        return self.part("receptive fields", lambda: field_checks(self.graph, report, device)) or ()

    def against(self, report: Report) -> ModelComparison | None:
        """The network compared with another one, if there is one."""
        reference = self.plan.against
        if reference is None:
            return None
        from cnncost.verification.comparison.compare import compare

        return self.part("the other model", lambda: compare(self.graph, report, reference))

    def latency(self, report: Report) -> LatencyResult | None:
        """How long the network takes, if that is asked for."""
        if not self.plan.latency:
            return None
        from cnncost.measurement.latency import measure_latency

        return self.measured("latency", lambda: measure_latency(self.graph, report, self.plan.options, self.progress))

    def memory(self) -> MemoryResult | None:
        """What the network takes of the memory, if that is asked for."""
        if not self.plan.memory:
            return None
        from cnncost.measurement.memory.measure import measure_memory

        return self.measured("memory", lambda: measure_memory(self.graph, self.plan.options, self.progress))

    def measured(self, name: str, work: Callable[[], T]) -> T | None:
        """A measurement; one that says why it failed is among the failures, and still has what is known."""
        if self.device_lost:
            self.failures.append(f"{name}: not measured: `{self.plan.machine.device}` was lost")
            return None
        found = self.part(name, work)
        if isinstance(found, Failure):
            self.failures.append(f"{name}: {found.failure}")
            self.device_lost = found.device_lost
        elif isinstance(found, OutOfMemory):
            self.failures.append(f"{name}: out of memory; {found.predicted_bytes:,} bytes were predicted")
        return found

    def part(self, name: str, work: Callable[[], T], refusals: tuple[type[Exception], ...] = ()) -> T | None:
        """What one part found; nothing where it breaks, which is remembered. `refusals` are for the user to mend."""
        self.progress(f"{self.graph.name}: {name}", 0, 1)
        try:
            return work()
        except refusals:
            raise
        except BaseException as error:  # a model of the user's may try to leave
            if is_interruption(error):
                self.failures.append(f"{name}: interrupted")
                raise Interruption(self.so_far().replace(interrupted=True)) from error
            self.failures.append(f"{name}: {reason(error)}")
            self.device_lost = self.device_lost or is_lost(self.plan.machine.device)
            return None


def reason(error: BaseException) -> str:
    """What went wrong, in one line.

    >>> reason(RuntimeError("CUDA error: device lost\\nCompile with ..."))
    'RuntimeError: CUDA error: device lost'
    """
    if isinstance(error, SpecError) and error.origin is not None:
        return f"{error.message} ({error.origin.where})"
    if isinstance(error, SpecError | LayerError):
        return error.message
    lines = str(error).strip().splitlines()
    return ": ".join([type(error).__name__, *lines[:1]])[:_LONGEST_REASON]
