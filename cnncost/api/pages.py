"""Networks to look at: pages for a browser."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cnncost.api.networks import called, graph_of
from cnncost.arguments import is_path, wrong_type
from cnncost.errors import SpecError
from cnncost.graph.graph import Graph
from cnncost.settings import Settings, batch_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from cnncost.conventions import AnyConvention
    from cnncost.language.limits import Limits
    from cnncost.metrics.analysis import Analysis
    from cnncost.render.page.data import PageNetwork
    from cnncost.render.page.memory import PageStep


def page(specs: str | Path | Graph | Iterable[str | Path | Graph], **settings: Any) -> str:
    """A page to explore networks on: HTML that holds all that it needs, and asks no network for anything.

    Args:
        specs: what :func:`analyze` takes, or a list of it, for networks beside each other. One may run otherwise than
            the rest, which stands behind its name: ``resnet50@batch=8;amp=bf16``.
        settings: `set`, `input`, `batch`, `dtype`, `optimizer`, `mode`, `amp`, `convention` (one), `limits`,
            `arguments` and `partial` as for :func:`analyze`; `device` and `memory` as for :func:`memory`.

    Raises:
        SpecError: no network, and what :func:`analyze` and :func:`memory` raise.

    >>> text = page("lenet5")
    >>> text.startswith("<!doctype html>"), "61706" in text
    (True, True)
    """
    from cnncost.render.page.page import page_html
    from cnncost.report.comparison import numbered

    networks = _several(specs)
    if not networks:
        raise SpecError("there is no network to show", hint="give one, such as `resnet50`")
    names = numbered([called(network) for network in networks])
    shown = [page_network(network, **settings) for network in networks]
    return page_html([network._replace(title=name) for name, network in zip(names, shown, strict=True)])


def write_page(specs: str | Path | Graph | Iterable[str | Path | Graph], path: str | Path, **settings: Any) -> None:
    """Write the :func:`page` of networks to a file, in the place of what it held.

    Args:
        specs: as for :func:`page`.
        path: of the file.
        settings: as for :func:`page`.

    Raises:
        SpecError: the file cannot be written, and what :func:`page` raises.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_page("lenet5", f"{folder}/report.html")
    ...     Path(folder, "report.html").read_text(encoding="utf-8")[:15]
    '<!doctype html>'
    """
    from cnncost.files import write_file

    if not is_path(path):
        raise wrong_type("`path`", "the path of a file, such as `report.html`", path)
    write_file(path, page(specs, **settings))


def page_network(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    amp: str | None = None,
    convention: AnyConvention = "textbook",
    device: str = "cuda",
    memory: int | str | None = None,
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
) -> PageNetwork:
    """What a page shows of one network.

    Raises:
        SpecError: as :func:`page` does.
    """
    from cnncost.explanation.patterns import explain_all
    from cnncost.language.request import run_behind
    from cnncost.metrics import Analysis
    from cnncost.render.page.data import PageNetwork
    from cnncost.report.analyze import report_of

    title = called(spec)
    runs: dict[str, Any] = {"batch": batch, "dtype": dtype, "optimizer": optimizer, "mode": mode, "amp": amp}
    if isinstance(spec, str):
        spec, own = run_behind(spec)
        runs |= {**own, "batch": batch_text(own["batch"])} if "batch" in own else own
    settings = Settings.checked(**runs, convention=convention)
    graph = graph_of(spec, set, input, limits, arguments, partial=partial)
    analysis = Analysis(graph, settings)
    steps = tuple(_steps(analysis, runs, device, memory))
    return PageNetwork(title, report_of(analysis), steps, explain_all(analysis), graph.published)


def _steps(analysis: Analysis, runs: Mapping[str, Any], device: str, memory: int | str | None) -> Iterator[PageStep]:
    """A step in the mode that was asked for, and one in the other mode, where the settings make sense in it too."""
    from cnncost.footprint.fitting.capacity import place_of
    from cnncost.footprint.settings import StepSettings
    from cnncost.render.page.memory import PageStep

    place, capacity = place_of(device, memory)
    graph, asked = analysis.graph, StepSettings.checked(**runs, device=place)
    yield PageStep.run(graph, asked, capacity, analysis.step if asked == analysis.step_settings else None)
    with suppress(SpecError):
        other = StepSettings.checked(**{**runs, "mode": "infer" if asked.trains else "train"}, device=place)
        yield PageStep.run(graph, other, capacity)


def _several(specs: object) -> list[Any]:
    """Networks as a list, also one alone."""
    if isinstance(specs, Graph) or is_path(specs):
        return [specs]
    if not isinstance(specs, list | tuple):
        raise wrong_type("`specs`", 'a network, or a list such as `["resnet18", "resnet50"]`', specs)
    return list(specs)
