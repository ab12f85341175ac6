"""A network compared with a model that someone else wrote, by the order and the shapes of their layers.

Names are never compared, and functions that a model calls between its layers do not matter. A layer is at fault that
writes another shape although it reads the same; those behind it only follow.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.graph.indices import holds_indices
from cnncost.measurement.outcome import is_interruption
from cnncost.pytorch.build import build
from cnncost.records import NamedTuple
from cnncost.verification.result import DIFFERENT, Check
from cnncost.verification.trace import OWN, Call, Trace, trace, trace_copy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.report.report import Report
    from cnncost.verification.trace import Shape

_MOST_SHAPES = 4
"""Tensor shapes that a note lists."""


class Pair(NamedTuple):
    """A layer of the spec and the module that stands in its place; one of them alone where the other has none."""

    ours: Call | None
    """The layer of the spec."""
    theirs: Call | None
    """The module of the other model."""


def reference_checks(graph: Graph, report: Report, model: Any) -> list[Check]:
    """Compare a network with a model of the user's own, in the mode and with the batch of the report.

    Args:
        graph: the network.
        report: its analysis.
        model: a ``torch.nn.Module`` that takes the same inputs; it is copied.

    Raises:
        SpecError: PyTorch is not installed.
    """
    settings = report.settings
    shapes = [(settings.batch, *graph.nodes[number].y.dims) for number in graph.inputs]
    spec = build(graph, "meta")
    checks = list(_stored(report, spec, model))
    ours = _named(trace(spec, shapes, settings.training, "meta"), graph)
    try:
        theirs = trace_copy(model, shapes, settings.training, [holds_indices(graph, i) for i in graph.inputs])
    except BaseException as error:  # whatever the user's model does, leaving included
        if is_interruption(error):
            raise
        said = (str(error).splitlines() or [""])[0]
        why = f"their model does not run on {_list(shapes)}: {type(error).__name__}: {said}"
        return [*checks, Check.different("", "output_shape", tuple(sorted(ours.outputs)), None, why)]
    checks += _in_total(report, ours, theirs)
    pairs = align(ours.calls, theirs.calls)
    return [*checks, *_layer_checks(pairs, _without_layer(model, pairs))]


def _stored(report: Report, spec: Any, model: Any) -> Iterator[Check]:
    """The checks of parameters, by the shapes of their tensors, and of buffers."""
    ours, theirs = (Counter([tuple(weight.shape) for weight in each.parameters()]) for each in (spec, model))
    note = ""
    if ours != theirs:
        note = f"tensors {_list(sorted((ours - theirs).elements()))} are the spec's alone"
        note += f", {_list(sorted((theirs - ours).elements()))} theirs alone{_names(model, theirs - ours)}"
    measured = sum(weight.numel() for weight in model.parameters())
    check = Check.of_said("", "params", report.totals, measured, note)
    yield (
        check if ours == theirs else check.model_copy(update={"verdict": DIFFERENT, "measured": measured, "note": note})
    )
    buffers = sum(buffer.numel() for buffer in model.buffers())
    yield Check.of_said("", "buffers", report.totals, buffers)


def _names(model: Any, surplus: Counter[Shape]) -> str:
    """The names of the tensors that they have too many, in brackets; empty where it may be one or another."""
    names = [name for name, weight in model.named_parameters() if tuple(weight.shape) in surplus]
    if not 0 < len(names) == surplus.total():
        return ""
    more = f" and {len(names) - _MOST_SHAPES} more" if len(names) > _MOST_SHAPES else ""
    return f" ({', '.join(f'`{name}`' for name in names[:_MOST_SHAPES])}{more})"


def _in_total(report: Report, ours: Trace, theirs: Trace) -> Iterator[Check]:
    """The checks of the whole forward pass; who returns several tensors may order them."""
    yield Check.of("", "output_shape", tuple(sorted(ours.outputs)), tuple(sorted(theirs.outputs)))
    yield Check.of_said("", "macs", report.totals, theirs.macs)


def _named(ours: Trace, graph: Graph) -> Trace:
    """The calls of our model under the names of the spec's layers, of which modules may be parts.

    A tensor that is another layer's weights is left out: it is no layer of any model.
    """
    names = {node.module_name: node.name for node in graph.layers}
    weights_of_others = {node.name for node in graph.layers if node.layer.is_source and not node.owns_weights}

    def name_of(module: str) -> str:
        while module not in names:
            module = module.rpartition(".")[0]
        return names[module]

    calls = [call._replace(name=name_of(call.name)) for call in ours.calls]
    return ours._replace(calls=tuple([call for call in calls if call.name not in weights_of_others]))


def align(ours: Sequence[Call], theirs: Sequence[Call]) -> list[Pair]:
    """The layers of both models side by side, in the order of ours.

    The longest runs of like kind and like weights are the same layers; then those among what is left, since branches
    may run in another order. What is left then is paired by its kind.
    """
    found: dict[int, int] = {}
    mine, other = list(range(len(ours))), list(range(len(theirs)))
    for signature in (_kind_and_weights, _kind):
        while like := _alike([signature(ours[i]) for i in mine], [signature(theirs[i]) for i in other]):
            found |= {mine[a]: other[b] for a, b in like}
            # A pool without a partner is no difference: the other model may call a function.
            mine = [i for i in mine if i not in found and not ours[i].is_pool]
            other = [i for i in other if i not in found.values() and not theirs[i].is_pool]
    pairs = {i: Pair(ours[i], theirs[j]) for i, j in found.items()}
    pairs |= {i: Pair(ours[i], None) for i in mine if not ours[i].is_pool}
    alone = [Pair(None, theirs[i]) for i in other if not theirs[i].is_pool]
    return [*[pairs[i] for i in sorted(pairs)], *alone]


def _kind_and_weights(call: Call) -> tuple[object, ...]:
    return call.kind, call.weights


def _kind(call: Call) -> tuple[object, ...]:
    return (call.kind,)


def _alike(ours: list[tuple[object, ...]], theirs: list[tuple[object, ...]]) -> list[tuple[int, int]]:
    """The positions of like signatures, in runs that are as long as possible."""
    from difflib import SequenceMatcher

    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return [(start + i, their_start + i) for start, their_start, length in blocks for i in range(length)]


def _without_layer(model: Any, pairs: Sequence[Pair]) -> Counter[Shape]:
    """Their parameters that belong to no layer of the pairs: weights that a function uses."""
    used = {pair.theirs.name: Counter(pair.theirs.weights) for pair in pairs if pair.theirs and not _is_loose(pair)}
    everything = Counter([tuple(weight.shape) for weight in model.parameters()])
    for weights in used.values():
        everything -= weights
    return everything


def _is_loose(pair: Pair) -> bool:
    """Whether it is a module of theirs alone that is no layer, but calls functions with its weights."""
    return pair.ours is None and pair.theirs is not None and pair.theirs.kind == OWN


def _layer_checks(pairs: list[Pair], loose: Counter[Shape]) -> Iterator[Check]:
    """The checks of all layers, up to the first fault also of those that follow from it."""
    fault = ""
    for ours, theirs in sorted(pairs, key=_is_loose):  # what they hold may turn out to be a layer of the spec's
        if ours is None or theirs is None:
            if theirs and theirs.kind == OWN and not _takes(loose, theirs.weights):
                continue
            missing = _missing(ours, theirs, loose)
            fault = fault or (missing.layer or missing.note if missing.verdict == DIFFERENT else "")
            yield missing
            continue
        note = f"{theirs.name} in their model"
        if ours.weights:
            yield Check.of(ours.name, "weights", ours.weights, theirs.weights, note)
        if ours.weights != theirs.weights:
            fault = fault or ours.name
        elif fault and ours.reads != theirs.reads:
            yield Check.gap(ours.name, "output_shape", ours.writes, f"{note}; it follows `{fault}`")
            continue
        if ours.reads != theirs.reads and not fault:
            note += f", which reads {_shape(theirs.reads)} where the spec's reads {_shape(ours.reads)}"
        for check in _pair_checks(ours, theirs, note):
            fault = fault or (check.layer if check.verdict == DIFFERENT else "")
            yield check


def _pair_checks(ours: Call, theirs: Call, note: str) -> tuple[Check, Check]:
    return (
        Check.of(ours.name, "output_shape", ours.writes, theirs.writes, note),
        Check.of(ours.name, "macs", ours.macs, theirs.macs, note),
    )


def _missing(ours: Call | None, theirs: Call | None, loose: Counter[Shape]) -> Check:
    """The check of a layer that one of the models does not have, unless its weights are there without a layer."""
    if ours is None:
        assert theirs is not None
        return Check.different("", "weights", None, theirs.weights, f"{theirs.name}, a {theirs.kind}, is theirs alone")
    if _takes(loose, ours.weights):
        return Check.of(ours.name, "weights", ours.weights, ours.weights, "in their model, used by a function")
    return Check.different(ours.name, "weights", ours.weights, None, "their model has no such layer")


def _takes(loose: Counter[Shape], weights: tuple[Shape, ...]) -> bool:
    """Take the weights from those that belong to no layer, if they are all there."""
    wanted = Counter(weights)
    if not wanted <= loose:
        return False
    loose.subtract(wanted)
    return True


def _shape(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "one number"


def _list(shapes: Iterable[Shape]) -> str:
    """Shapes in a few words."""
    known = [_shape(shape) for shape in shapes]
    more = f" and {len(known) - _MOST_SHAPES} more" if len(known) > _MOST_SHAPES else ""
    return (", ".join(known[:_MOST_SHAPES]) or "none") + more
