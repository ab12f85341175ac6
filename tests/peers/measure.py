"""Write tests/data/peer_counts.csv: what every tool says of every network of :mod:`tests.peers.networks`.

    python -m tests.peers.measure [NAME...]

With names, only their rows are counted anew. The tools are installed by `pip install -e '.[dev,peers]'`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cnncost.verification.model import build, example_inputs
from tests.peers.networks import Network, networks
from tests.peers.tools import TOOLS, Count, Tool

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parent.parent / "data" / "peer_counts.csv"
COLUMNS = ("spec", "settings", "batch", "mode", "tool", "version", "preset", "metric", "unit", "value", "error")

Row = dict[str, str]


def counted(tool: Tool, network: Network, batch: int) -> tuple[Count, ...]:
    """What a tool says of the model that a network becomes; whatever it raises goes through."""
    graph = network.graph()
    model = build(graph, device=tool.device).train(network.training)
    return tool.run(model, example_inputs(graph, batch, tool.device))


def rows_of(network: Network) -> Iterator[Row]:
    """A row for every batch, tool and metric."""
    for batch in network.batches:
        for tool in TOOLS:
            if tool.trains or not network.training:
                yield from _rows(tool, network, batch)


def _rows(tool: Tool, network: Network, batch: int) -> Iterator[Row]:
    values, error = [""] * len(tool.metrics), ""
    try:
        values = [str(count.total) for count in counted(tool, network, batch)]
    except Exception as failure:  # a tool may fail at anything; the table says so
        error = f"{type(failure).__name__}: {failure}".splitlines()[0]
    for metric, value in zip(tool.metrics, values, strict=True):
        where = (network.name, network.settings, str(batch), network.mode)
        what = (tool.distribution, tool.version, *metric)
        yield dict(zip(COLUMNS, (*where, *what, value, error), strict=True))


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
