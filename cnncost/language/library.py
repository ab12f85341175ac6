"""The architectures that ship with cnncost, found by name: a file's stem, its `name`, or one of its variants."""

from __future__ import annotations

import re
from functools import lru_cache
from os import listdir
from os.path import isfile  # Path.is_file raises for a name that is too long
from pathlib import Path

from cnncost.errors import SpecError, did_you_mean
from cnncost.files import STANDARD_INPUT, read_file, read_standard_input, reason, shown_path
from cnncost.language.foreign import refuse_foreign
from cnncost.records import NamedTuple

_INSTALLED = Path(__file__).parent.parent / "specs"
_CHECKOUT = Path(__file__).parent.parent.parent / "specs"

_LARGEST_SHIPPED = 1_000_000
"""Bytes; the files that ship have a tenth of it."""

# Names are read from the text alone: parsing every shipped file to find one would cost more than analysing it.
_NAME = re.compile(r"^name:\s*(\w+)", re.MULTILINE)
_VARIANTS = re.compile(r"variants:(?:.*\n(?!\S))*.*")
_EDITORS = re.compile(r"\A# yaml-language-server:.*\n")
_VARIANT = re.compile(r"^  (\w+):", re.MULTILINE)


def folder() -> Path:
    """Where the shipped specs lie: inside the installed package, or beside it in a checkout."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def files() -> list[Path]:
    """The shipped specs, task by task: each stands in the folder of what it was published for."""
    return sorted(folder().glob("*/*.yaml"))


@lru_cache(maxsize=1)
def names() -> dict[str, tuple[Path, str | None]]:
    """Every name of a shipped architecture, its file, and the variant that it names."""
    found: dict[str, tuple[Path, str | None]] = {}
    for path in files():
        text = shipped_text(path)
        found.setdefault(path.stem, (path, None))
        if name := _NAME.search(text):
            found[name[1]] = (path, None)
        # Found as a text, since a regular expression tries every line of every file: half of what this takes.
        if variants := _VARIANTS.match(text, text.find("\nvariants:") + 1):
            found |= {name: (path, name) for name in _VARIANT.findall(variants[0])}
    return found


def shipped_text(path: Path) -> str:
    """The text of a shipped spec."""
    return read_file(path, _LARGEST_SHIPPED).decode(errors="replace")


def architectures() -> tuple[str, ...]:
    """The shipped architectures, each once, by its best known name: `resnet50`, and not also `resnet`."""
    return tuple({place: name for name, place in names().items()}.values())


class Place(NamedTuple):
    """Where a spec is to be read."""

    path: Path | None
    """The file; ``None`` for standard input."""
    name: str
    """What errors call it."""
    variant: str | None
    """The variant that its name asks for."""


def find(spec: str, within: str = "") -> Place:
    """The place of a spec; a path is relative to the folder `within`.

    Raises:
        SpecError: there is no architecture of that name, or it names what is no spec.
    """
    if spec == "-":
        return Place(None, STANDARD_INPUT, None)
    refuse_foreign(spec)
    path = Path(within, spec)
    if not looks_like_path(spec) and not isfile(path):
        if spec not in names():
            raise _unknown(spec, within)
        path, variant = names()[spec]
        return Place(path, path.name, variant)
    return Place(path, path.name if path.parent.parent == folder() else str(path) if within else spec, None)


def read(place: Place, limit: int) -> bytes:
    """The text at a place; of a larger one, the first `limit` + 1 bytes.

    Raises:
        SpecError: there is no such file, or it cannot be read.
    """
    path, shown = place.path, shown_path(place.name)
    if path is None:
        return read_standard_input(limit)
    try:
        return read_file(path, limit)
    except FileNotFoundError:
        raise SpecError(f"there is no file `{shown}`{_file_like(path)}", hint=_shipped_hint(path.stem)) from None
    except OSError as error:
        raise SpecError(f"cannot read `{shown}`: {reason(error)}") from None
    except ValueError:
        raise SpecError(f"`{shown}` is not a valid path") from None


def text_of(name: str) -> tuple[str, str | None]:
    """The text of the file that describes a shipped architecture, and the variant that the name is of.

    The line that tells editors of a schema beside the file is left out: it would not hold anywhere else.

    Raises:
        SpecError: there is no architecture of that name.

    >>> text, variant = text_of("resnet101")
    >>> text.splitlines()[0], variant
    ('name: resnet50', 'resnet101')
    """
    if name not in names():
        close = did_you_mean(name, names())
        hint = None if close else "`cnncost zoo` lists them all"
        raise SpecError(f"no architecture is called `{name[:80]}`{close}", hint=hint)
    path, variant = names()[name]
    return _EDITORS.sub("", shipped_text(path)), variant


def looks_like_path(spec: str) -> bool:
    """Whether a text is a path to a file rather than the name of what ships with cnncost."""
    return "/" in spec or "\\" in spec or spec.endswith((".yaml", ".yml"))


def _unknown(spec: str, within: str) -> SpecError:
    close = did_you_mean(spec, names())
    hint = None if close else "give a file, or an architecture that ships: `cnncost zoo` lists them"
    beside = next((file for file in (f"{spec}.yaml", f"{spec}.yml") if isfile(Path(within, file))), None)
    if beside is not None:
        close, hint = f"; did you mean `{beside[:80]}`?", None
    return SpecError(f"there is no architecture and no file `{spec[:80]}`{close}", hint=hint)


def _file_like(path: Path) -> str:
    """``"; did you mean `net.yaml`?"`` where a spec in the same folder has nearly the name of `path`."""
    from difflib import get_close_matches  # only a failing run pays for the import

    try:
        specs = {Path(name).stem: name for name in sorted(listdir(path.parent)) if name.endswith((".yaml", ".yml"))}
    except OSError:
        return ""
    close = get_close_matches(path.stem[:80], list(specs)[:1000], n=1, cutoff=0.65)
    return f"; did you mean `{path.parent / specs[close[0]]}`?" if close else ""


def _shipped_hint(stem: str) -> str | None:
    return f"`{stem}` without a path is an architecture that ships with cnncost" if stem in names() else None
