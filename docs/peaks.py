"""The peaks of memory that `cnncost zoo` shows: worked out once, and written down for it.

    python -m docs.peaks NAME...

writes those of the architectures that are named anew, which is quicker than all of them.
"""

from __future__ import annotations

import sys
from itertools import product
from typing import TYPE_CHECKING

import cnncost
from cnncost.language import library
from cnncost.published.catalogue import peak_column
from cnncost.settings import AMP, MODES
from docs.writers.examples import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

FILE = ROOT / "cnncost" / "published" / "peaks.csv"


def lines(names: Iterable[str]) -> Iterator[str]:
    """The lines of the file as they should be: a step of one sample with float32 parameters, Adam in training."""
    modes = list(product(MODES, (None, *dict.fromkeys(AMP.values()))))
    yield ",".join(["name", *[peak_column(mode, amp) for mode, amp in modes]])
    for name in names:
        graph = cnncost.load(name)
        peaks = (cnncost.analyze(graph, mode=mode, amp=amp).totals.peak_bytes for mode, amp in modes)
        yield ",".join([name, *map(str, peaks)])


def write(names: Collection[str] = ()) -> None:
    """Write the file anew: the lines of the architectures that are named, or all of them."""
    architectures = library.architectures()
    heading, *found = lines(names or architectures)
    known = {line.partition(",")[0]: line for line in [*FILE.read_text(encoding="ascii").splitlines(), *found]}
    written = [heading, *(known[name] for name in architectures if name in known)]
    FILE.write_text("".join(f"{line}\n" for line in written), encoding="ascii")


def faults(every: int = 1) -> Iterator[str]:
    """What is wrong in the file as it stands: in the peaks of every so many networks, since all take a minute."""
    written, names = FILE.read_text(encoding="ascii").splitlines(), list(library.architectures())
    if [line.partition(",")[0] for line in written[1:]] != names:
        yield f"{FILE.relative_to(ROOT)}: other networks ship: run `python -m docs.generate --write`"
    elif not {*lines(names[::every])} <= {*written}:
        yield f"{FILE.relative_to(ROOT)}: it is out of date: run `python -m docs.generate --write`"


if __name__ == "__main__":
    write(sys.argv[1:])
