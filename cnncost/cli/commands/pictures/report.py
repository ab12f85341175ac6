"""`cnncost report`: a page to explore networks on."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from functools import partial as applied
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from cnncost.cli import options
from cnncost.cli.files import refuse_unwritable
from cnncost.cli.output import warn, write
from cnncost.cli.several import exit_unless_all, good_ones
from cnncost.errors import SpecError
from cnncost.files import write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIXES = (".html", ".htm")


def report(
    specs: options.Specs,
    *,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    convention: options.Convention = "textbook",
    device: options.Device = "cuda",
    memory: Annotated[str | None, Option(metavar="BYTES", help="what there is, e.g. 24GiB: does a step fit?")] = None,
    output: Annotated[
        str | None, Option("--output", "-o", metavar="FILE", help="where it goes, instead of standard output")
    ] = None,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Write a page to explore networks on, for a browser.

    One file that needs nothing else. Of several networks it has each, and shows them side by side.

    Examples:
        cnncost report resnet50 -o report.html
        cnncost report resnet18 resnet50 --mode train --batch 32 -o both.html
    """
    path = None if output == "-" else output
    _refuse_place(path)
    from cnncost.api.pages import page_network
    from cnncost.render.page.page import page_html
    from cnncost.report.comparison import numbered

    settings: dict[str, Any] = {
        "set": options.settings_of(set),
        "input": options.shapes_of(input),
        "arguments": options.model_arguments_of(arg),
        "partial": partial,
        "limits": options.limits_of(max_nodes, max_bytes),
        "batch": options.whole("--batch", batch),
        "dtype": dtype,
        "optimizer": optimizer,
        "mode": mode,
        "amp": amp,
        "convention": convention,
        "device": device,
        "memory": options.memory_of(memory),
    }
    with _without_garbage_collection():
        found = good_ones(specs, applied(page_network, **settings))
        names = numbered([name for name, _ in found])
        networks = [network._replace(title=name) for name, (_, network) in zip(names, found, strict=True)]
        text = page_html(networks)
    warn(dict.fromkeys(warning for network in networks for warning in network.report.warnings))
    if path is None:
        write(text)
    else:
        write_file(path, text)
    exit_unless_all(specs, found)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """What a page is made of lives until it is written: to look for garbage in it takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _refuse_place(path: str | None) -> None:
    """Refuse to write a page where nobody could read it, before anything is computed.

    Raises:
        SpecError: the file cannot be written, its suffix is that of something else, or standard output is a terminal.
    """
    if path is not None:
        refuse_unwritable("--output", path)
        if PurePath(path).suffix.lower() not in ("", *_SUFFIXES):
            known = ", ".join(_SUFFIXES)
            raise SpecError(f"a page has not the suffix of `{path[-80:]}`", hint=f"it is one of {known}")
    elif sys.stdout is not None and sys.stdout.isatty():
        raise SpecError("a page is for a browser, not for a terminal", hint="give `-o report.html`")
