"""The table of what was measured where, from the files in `measurements`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnncost.verification.records import read

if TYPE_CHECKING:
    from cnncost.verification.records import Measurements
    from cnncost.verification.result import RunSettings

FOLDER = Path(__file__).parents[1] / "measurements"


def table() -> str:
    """A line for each file: where and when, what ran, and how many figures were the same as predicted."""
    heading = ("file", "device", "PyTorch", "date", "what ran", "networks", "figures", "of them the same")
    lines = [f"| {' | '.join(heading)} |", f"|{'---|' * 5}{'---:|' * 3}"]
    return "\n".join([*lines, *(_line(path) for path in sorted(FOLDER.glob("*.json")))])


def _line(path: Path) -> str:
    found = read(path)
    machine, checks = found.machine, [network.checks for network in found.networks]
    same = sum(each.same for each in checks)
    figures = same + sum(each.different for each in checks)
    device = ", ".join(filter(None, (machine.name, machine.driver)))
    version = machine.torch.partition("+")[0]
    cells = (f"[{path.stem}]({FOLDER.name}/{path.name})", device, version, machine.date, _what_ran(found))
    return f"| {' | '.join(cells)} | {len(checks)} | {figures:,} | {same:,} |"


def _what_ran(found: Measurements) -> str:
    """The settings of all networks of a file, once each."""
    return "; ".join(sorted({_settings(network.settings) for network in found.networks}))


def _settings(settings: RunSettings) -> str:
    step = f"training with {settings.optimizer}" if settings.mode == "train" else "inference"
    return f"{step}, batch {settings.batch}, {settings.dtype}"
