"""Write tests/data/peer_counts.csv: what every tool says of every network of :mod:`tests.peers.networks`.

    python -m tests.peers.measure [NAME...]

With names, only their rows are counted anew. The tools are installed by `pip install -e '.[dev,peers]'`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cnncost.pytorch.build import build, example_inputs
from tests.peers.networks import Network, networks
from tests.peers.tools import TOOLS, Count, Metric, Tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.graph.graph import Graph

TABLE = Path(__file__).parent.parent / "data" / "peer_counts.csv"
COLUMNS = ("spec", "settings", "batch", "mode", "tool", "version", "preset", "metric", "unit", "value", "error")

Row = dict[str, str]


def counted(tool: Tool, graph: Graph, batch: int, training: bool = False) -> tuple[Count, ...]:
    """What a tool says of the model that a graph becomes; whatever it raises goes through."""
    model = build(graph, device="meta").to_empty(device=tool.device)  # no number matters: none is drawn
    model.train(training)
    return tool.run(model, example_inputs(graph, batch, tool.device))


def rows_of(network: Network) -> Iterator[Row]:
    """A row for every batch, tool and metric."""
    graph = network.graph()
    for batch in network.batches:
        where = (network.name, network.settings, str(batch), network.mode)
        for tool in TOOLS:
            if tool.trains or not network.training:
                for metric, value, error in _results(tool, graph, batch, network.training):
                    row = (*where, tool.distribution, tool.version, *metric, value, error)
                    yield dict(zip(COLUMNS, row, strict=True))


def _results(tool: Tool, graph: Graph, batch: int, training: bool) -> list[tuple[Metric, str, str]]:
    """Each metric of a tool with its value, or with what went wrong."""
    try:
        counts = counted(tool, graph, batch, training)
    except Exception as failure:  # a tool may fail at anything; the table says so
        error = f"{type(failure).__name__}: {failure}".splitlines()[0]
        return [(metric, "", error) for metric in tool.metrics]
    return [(metric, str(count.total), "") for metric, count in zip(tool.metrics, counts, strict=True)]


def read() -> list[Row]:
    """The rows of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Count all networks, or those that are named, and write the table in the order of the networks."""
    wanted = set(sys.argv[1:])
    known: dict[Network, list[Row]] = {network: [] for network in networks()}
    if wanted:
        by_key = {(network.name, network.settings, network.mode): network for network in known}
        for row in read():
            network = by_key.get((row["spec"], row["settings"], row["mode"]))
            if network and network.name not in wanted:
                known[network].append(row)
    for network in known:
        if not wanted or network.name in wanted:
            known[network] = list(rows_of(network))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for rows in known.values() for row in rows)


if __name__ == "__main__":
    main()
