"""Files in which other programs describe networks: told apart by their names, read without running anything.

ONNX's `model.onnx`, Darknet's `yolov3.cfg`, and Ultralytics' `yolov8n.yaml`, which looks like a spec from outside.
"""

from __future__ import annotations

import re
from os.path import isfile
from pathlib import PurePath
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.files import read_file, reason, shown_path
from cnncost.importers.sizes import refuse_absurd
from cnncost.language.request import parse_request
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits

_SUFFIX = re.compile(r"\.(cfg|onnx|ya?ml)(@|$)", re.IGNORECASE)
_SIZE = re.compile(r"(yolo\D*\d+)([nslmxtbe])(?![a-z])", re.IGNORECASE)
"""A file of Ultralytics with its size: `yolov8n.yaml` is `yolov8.yaml` at the size n."""


class ForeignFile(NamedTuple):
    """A file that describes a network, and no spec."""

    program: str
    """Whose format it has: ``Darknet``, ``ONNX`` or ``Ultralytics``."""
    path: str
    """Where it lies."""
    name: str
    """What it is called, which tells the size of Ultralytics' networks."""
    size: str | None = None
    """The size of one of Ultralytics' networks, where it was given apart."""


def foreign_file(spec: str) -> ForeignFile | None:
    """The file of another program that a text names, with its size behind an ``@``; ``None`` where it names none.

    Raises:
        SpecError: something else stands behind the ``@``.

    >>> foreign_file("nets/yolov3.cfg"), foreign_file("resnet50")
    (ForeignFile(program='Darknet', path='nets/yolov3.cfg', name='nets/yolov3.cfg', size=None), None)
    """
    if not _SUFFIX.search(spec):
        return None
    request = parse_request(spec)
    path, suffix = request.spec, PurePath(request.spec).suffix.lower()
    if suffix in (".yaml", ".yml"):
        return _of_ultralytics(path, request.variant, request.settings)
    program = {".cfg": "Darknet", ".onnx": "ONNX"}.get(suffix)
    if program is None:
        return None
    if request.variant or request.settings:
        raise SpecError(f"`{path[-80:]}` is a file of {program}, and nothing of it can be set")
    return ForeignFile(program, path, path)


def load_file(file: ForeignFile, shape: object, limits: Limits, *, partial: bool = False) -> Graph:
    """The graph of a file of another program.

    Args:
        file: from :func:`foreign_file`.
        shape: another input than the file says.
        limits: how large the file and the network may be.
        partial: whether operators of an ONNX file that are not known become gaps.

    Raises:
        SpecError: there is no such file, it does not hold, or a network of it would store or give an absurd number of
            numbers; the text says where.
    """
    graph = _loaded(file, shape, limits, partial=partial)
    refuse_absurd(graph)
    return graph


def _loaded(file: ForeignFile, shape: object, limits: Limits, *, partial: bool) -> Graph:
    if partial and file.program != "ONNX":
        raise SpecError(f"`partial` is for PyTorch models and ONNX files, and `{file.path[-80:]}` is of {file.program}")
    if file.program == "Darknet":
        from cnncost.importers.darknet.load import load_darknet  # only those who ask for it pay

        return load_darknet(_read(file.path, limits), file.name, shape, limits)
    if file.program == "ONNX":
        from cnncost.importers.onnx.load import load_onnx

        return load_onnx(file.path, shape, limits, partial=partial)
    from cnncost.importers.ultralytics.load import load_ultralytics

    return load_ultralytics(_read(file.path, limits), file.name, shape, limits, file.size)


def _of_ultralytics(path: str, size: str | None, settings: object) -> ForeignFile | None:
    """The model file of Ultralytics at a path: the family's where that of the size is not there."""
    from cnncost.importers.ultralytics.model_file import is_model_file

    name = path
    if not isfile(path):
        path = _SIZE.sub(r"\1", path)
    if not isfile(path):
        return None
    try:
        text = read_file(path, _MOST_LOOKED_AT).decode(errors="replace")
    except OSError:
        return None
    if not is_model_file(text):
        return None
    if settings:
        raise SpecError(f"`{path[-80:]}` is a file of Ultralytics, and nothing of it can be set", hint=_HINT)
    return ForeignFile("Ultralytics", path, name, size)


_MOST_LOOKED_AT = 100_000
_HINT = "behind an `@` stands its size: `yolov8.yaml@s`"


def _read(path: str, limits: Limits) -> bytes:
    shown = shown_path(path)
    try:
        return read_file(path, limits.bytes)
    except FileNotFoundError:
        raise SpecError(f"there is no file `{shown}`") from None
    except OSError as error:
        raise SpecError(f"cannot read `{shown}`: {reason(error)}") from None
    except ValueError:
        raise SpecError(f"`{shown}` is not a valid path") from None
