"""The file: imports, functions, classes, and a factory."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from cnncost.exporters.naming import printable
from cnncost.exporters.pytorch.classes.composition import Composer
from cnncost.exporters.pytorch.classes.repetition import with_loops
from cnncost.exporters.pytorch.classes.root import frozen_lines, share_weights, tied_lines
from cnncost.exporters.pytorch.classes.templates import Library, filled, freed
from cnncost.exporters.pytorch.code.expressions import Attribute, Name, children, literal_text
from cnncost.exporters.pytorch.code.layout import INDENT, WIDTH, fits, statement
from cnncost.exporters.pytorch.forward import forward_lines
from cnncost.exporters.pytorch.parts.names import ClassNames, factory_name, input_names, letters
from cnncost.exporters.pytorch.parts.regions import Flow, in_module_order, tree_of, without_regions
from cnncost.exporters.pytorch.parts.units import MODULE_ATTRIBUTES, SELF
from cnncost.graph.weights import has_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.exporters.pytorch.classes.bindings import Slot
    from cnncost.exporters.pytorch.classes.templates import Body, Template
    from cnncost.exporters.pytorch.parts.regions import Region
    from cnncost.exporters.pytorch.parts.units import Unit
    from cnncost.graph.graph import Graph

_MAIN = """\
if __name__ == "__main__":
    model = {factory}()
    print(f"{{sum(parameter.numel() for parameter in model.parameters()):,}} parameters")
"""


def source_of(graph: Graph) -> str:
    """The Python file of a network.

    Its modules hold the same parameters and buffers as those of :func:`cnncost.pytorch.build.build`, in the same order,
    and it gives the same outputs.

    Raises:
        SpecError: a layer that cannot be written as PyTorch code.
    """
    composer, body, units = _composed(graph, tree_of(graph))
    if not _is_in_order(graph, units):  # names of which one is the beginning of another: what one holds is apart
        composer, body, units = _composed(graph, without_regions(graph))
    body = body._replace(inputs=graph.inputs, outputs=graph.outputs)
    network = composer.library.instance_of(body).template
    for template in composer.library.templates:
        template.settle()
    places = {node: place for unit in units for node, place in unit.places.items()}
    finish = [*tied_lines(graph, places, composer.homes), *frozen_lines(graph, places)]
    classes = [
        _class_text(template, graph, finish if template is network else [], template is network)
        for template in composer.library.templates
    ]
    if any(line.startswith(share_weights.__name__) for line in finish):
        composer.written[share_weights.__name__] = share_weights
    functions = [_function_text(function) for function in composer.written.values()]
    names = [template.name for template in composer.library.templates]
    factory = factory_name(graph.name, [*names, *composer.written])
    made = f'def {factory}() -> nn.Module:\n{INDENT}"""{_title(graph)}."""\n{INDENT}return {network.name}()\n'
    parts = [*functions, *classes, made, _MAIN.format(factory=factory)]
    return "\n\n".join([_head(graph, "\n".join(parts)), *parts])


def _composed(graph: Graph, tree: Region) -> tuple[Composer, Body, Sequence[Unit]]:
    composer = Composer(Flow(graph), Library(ClassNames(())))
    body, units = composer.body_of(tree, composer.units_in(tree), graph.name)
    return composer, body, units


def _is_in_order(graph: Graph, units: Sequence[Unit]) -> bool:
    """Whether weights stand in the order in which the module has them that is built of the graph."""
    made = [graph.nodes[number] for unit in units for number in unit.places]
    orders = [[node.weights for node in nodes if has_weights(node)] for nodes in (made, in_module_order(graph))]
    ours, theirs = [[*dict.fromkeys(order)] for order in orders]
    return ours == theirs


def _head(graph: Graph, text: str) -> str:
    """The docstring and the imports that the rest of the file needs."""
    published = f", as in {printable(graph.source)}" if graph.source else ""
    settings = "".join([f"; {name}={value}" for name, value in graph.variables])
    about = _in_docstring(f"{_title(graph)}{published}{settings}.")
    lines = [f'"""{about}', "", "Written by `cnncost export`; it needs PyTorch alone.", '"""', ""]
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    if "Any" in used:
        lines += ["from typing import Any", ""]
    if "torch" in used:
        lines.append("import torch")
    if "F" in used:
        lines.append("import torch.nn.functional as F")
    lines.append("from torch import Tensor, nn")
    return "\n".join(lines) + "\n"


def _title(graph: Graph) -> str:
    return _in_docstring(printable(graph.name))


def _in_docstring(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', "'")
    return "\n".join(textwrap.wrap(safe, WIDTH - 10, break_long_words=False, break_on_hyphens=False))


def _function_text(function: Callable[..., Any]) -> str:
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    return source[source.index("def ") :]


def _class_text(template: Template, graph: Graph, finish: Sequence[str], is_network: bool) -> str:
    body = template.bodies[0]
    bindings = iter(template.bindings)
    made = [with_loops(filled(member.expression, bindings)) for member in body.members]
    parameters = [slot.name for slot in template.parameters]
    results = [filled(unit.result, bindings) for unit in body.units]
    attributes = {member.attribute for member in body.members} | MODULE_ATTRIBUTES
    kept = {name: f"{name}_" if name in attributes else name for name in parameters}
    free = [freed(result, {name: Attribute(SELF, attribute) for name, attribute in kept.items()}) for result in results]
    stored = [name for name in parameters if any(_mentions(result, name) for result in results)]
    lines = [f"class {template.name}(nn.Module):"]
    if is_network:
        lines += [f'{INDENT}"""{_title(graph)}."""', ""]
    if made or stored or finish:
        annotated = [_declaration(slot) for slot in template.parameters]
        lines += _signature("__init__", annotated, "None")
        lines.append(f"{INDENT * 2}super().__init__()")
        lines += [f"{INDENT * 2}self.{kept[name]} = {name}" for name in stored]
        for member, expression in zip(body.members, made, strict=True):
            lines += statement(f"self.{member.attribute} = ", expression, INDENT * 2)
        lines += [f"{INDENT * 2}{line}" for line in finish]
        lines.append("")
    names = letters(len(body.inputs)) if template.is_layer else input_names(graph, body.inputs, is_network)
    auxiliary = graph.auxiliary if is_network else ()
    lines += _signature("forward", [f"{name}: Tensor" for name in names], _returned(body, auxiliary))
    lines += forward_lines(body, free, names, auxiliary, body.outputs)
    return "\n".join(lines) + "\n"


def _declaration(slot: Slot) -> str:
    default = "" if slot.default is None else f" = {literal_text(slot.default)}"
    return f"{slot.name}: {slot.annotation}{default}"


def _returned(body: Body, auxiliary: Sequence[int]) -> str:
    """The type of what the forward pass gives."""
    if len(body.outputs) > 1:
        trained = {value for unit in body.units if unit.training_only for value in unit.outputs}
        return "tuple[Tensor | None, ...]" if trained.intersection(body.outputs) else "tuple[Tensor, ...]"
    return "Tensor | tuple[Tensor, ...]" if auxiliary else "Tensor"


def _signature(name: str, parameters: Sequence[str], returned: str) -> list[str]:
    line = f"{INDENT}def {name}({', '.join(['self', *parameters])}) -> {returned}:"
    if fits(line):
        return [line]
    inside = [f"{INDENT * 2}{parameter}," for parameter in ("self", *parameters)]
    return [f"{INDENT}def {name}(", *inside, f"{INDENT}) -> {returned}:"]


def _mentions(expression: Any, name: str) -> bool:
    return expression == Name(name) or any(_mentions(child, name) for child in children(expression))
