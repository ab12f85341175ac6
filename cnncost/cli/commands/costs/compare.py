"""`cnncost compare`: networks side by side."""

from __future__ import annotations

from functools import partial as applied
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from cnncost.cli import options
from cnncost.cli.output import warn, write
from cnncost.cli.several import exit_unless_all, good_ones
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.language.limits import Limits
    from cnncost.render.document import Document
    from cnncost.report.comparison import Comparison
    from cnncost.report.report import Report


def compare(
    specs: options.Specs,
    *,
    baseline: Annotated[str | None, Option(metavar="SPEC", help="what ratios refer to, instead of the first")] = None,
    stages: Annotated[bool, Option("--stages", help="two networks, block by block")] = False,
    published: Annotated[bool, Option("--published", help="with what sources print of them")] = False,
    plot: Annotated[str | None, Option(metavar="FILE.svg", help="draw the networks on a plane, as SVG")] = None,
    axes: Annotated[
        str | None, Option(metavar="FIGURE,FIGURE", help="what is across and upwards in it; `macs,params` otherwise")
    ] = None,
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    arg: options.Arg = None,
    partial: options.Partial = False,
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    device: options.LatencyDevice = None,
    channels_last: options.ChannelsLast = False,
    convention: options.Conventions = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
    max_nodes: options.MaxNodes = options.MAX_NODES,
    max_bytes: options.MaxBytes = options.MAX_BYTES,
) -> None:
    """Show networks side by side.

    Examples:
        cnncost compare resnet50 efficientnet_b0 convnext_tiny
        cnncost compare resnet50@batch=1 resnet50@batch=8 --mode train
        cnncost compare resnet18 resnet34 --stages
        cnncost compare resnet50 vgg16 alexnet --plot networks.svg
    """
    from cnncost.api.networks import analyze_as_asked
    from cnncost.conventions import choose
    from cnncost.render.format import find_format
    from cnncost.settings import Settings

    output = find_format(form)
    limits = options.limits_of(max_nodes, max_bytes)
    if published:
        runs_otherwise = {"mode": mode != "infer", "dtype": dtype != "float32", "optimizer": optimizer != "adam"}
        runs_otherwise |= {"device": device is not None, "channels-last": channels_last}
        network = {"input": input, "set": set, "arg": arg}
        drawn = {"plot": plot, "axes": axes}
        _refuse_others(baseline=baseline, stages=stages, batch=batch != "1", **drawn, **network, **runs_otherwise)
        _show_published(specs, convention, limits, lambda document: write(output.render(document, raw)))
        return
    across, upwards = _axes(axes, plot, stages)
    conventions = choose(_conventions(convention, stages))
    given: dict[str, Any] = {
        "set": options.settings_of(set),
        "input": options.shapes_of(input),
        "arguments": options.model_arguments_of(arg),
        "partial": partial,
        "limits": limits,
    }
    runs: dict[str, Any] = {
        "batch": options.whole("--batch", batch),
        "dtype": dtype,
        "optimizer": optimizer,
        "mode": mode,
        "amp": amp,
        "device": device,
        "channels_last": channels_last,
    }
    options.refuse_unknown_device(Settings.checked(**runs))  # once, and not of every network
    counted = applied(analyze_as_asked, convention=conventions, **given, **runs)
    found = good_ones(specs, counted)
    comparison = _comparison(specs, found, baseline)
    warn(dict.fromkeys(warning for report in comparison.reports for warning in report.warnings))
    if plot is not None:
        _draw(comparison, across, upwards, plot)
    write(output.render(_document(comparison, stages and len(found) == len(specs)), raw))
    exit_unless_all(specs, found)


def _axes(text: str | None, plot: str | None, stages: bool) -> tuple[str, str]:
    """The figures on the axes of the picture; refuses what could not be drawn before anything is computed."""
    from cnncost.cli.files import refuse_picture
    from cnncost.render.views.costs.compare import DRAWN

    if plot is None:
        if text is not None:
            raise SpecError("`--axes` says what a picture has on its axes", hint="name its file: `--plot FILE.svg`")
        return DRAWN
    if stages:
        raise SpecError("`--plot` draws whole networks: it goes without `--stages`")
    refuse_picture(plot)
    figures = DRAWN if text is None else tuple([name.strip() for name in text.split(",")])
    if len(figures) != 2:
        raise SpecError(f"a picture has two axes, not {len(figures)}", hint="such as `--axes macs,peak_bytes`")
    return figures[0], figures[1]


def _draw(comparison: Comparison, across: str, upwards: str, path: str) -> None:
    from cnncost.files import write_file
    from cnncost.render.svg.scatter import scatter_svg
    from cnncost.render.views.costs.compare import comparison_plot

    write_file(path, scatter_svg(comparison_plot(comparison, across, upwards)))


def _comparison(specs: Sequence[str], found: Sequence[tuple[str, Report]], baseline: str | None) -> Comparison:
    """The networks side by side; where others were bad, also a single one, and without the baseline."""
    from cnncost.report.comparison import Comparison

    names, reports = [name for name, _ in found], [report for _, report in found]
    if len(found) == 1 < len(specs):
        return Comparison((names[0],), (reports[0],))
    is_bad = baseline in specs and baseline not in names
    return Comparison.of(reports, names, 0 if baseline is None or is_bad else baseline)


def _conventions(text: str, stages: bool) -> list[str]:
    """The conventions to count by, of which there must be room for all."""
    conventions = options.conventions_of(text)
    if stages and (len(conventions) > 1 or "all" in conventions):
        raise SpecError("`--stages` has room for one convention", hint="several are compared without it")
    return conventions


def _document(comparison: Comparison, stages: bool) -> Document:
    from cnncost.render.views.costs.compare import comparison_document, stage_document
    from cnncost.report.comparison import StageComparison

    if stages:
        return stage_document(StageComparison.of(comparison))
    return comparison_document(comparison)


def _refuse_others(**given: object) -> None:
    """Options that change what is counted do not go with figures that are printed."""
    for option, value in given.items():
        if value:
            raise SpecError(
                f"`--published` goes without `--{option}`",
                hint="printed figures are of one sample, in inference, of the network as it was published",
            )


def _show_published(specs: list[str], convention: str, limits: Limits, show: Callable[[Document], None]) -> None:
    from cnncost.api import compare_published, load
    from cnncost.conventions import find
    from cnncost.render.views.catalogue.published import claims_document

    counting = find(convention)
    found = good_ones(specs, applied(load, limits=limits))
    asked_for = [graph._replace(name=spec) for spec, graph in found]  # called as they were asked for
    show(claims_document(compare_published(asked_for, convention=counting)))
    exit_unless_all(specs, found)
