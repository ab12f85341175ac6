"""What sources print of networks beside the exact figures: data, no formatting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnncost.display import displayed
from cnncost.errors import SpecError
from cnncost.published.figures import PrintedFigure
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.conventions import Convention
    from cnncost.graph.graph import Graph, Published
    from cnncost.published.figures import Agreement
    from cnncost.report.report import Report

What = Literal["params", "params_without_heads", "macs", "double_macs", "flops"]
"""What a printed figure may be: MACs pass for FLOPs as often as not, and so do two for each of them.

Parameters are those that are stored, or those that inference needs: without what only auxiliary outputs read.
"""


class Judgement(NamedTuple):
    """A printed figure beside the exact one that it agrees with, or else the nearest."""

    what: What
    """The exact figure."""
    agreement: Agreement | None
    """How the printed figure follows from it; ``None`` where it does not."""
    error: float
    """Printed over exact, less one."""


class Claim(NamedTuple):
    """What one source prints of a network, and what it is."""

    network: str
    """As it was asked for."""
    year: int | None
    """In which it was published."""
    params: int
    """Exact."""
    params_without_heads: int
    """Exact, those that inference needs."""
    macs: int
    """Exact, of one sample in inference."""
    flops: int
    """Exact, of one sample in inference, by the convention of the comparison."""
    printed: Published
    """The source, and what it prints."""
    params_judged: Judgement | None
    """The printed parameters, if there are any."""
    flops_judged: Judgement | None
    """The printed operations, if there are any."""

    def __repr__(self) -> str:
        printed = {"params": self.printed.params, "flops": self.printed.flops, "accuracy": self.printed.accuracy}
        figures = "".join(f", {name}={value}" for name, value in printed.items() if value is not None)
        return f"<Claim on {self.network!r} by {self.printed.source!r}{figures}>"

    @classmethod
    def of(cls, network: str, graph: Graph, report: Report, printed: Published) -> Claim:
        """The claim on a graph, with its figures judged."""
        params, macs, flops = (report.totals[name] or 0 for name in ("params", "macs", "flops"))
        needed = params - sum(node.parameters() for node in graph.nodes if node.auxiliary and node.owns_weights)
        parameters: dict[What, int] = {"params": params, "params_without_heads": needed}
        operations: dict[What, int] = {"macs": macs, "double_macs": 2 * macs, "flops": flops}
        judged = judge(printed.params, parameters), judge(printed.flops, operations)
        return cls(network, graph.year, params, needed, macs, flops, printed, *judged)

    @property
    def printed_flops_per_param(self) -> float | None:
        """The quotient of the figures that are printed."""
        flops, params = self.printed.flops, self.printed.params
        if flops is None or params is None or not PrintedFigure.read(params).value:
            return None
        return float(PrintedFigure.read(flops).value / PrintedFigure.read(params).value)

    @property
    def macs_per_param(self) -> float | None:
        """How often a parameter is used for one sample."""
        return self.macs / self.params if self.params else None

    @property
    def flops_per_param(self) -> float | None:
        """FLOPs of one sample for each parameter."""
        return self.flops / self.params if self.params else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        quotients = ("printed_flops_per_param", "macs_per_param", "flops_per_param")
        judged = {name: getattr(self, name) for name in ("params_judged", "flops_judged")}
        return {
            **self._asdict(),
            "printed": self.printed._asdict(),
            **{name: judgement and judgement._asdict() for name, judgement in judged.items()},
            **{name: getattr(self, name) for name in quotients},
        }


@displayed
class PublishedComparison(NamedTuple):
    """Networks beside what is published of them."""

    convention: Convention
    """What FLOPs are counted by."""
    claims: tuple[Claim, ...]
    """Of one network after the other."""
    silent: tuple[str, ...]
    """The networks of which nothing is published."""

    def __repr__(self) -> str:
        networks = len({claim.network for claim in self.claims})
        return f"<PublishedComparison of {networks} networks: {len(self.claims)} claims>"

    @classmethod
    def of(cls, networks: Mapping[str, tuple[Graph, Report]], convention: Convention) -> PublishedComparison:
        """What is published of each of these graphs, beside its report: of one sample in inference.

        Raises:
            SpecError: nothing is published of any of them.
        """
        claims = [
            Claim.of(name, graph, report, printed)
            for name, (graph, report) in networks.items()
            for printed in graph.published
        ]
        silent = tuple(name for name, (graph, _) in networks.items() if not graph.published)
        if not claims:
            hint = "`published` in a spec holds what is printed of it, as it stands and with no other settings"
            raise SpecError(f"nothing is published of {', '.join(f'`{name}`' for name in silent)}", hint=hint)
        return cls(convention, tuple(claims), silent)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        claims = [claim.to_dict() for claim in self.claims]
        return {"schema": 1, "convention": self.convention.name, "claims": claims, "silent": list(self.silent)}


def judge(text: str | None, figures: Mapping[What, int]) -> Judgement | None:
    """Which of the exact figures a printed one is: the first that it agrees with, or else the nearest.

    >>> judge("3.8G", {"macs": 3_857_973_248, "double_macs": 7_715_946_496})[:2]
    ('macs', 'truncated')
    """
    if text is None:
        return None
    printed = PrintedFigure.read(text)
    judged = [
        Judgement(what, printed.agreement(number), float(printed.value / number) - 1)
        for what, number in figures.items()
        if number
    ]
    return next((each for each in judged if each.agreement), min(judged, key=_distance, default=None))


def _distance(judgement: Judgement) -> float:
    return abs(judgement.error)
