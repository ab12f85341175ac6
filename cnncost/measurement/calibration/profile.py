"""The profile that a calibration writes: its section of latency is new, what its file says of memory stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from cnncost.devices.record import checked
from cnncost.devices.written import latency_data
from cnncost.errors import SpecError
from cnncost.files import shown_path, write_file
from cnncost.language.yaml.plain import read_plain
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.devices.latency import LatencyProfile
    from cnncost.measurement.devices import Machine

_WIDTH = 1000
"""Of a line: that of one kind of kernels is not broken."""


def earlier_memory(path: Path, machine: Machine) -> Any:
    """What the file says of memory, which stays; ``None`` where there is no file.

    Raises:
        SpecError: it is not a profile, or that of another device.
    """
    if not path.exists():
        return None
    earlier = checked(read_plain(path), path)
    if earlier["title"] != machine.name:
        raise SpecError(
            f"`{shown_path(path)}` is the profile of `{earlier['title']}`, and this is `{machine.name}`",
            hint="write another one, with `-o`",
        )
    return earlier.get("memory")


def write_profile(path: Path, machine: Machine, latency: LatencyProfile, source: str, memory: Any) -> None:
    """Write a profile.

    Args:
        path: of its file.
        machine: where was measured.
        latency: what was fitted.
        source: what was measured.
        memory: what the file said of memory before.

    Raises:
        SpecError: the file cannot be written.
    """
    torch = import_torch()
    data = {
        "name": path.stem,
        "title": machine.name,
        "driver": machine.driver.partition(",")[0].removeprefix("driver "),
        "cuda": str(torch.version.cuda or ""),
        "torch": machine.torch,
        "source": source,
        **({} if memory is None else {"memory": memory}),
        "latency": latency_data(latency),
    }
    checked(data, path)
    heading = (
        "# Written by `cnncost calibrate`: the times of kernels are launch + operations / rate + bytes / bandwidth.\n"
    )
    write_file(path, heading + yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=_WIDTH))
