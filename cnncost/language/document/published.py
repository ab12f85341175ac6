"""What others say of a network: `expect`, exact figures that ours must equal, and `published`, figures as printed."""

from __future__ import annotations

from cnncost.amounts import read_count
from cnncost.errors import SpecError
from cnncost.graph.graph import Expectation, Published
from cnncost.language.yaml.forms import mapping, plain_text, refuse_unknown_keys, text_of, whole_number
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

EXPECT_KEYS = {
    "params": "parameters, exact to the unit",
    "macs": "multiply-accumulates of one sample, exact to the unit",
    "source": "who counted, and how",
}
PUBLISHED_KEYS = {
    "source": "who printed the figures, and where",
    "params": "parameters, with the digits that are printed: `25.6M`",
    "flops": "operations as printed, whatever the source calls by that name: `3.8G`",
    "accuracy": "percent",
    "metric": "what the accuracy is of; `ImageNet top-1` when absent",
    "note": "why a figure is not the exact one, where it is not",
}


def read_expectation(node: Node | None) -> Expectation | None:
    """The figures under `expect`; ``None`` where there are none.

    Raises:
        SpecError: an unknown key, or a figure that is not a whole number.
    """
    if node is None:
        return None
    figures = mapping(node, "`expect`")
    refuse_unknown_keys(figures, EXPECT_KEYS, "`expect`")
    return Expectation(whole_number(figures, "params"), whole_number(figures, "macs"), text_of(figures, "source"))


def read_published(node: Node | None) -> tuple[Published, ...]:
    """The claims under `published`: one mapping, or a list of them.

    Raises:
        SpecError: an unknown key, no source, or a figure that is not an amount.
    """
    if node is None:
        return ()
    return tuple(map(_claim, node.items if isinstance(node, SequenceNode) else [node]))


def _claim(node: Node) -> Published:
    claim = mapping(node, "`published`")
    refuse_unknown_keys(claim, PUBLISHED_KEYS, "`published`")
    source = text_of(claim, "source")
    if source is None:
        raise SpecError("a published figure needs its `source`", node.span)
    figures = _amount(claim, "params"), _amount(claim, "flops"), _percent(claim, "accuracy")
    published = Published(source, *figures, note=text_of(claim, "note"))
    metric = text_of(claim, "metric")
    return published if metric is None else published._replace(metric=metric)


def _amount(node: MappingNode, key: str) -> str | None:
    """An amount with the digits that were printed: they say how exact it is."""
    figure = node.get(key)
    if figure is None:
        return None
    text = plain_text(figure, f"`{key}`")
    try:
        read_count(text)
    except SpecError as error:
        raise SpecError(error.message, figure.span, hint=error.hint) from None
    return text


def _percent(node: MappingNode, key: str) -> float | None:
    figure = node.get(key)
    if figure is None:
        return None
    value = figure.value if isinstance(figure, Scalar) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 100:
        raise SpecError(f"`{key}` must be a percentage, 0 to 100", figure.span)
    return float(value)
