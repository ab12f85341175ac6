"""SVG as PNG or PDF, by whichever program is installed that makes it; none is ours to install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 120
_MOST_PIXELS = 16_000
"""A browser draws no more, across or down."""


class Converter(NamedTuple):
    """A program that draws SVG."""

    programs: tuple[str, ...]
    """What it may be called."""
    commands: dict[str, Callable[[str, Path, Path], list[str]]]
    """For every form that it makes, the command: from the program, the SVG's path and that of the result."""


def _browser(svg: Path, *more: str) -> list[str]:
    """The arguments of a browser without a window, which loads one file and nothing else."""
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root has none
    quiet = ["--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={svg.parent / 'profile'}"]
    return [*quiet, *sandbox, *more, svg.as_uri()]


def _screenshot(program: str, svg: Path, result: Path) -> list[str]:
    width, height = _extent(svg.read_text("utf-8"))
    scale = min(2.0, _MOST_PIXELS / max(width, height))
    window = f"--window-size={width},{height}"
    return [program, *_browser(svg, window, f"--force-device-scale-factor={scale:.3f}", f"--screenshot={result}")]


def _printed(program: str, svg: Path, result: Path) -> list[str]:
    """A page as large as the picture, around it."""
    width, height = _extent(svg.read_text("utf-8"))
    page = svg.with_suffix(".html")
    style = f"@page{{size:{width}px {height}px;margin:0}}body{{margin:0}}svg{{display:block}}"
    page.write_text(f'<meta charset="utf-8"><style>{style}</style>{svg.read_text("utf-8")}', "utf-8")
    return [program, *_browser(page, "--no-pdf-header-footer", f"--print-to-pdf={result}")]


CONVERTERS = (
    Converter(("resvg",), {"png": lambda program, svg, png: [program, "--zoom", "2", str(svg), str(png)]}),
    Converter(
        ("rsvg-convert",),
        {
            "png": lambda program, svg, png: [program, "-z", "2", "-f", "png", "-o", str(png), str(svg)],
            "pdf": lambda program, svg, pdf: [program, "-f", "pdf", "-o", str(pdf), str(svg)],
        },
    ),
    Converter(
        ("cairosvg",),
        {
            "png": lambda program, svg, png: [program, str(svg), "-s", "2", "-o", str(png)],
            "pdf": lambda program, svg, pdf: [program, str(svg), "-o", str(pdf)],
        },
    ),
    Converter(
        ("inkscape",),
        {
            "png": lambda program, svg, png: [program, "-d", "192", f"--export-filename={png}", str(svg)],
            "pdf": lambda program, svg, pdf: [program, f"--export-filename={pdf}", str(svg)],
        },
    ),
    Converter(
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
        {"png": _screenshot, "pdf": _printed},
    ),
)
"""What is asked for, in this order: those that draw SVG alone, then what does so among other things."""


def converted(svg: str, form: str) -> bytes:
    """A picture as ``png``, at twice its size in points, or as ``pdf``.

    Raises:
        SpecError: no program that makes it is installed, or the one that is does not.
    """
    able = [converter for converter in CONVERTERS if form in converter.commands]
    found = [
        (converter, path)
        for converter in able
        for name in converter.programs
        if (path := shutil.which(name)) is not None
    ]
    if not found:
        names = [converter.programs[0] for converter in able]
        raise SpecError(
            f"nothing that is installed makes {form.upper()} of SVG",
            hint=f"install one of {', '.join(names[:-1])} or {names[-1]}; or take the SVG: `-o graph.svg`",
        )
    converter, program = found[0]
    with TemporaryDirectory(prefix="cnncost-") as folder:
        source, result = Path(folder) / "graph.svg", Path(folder) / f"graph.{form}"
        source.write_text(svg, "utf-8")
        command = converter.commands[form](program, source, result)
        said = _run(command)
        if not result.exists() or not result.stat().st_size:
            name = Path(program).name
            raise SpecError(f"`{name}` made no {form.upper()}{said}", hint="take the SVG: `-o graph.svg`")
        return result.read_bytes()


def _run(command: list[str]) -> str:
    """Run a converter; what it said where it failed, for the error."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return f" within {_SECONDS} seconds"
    except OSError as error:
        return f": {error.strerror}"
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f": {said[-1][:200]}" if done.returncode and said else ""


def _extent(svg: str) -> tuple[int, int]:
    """Width and height of a picture."""
    found = re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', svg)
    assert found is not None
    return int(found[1]), int(found[2])
