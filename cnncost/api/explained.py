"""Figures explained: the formula of each, the numbers in it, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.api.networks import graph_of
from cnncost.arguments import optional_text
from cnncost.errors import SpecError
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.conventions import AnyConvention
    from cnncost.explanation import LayerExplanation, SumExplanation
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits


def explain(
    spec: str | Path | Graph,
    layer: str | None = None,
    *,
    total: str | None = None,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    amp: str | None = None,
    convention: AnyConvention = "textbook",
    device: str | None = None,
    channels_last: bool = False,
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
) -> LayerExplanation | SumExplanation:
    """Where figures come from: formulas in symbols, with the numbers in them, results, units and sources.

    Args:
        spec: as for :func:`analyze`; or a layer type that is no architecture and no file, for a layer on its own:
            `input` is then its input, and `set` its parameters.
        layer: the name of a layer, for each of its figures; or of a block, for what its figures add up from. Without
            one it is the network's. It may be written as the path of a PyTorch module, ``stage.0``, or as a pattern
            that only one layer or block is like, ``stage[0].*``.
        total: the only figure to explain, of the layer; or to add up.
        set, input: as for :func:`analyze`.
        device, channels_last: as for :func:`analyze`: the figures of a layer have the time of each of its kernels then.
        batch, dtype, optimizer, mode, amp, convention, limits, arguments, partial: as for :func:`analyze`.

    Raises:
        SpecError: there is no such layer or figure; and what :func:`analyze` raises.

    >>> conv = explain("conv", input=[64, 56, 56], set={"out": 128, "kernel": 3, "padding": 1}, batch=32)
    >>> conv.figure("params").formula, conv.figure("params").substituted, conv.figure("params").value
    ('C_o·(C_i/g)·k² + C_o', '128·(64/1)·3² + 128', 73856)
    >>> [figure.name for figure in explain("lenet5", "conv", total="macs").figures]
    ['macs']
    """
    from cnncost.explanation.named import explain_named
    from cnncost.explanation.single import layer_graph, names_a_layer_type, refuse_misspelt
    from cnncost.language.load import limits_given
    from cnncost.language.request import settings_given, shapes_given
    from cnncost.metrics import Analysis

    layer = optional_text("`layer`", layer, "the name of a layer or a block")
    total = optional_text("`total`", total, "the name of a figure")
    runs = {"batch": batch, "dtype": dtype, "optimizer": optimizer, "mode": mode, "amp": amp}
    settings = Settings.checked(**runs, convention=convention, device=device, channels_last=channels_last)
    if isinstance(spec, str) and names_a_layer_type(spec):
        if layer is not None:
            raise SpecError(f"`{spec}` is a layer type, not a network", hint="it has no layers to name")
        shapes = shapes_given(input)
        graph = layer_graph(spec, shapes, settings_given(set), limits_given(limits))
        return explain_named(Analysis(graph, settings), graph.layers[-1].name, total)
    if isinstance(spec, str):
        refuse_misspelt(spec)
    graph = graph_of(spec, set, input, limits, arguments, partial=partial)
    return explain_named(Analysis(graph, settings), layer, total)
