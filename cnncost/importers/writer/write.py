"""A graph as the text of a spec: loading it gives the same graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.writer.arrangement.arrange import Arrangement
from cnncost.importers.writer.arrangement.outline import each_alone, outline
from cnncost.importers.writer.arrangement.references import References, ShadowedError, UnwritableError
from cnncost.importers.writer.definitions import definitions, own_figures
from cnncost.importers.writer.layout.text import Writer, quoted, scalar
from cnncost.importers.writer.recognition.blocks import recognise
from cnncost.importers.writer.recognition.loops import compressed
from cnncost.language.load import loads
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph
    from cnncost.importers.writer.steps import Step


class Spelling(NamedTuple):
    """How much of the language is used."""

    containers: bool = True
    """Whether what lies together stands together."""
    blocks: bool = True
    """Whether containers become blocks."""
    loops: bool = True
    """Whether runs become loops."""


SPELLINGS = (
    Spelling(),
    Spelling(loops=False),
    Spelling(blocks=False),
    Spelling(blocks=False, loops=False),
    Spelling(containers=False, blocks=False, loops=False),
)
"""From what a person would write to what says every node by itself."""


def write(graph: Graph) -> str:
    """The text of a spec that gives the graph again: its `to_dict()`, its figures and their order.

    Blocks are made of containers of one kind, loops of runs, and parameters of what differs. Settings that a graph was
    loaded with are part of its numbers then.

    Args:
        graph: any graph.

    Raises:
        SpecError: the language cannot say a part of it.

    >>> from cnncost import load
    >>> print(write(load("lenet5")).partition("network:")[2].partition("- flatten")[0])
    <BLANKLINE>
      - conv: {out: 6, kernel: 5}
      - tanh
      - avgpool: 2
      - conv: {out: 16, kernel: 5}
      - tanh
      - avgpool: 2
    <BLANKLINE>
    """
    defined = definitions(graph)
    for spelling in SPELLINGS:
        try:
            text = spelt(graph, spelling, defined)
        except UnwritableError:
            continue
        if _gives(text, graph):
            return text
    raise SpecError(f"the language has no words for a part of `{graph.name}`")


def _gives(text: str, graph: Graph) -> bool:
    """Whether a text is a spec of the graph."""
    try:
        read = loads(text, graph.name)
    except SpecError:
        return False
    is_same = read.to_dict() == graph._replace(variables=()).to_dict() and own_figures(read) == own_figures(graph)
    return is_same and not read.warnings


def spelt(graph: Graph, spelling: Spelling, defined: Sequence[str] = ()) -> str:
    """The text, with the lines that define layers of its own.

    Raises:
        UnwritableError: a step reads what it cannot see in this spelling.
    """
    steps, references = _arranged(graph, spelling)
    outputs = [references.to(number, []) for number in graph.outputs]
    auxiliary = [references.to(number, []) for number in graph.auxiliary]
    is_last = bool(steps) and len(graph.outputs) == 1 and steps[-1].ends == graph.outputs and not graph.auxiliary
    blocks = recognise(steps, loops=spelling.loops)
    if spelling.loops:
        steps = compressed(steps)
    lines = [*_head(graph), *defined]
    writer = Writer(blocks)
    if blocks:
        lines += ["", "blocks:"]
        for block in blocks:
            lines += [f"  {line}" for line in writer.block(block)]
    lines += ["", "network:", *[f"  {line}" for line in writer.steps(steps, is_numbered=False)]]
    if not is_last:
        lines += ["", f"outputs: [{', '.join(map(quoted, outputs))}]"]
    if auxiliary:
        lines.append(f"auxiliary: [{', '.join(map(quoted, auxiliary))}]")
    return "\n".join([*lines, *_tail(graph), ""])


def _arranged(graph: Graph, spelling: Spelling) -> tuple[list[Step], References]:
    """The steps of a graph, which know what they read.

    A container where an outer name means something else is none: what lies in it is called by its whole way.

    Raises:
        UnwritableError: one of them reads what it cannot see.
    """
    apart: set[str] = set()
    while True:
        items = outline(graph, apart) if spelling.containers else each_alone(graph)
        steps = Arrangement(graph, blocks=spelling.blocks).steps(items)
        references = References(graph, steps)
        try:
            references.say()
        except ShadowedError as error:
            if not error.container or error.container in apart:
                raise
            apart.add(error.container)
        else:
            return steps, references


def _head(graph: Graph) -> list[str]:
    lines = [f"name: {quoted(graph.name)}"]
    if graph.source is not None:
        lines.append(f"source: {quoted(graph.source)}")
    if graph.year is not None:
        lines.append(f"year: {graph.year}")
    shapes = {graph.nodes[number].name: list(graph.nodes[number].y.dims) for number in graph.inputs}
    if list(shapes) == ["input"]:
        return [*lines, f"input: {shapes['input']}"]
    return [*lines, "input: {" + ", ".join(f"{name}: {shape}" for name, shape in shapes.items()) + "}"]


def _tail(graph: Graph) -> list[str]:
    """What others say of the network."""
    lines = []
    if graph.expect is not None:
        lines += ["", f"expect: {_mapping(graph.expect._asdict())}"]
    if graph.published:
        lines += ["", "published:"]
        lines += [f"  - {_mapping(claim._asdict())}" for claim in graph.published]
    return lines


def _mapping(values: dict[str, Any]) -> str:
    given = {name: value for name, value in values.items() if value is not None}
    return "{" + ", ".join(f"{name}: {scalar(value)}" for name, value in given.items()) + "}"
