"""Layers that run in training only, such as the heads of GoogLeNet: an export in training has them besides.

Only a model with parameters that evaluation leaves alone is exported a second time. The operators of both exports are
matched, each with the one that computes the same of the same, and those that training has alone are added to the
operators of evaluation, which stay what they are.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.model.export import export_in_training
from cnncost.importers.pytorch.model.library import import_torch
from cnncost.importers.pytorch.translation.rewriting.mutations import is_in_place
from cnncost.importers.pytorch.translation.rewriting.writes import seen_whole

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

    from cnncost.importers.pytorch.model.export import Exported
    from cnncost.importers.pytorch.model.inputs import InputShape
    from cnncost.importers.sources import ModelSource

    Specs = Mapping[str, Any]
    Pairs = Mapping[Any, Any]

_MODES = {"train": False, "training": False, "dropout_p": 0.0}
"""Arguments that differ between the modes, with what they are in evaluation: layers know of their modes themselves."""


def with_auxiliary(source: ModelSource, model: Any, shapes: Sequence[InputShape], exported: Exported) -> Exported:
    """An export with what the model gives in training besides, or with a warning where that is not known.

    Args:
        source: the model, as errors call it.
        model: the module.
        shapes: what it reads.
        exported: its operators in evaluation; the graph is changed.
    """
    idle = _idle(model, exported.program)
    if not idle:
        return exported
    try:
        training = export_in_training(source, model, shapes, exported.batch)
    except SpecError as error:
        return in_doubt(exported, f"in training mode {error.message}")
    pairs, stands_for = _matched(exported.program, training)
    ends = [end for end in training.graph.output_node().all_input_nodes if end not in pairs]
    ends = [end for end in ends if not idle.isdisjoint(_names_behind(end))]
    if not ends:
        return exported
    added = _added(training.graph, ends, pairs)
    if _has_lost_layers(exported.program, set(pairs.values())) or not all(
        _is_copied(node, _specs(training)) for node in added
    ):
        return in_doubt(exported, "what it computes in training cannot be told apart from evaluation")
    _add(exported.program, training, added, pairs, stands_for)
    output = exported.program.graph.output_node()
    output.args = ((*output.args[0], *[added[end] for end in ends]),)
    return exported._replace(auxiliary=len(ends))


def in_doubt(exported: Exported, why: str) -> Exported:
    """An export whose network is said to lack layers of training, and why."""
    what = f"layers that run in training only are not counted, and figures of training lack them: {why}"
    return exported._replace(warnings=(what,))


def _idle(model: Any, program: Any) -> set[str]:
    """The placeholders of parameters that nothing reads, under none of their names."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    specs = _specs(program)
    stored = {
        node: id(parameters[specs[node.name].target])
        for node in program.graph.nodes
        if node.op == "placeholder" and specs[node.name].target in parameters
    }
    used = {tensor for node, tensor in stored.items() if node.users}
    return {node.name for node, tensor in stored.items() if tensor not in used}


def _specs(program: Any) -> dict[str, Any]:
    """What each placeholder is, by its name."""
    return {spec.arg.name: spec for spec in program.graph_signature.input_specs}


def _matched(evaluation: Any, training: Any) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The operators of training that evaluation has too, each with that of evaluation.

    The second gives besides, for what training alone overwrites, as a head does that begins in place, what that is in
    evaluation.
    """
    waiting: dict[Hashable, deque[Any]] = defaultdict(deque)
    specs = _specs(evaluation)
    for node in evaluation.graph.nodes:
        waiting[_key(node, specs, {})].append(node)
    pairs: dict[Any, Any] = {}
    stands_for: dict[Any, Any] = {}
    specs = _specs(training)
    for node in training.graph.nodes:
        found = waiting.get(_key(node, specs, stands_for))
        if found and node.op != "output":
            stands_for[node] = pairs[node] = found.popleft()
        elif is_in_place(node) and node.args[0] in stands_for:
            stands_for[node] = stands_for[node.args[0]]
    return pairs, stands_for


def _key(node: Any, specs: Specs, known: Pairs) -> Hashable:
    """What a node computes, of which nodes of evaluation."""
    if node.op == "placeholder":
        spec = specs[node.name]
        name = node.name if spec.kind.name == "USER_INPUT" else spec.target
        return spec.kind.name, _sizes(node) if spec.kind.name == "CONSTANT_TENSOR" else name
    return node.op, str(node.target), _frozen(_arguments(node), known), _frozen(node.kwargs, known)


def _sizes(node: Any) -> tuple[int, ...]:
    return tuple(getattr(node.meta.get("val"), "shape", ()))


def _frozen(value: Any, known: Pairs) -> Hashable:
    if hasattr(value, "users"):
        return known.get(value, value)  # type: ignore[no-any-return]  # a node, which is hashable
    if isinstance(value, list | tuple):
        return tuple([_frozen(item, known) for item in value])
    if isinstance(value, dict):
        return tuple([(name, _frozen(item, known)) for name, item in sorted(value.items())])
    return type(value), repr(value)


def _arguments(node: Any) -> tuple[Any, ...]:
    """What a node is called with, as in evaluation."""
    if not hasattr(node.target, "_schema"):
        return tuple(node.args)
    names = [argument.name for argument in node.target._schema.arguments]
    return tuple([_MODES.get(name, value) for name, value in zip(names, node.args, strict=False)])


def _names_behind(end: Any) -> set[str]:
    """The names of all that a node is computed of."""
    found, left = {end}, [end]
    while left:
        new = [read for read in left.pop().all_input_nodes if read not in found]
        found.update(new)
        left += new
    return {node.name for node in found}


def _added(graph: Any, ends: Sequence[Any], pairs: Pairs) -> dict[Any, Any]:
    """The operators, in their order, that `ends` need and that evaluation does not have."""
    needed = set(ends)
    for node in reversed(graph.nodes):
        if node not in pairs and (node in needed or _writes_into(node, needed)):
            needed.add(node)
            needed.update(read for read in node.all_input_nodes if read not in pairs)
    return {node: None for node in graph.nodes if node in needed}


def _writes_into(node: Any, needed: Collection[Any]) -> bool:
    """Whether an operator overwrites a part of what is needed."""
    part = node.args[0] if is_in_place(node) else None
    while part is not None:
        if part in needed:
            return True
        part = seen_whole(part)
    return False


def _has_lost_layers(evaluation: Any, matched: Collection[Any]) -> bool:
    """Whether evaluation has an operator with parameters that training does not have: both go different ways."""
    specs = _specs(evaluation)
    return any(
        read.op == "placeholder" and specs[read.name].kind.name == "PARAMETER"
        for node in evaluation.graph.nodes
        if node.op == "call_function" and node not in matched
        for read in node.all_input_nodes
    )


def _is_copied(node: Any, specs: Specs) -> bool:
    """Whether a node means the same in another graph."""
    is_constant = node.op == "placeholder" and specs[node.name].kind.name == "CONSTANT_TENSOR"
    return bool(is_constant or node.op == "call_function")


def _add(evaluation: Any, training: Any, added: dict[Any, Any], pairs: Pairs, stands_for: Pairs) -> None:
    """Copy operators into the graph of evaluation, each behind those that ran before it; `added` gets the copies."""
    graph, calls = evaluation.graph, _calls(pairs)
    places = {node: place for place, node in enumerate(graph.nodes)}
    last = reached = next(iter(graph.nodes))
    for node in training.graph.nodes:
        if node in pairs:
            if places[pairs[node]] > places[reached]:
                last = reached = pairs[node]
        elif node in added:
            with graph.inserting_after(last):
                last = graph.node_copy(node, lambda read: pairs.get(read) or added[read])
            last.args = _arguments(last)
            if is_in_place(node) and node.args[0] in stands_for:
                last.target = _out_of_place(node.target)
            stack = node.meta.get("nn_module_stack") or {}
            last.meta = {**node.meta, "nn_module_stack": {calls.get(key, f"{key}+"): stack[key] for key in stack}}
            added[node] = last
            if node.op == "placeholder":
                evaluation.graph_signature.input_specs.append(_renamed(_specs(training)[node.name], last.name))


def _renamed(spec: Any, name: str) -> Any:
    return replace(spec, arg=replace(spec.arg, name=name))


def _calls(pairs: Pairs) -> dict[str, str]:
    """PyTorch's keys of the calls of modules in training, and those of the same calls in evaluation."""
    stacks = [
        (new.meta.get("nn_module_stack") or {}, old.meta.get("nn_module_stack") or {}) for new, old in pairs.items()
    ]
    return {key: other for stack, old in stacks for key, other in zip(stack, old, strict=False)}


def _out_of_place(target: Any) -> Any:
    """The operator that gives a new tensor: what evaluation reads later must stay as it is."""
    name = target._schema.name.removeprefix("aten::").removesuffix("_")
    return getattr(getattr(import_torch().ops.aten, name), target._overloadname)
