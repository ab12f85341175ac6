"""Steps -> graph: blocks are called, loops run, and every layer is placed with its shape as it is reached.

The expansion runs the steps in order, carrying the flow: the nodes that the next step reads unless it says `from`.
It is one node as a rule, several after a `split`, and none at the start of a network with several inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.graph import Scope
from cnncost.layers import REGISTRY
from cnncost.layers.shape import SUGAR
from cnncost.spec import names
from cnncost.spec.arguments import block_values
from cnncost.spec.document import text_span
from cnncost.spec.environment import Environment, StepValue
from cnncost.spec.names import Binding, Lexicon
from cnncost.spec.placing import Network
from cnncost.spec.steps import JOINS, Step, parse_steps
from cnncost.spec.text import Node, Scalar, Sequence
from cnncost.spec.values import Callee, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.errors import Span
    from cnncost.spec.document import Block, Document
    from cnncost.spec.values import Value

Flow = tuple[int, ...]

_DEEPEST = 60
"""Blocks, loops and branches inside each other: more is no network that anyone wrote."""


class Place:
    """Where steps stand: what their expressions see, which names they read, and the path of their own names."""

    def __init__(self, environment: Environment, lexicon: Lexicon, prefix: str, scopes: tuple[Scope, ...]) -> None:
        self.environment = environment
        self.lexicon = lexicon
        self.prefix = prefix
        self.scopes = scopes
        self.taken: set[str] = set()

    def inner(self, name: str, kind: str, environment: Environment, lexicon: Lexicon) -> Place:
        """The place inside the container `name`."""
        return Place(environment, lexicon, f"{self.prefix}{name}.", (*self.scopes, Scope(name, kind)))

    def numbered(self, kind: str) -> str:
        """A name for an unnamed step: its kind, numbered from the second on."""
        name, number = kind, 1
        while name in self.taken or name in self.lexicon.names or name in self.lexicon.later:
            number += 1
            name = f"{kind}_{number}"
        self.taken.add(name)
        return name


class Expansion:
    """Runs the steps of one document."""

    def __init__(self, document: Document, environment: Environment, network: Network) -> None:
        self.document = document
        self.globals = environment.globals
        self.network = network
        self.parsed: dict[int, list[Step]] = {}
        self.calls: list[tuple[str, str, int | None]] = []
        """Containers being expanded: label, block (or nothing), line of the call."""

    def chain(self) -> tuple[tuple[str, ...], int | None]:
        """The blocks and loops that are being expanded, and the line that called the innermost block."""
        lines = [line for _, _, line in self.calls if line is not None]
        return ("network", *(label for label, _, _ in self.calls)), lines[-1] if lines else None

    def steps_of(self, node: Node, what: str) -> list[Step]:
        """The steps in `node`, parsed once however often they run."""
        steps = self.parsed.get(id(node))
        if steps is None:
            steps = self.parsed[id(node)] = parse_steps(node, what)
        return steps

    def run(self, steps: list[Step], place: Place, flow: Flow) -> Flow:
        """Expand `steps` one after the other; the flow after the last."""
        place.lexicon.later = {step.name: step.callee_span.line for step in steps if step.name}
        for step in steps:
            flow = self.step(step, place, flow)
        return flow

    def step(self, step: Step, place: Place, flow: Flow) -> Flow:
        """Expand one step with its modifiers."""
        self.network.spend(step.callee_span)
        if step.name:
            place.lexicon.later.pop(step.name, None)
        if not self.is_kept(step, place, flow):
            if step.name:
                place.lexicon.dropped[step.name] = step.callee_span.line
            return flow
        reads = flow if step.from_ is None else self.references(step.from_, place)
        place.environment.channels = lambda: self.channels(reads)
        label = self.label(step, place)
        first = self.network.size
        binding = self.repeated(step, place, label, reads) if step.repeat else self.once(step, place, label, reads)
        self.modify_weights(step, place, first)
        place.lexicon.names[label] = binding
        if binding.output is not None:
            return (binding.output,)
        return tuple(turn.output for turn in binding.turns or () if turn.output is not None)

    def is_kept(self, step: Step, place: Place, flow: Flow) -> bool:
        """Whether the step's `when` holds; its `from` is looked at only if the condition asks for `channels`."""
        if step.when is None:
            return True
        source = step.from_
        place.environment.channels = lambda: self.channels(flow if source is None else self.references(source, place))
        return place.environment.condition(step.when, "when")

    def label(self, step: Step, place: Place) -> str:
        """What the step is called in its sequence."""
        if step.name is None:
            callee = None if step.parts else place.environment.callee(step.callee)
            while isinstance(callee, StepValue):
                step = callee.step
                callee = callee.environment.callee(step.callee)
            return place.numbered(callee.name if callee else step.callee)
        known = place.lexicon.names.get(step.name)
        if known is not None:
            hint = f"line {known.line} uses it already"
            raise SpecError(f"two steps are named `{step.name}`", step.callee_span, hint=hint)
        return step.name

    def once(self, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Expand a step without its modifiers."""
        if step.callee == "for" and step.parts:
            return self.loop(step, place, label, reads)
        if step.callee == "residual" and step.parts:
            return self.residual(step, place, label, reads)
        callee = self.resolve(step, place.environment)
        if isinstance(callee, StepValue):
            return self.step_value(callee, step, place, label, reads)
        if callee.kind == "block":
            return self.block(self.document.blocks[callee.name], step, place, label, reads)
        if callee.name in JOINS and isinstance(step.arguments, Sequence):
            return self.join(callee.name, step, place, label, reads)
        step = step._replace(callee=callee.name)
        first = self.network.size
        if callee.name in SUGAR:
            pieces = self.network.split(step, place, label, self.single(reads, step))
            turns = [Binding(piece, step.callee_span.line, piece, piece + 1) for piece in pieces]
            return Binding(None, step.callee_span.line, first, self.network.size, turns=turns)
        node = self.network.layer(step, place, label, reads, lambda reference: self.references(reference, place))
        return Binding(node, step.callee_span.line, first, self.network.size)

    def resolve(self, step: Step, environment: Environment) -> Callee | StepValue:
        """The layer, block or step value that a step calls."""
        callee = environment.callee(step.callee)
        if callee is not None:
            return callee
        known = [*REGISTRY, *SUGAR, *self.document.blocks, "for", "residual"]
        close = did_you_mean(step.callee, known)
        name = step.callee[:60]
        if step.callee in environment.values or step.callee in self.globals.variables:
            raise SpecError(f"`{name}` is a variable that holds no layer, block or step", step.callee_span)
        hint = None if close else "`cnncost layers` lists the layer types"
        raise SpecError(f"unknown layer or block `{name}`{close}", step.callee_span, hint=hint)

    def step_value(self, value: StepValue, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Expand a step that is a parameter's value, with what its arguments saw where they were written."""
        if step.arguments is not None and not self.is_bare(step):
            raise SpecError(f"`{step.callee}` is a whole step and has its arguments", step.arguments.span)
        environment = value.environment.within({})
        environment.channels = place.environment.channels
        at = Place(environment, place.lexicon, place.prefix, place.scopes)
        self.descend(value.step, label, None, None)
        binding = self.once(value.step, at, label, reads)
        self.calls.pop()
        return binding

    @staticmethod
    def is_bare(step: Step) -> bool:
        """Whether a step gives no arguments."""
        return isinstance(step.arguments, Scalar) and step.arguments.text == "" and not step.arguments.quoted

    def block(self, block: Block, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Call a block: its steps see its parameters, the file's variables and `channels`, nothing of the caller."""
        name = block.signature.name
        self.descend(step, label, name, step.callee_span.line)
        environment = Environment(self.globals)
        environment.channels = lambda: self.channels(reads)
        frame = self.calls.pop()  # arguments belong to the caller: their errors name the caller's chain
        block_values(block.signature, step.arguments, step.callee_span, place.environment, environment)
        self.calls.append(frame)
        lexicon = Lexicon()
        inner = place.inner(label, name, environment, lexicon)
        first = self.network.size
        flow = self.run(self.steps_of(block.steps, f"the block `{name}`"), inner, reads)
        output = self.single(flow, step)
        self.calls.pop()
        return Binding(output, step.callee_span.line, first, self.network.size, inside=lexicon.names)

    def descend(self, step: Step, label: str, block: str | None, line: int | None) -> None:
        """Enter a container; raises SpecError for recursion and for nesting too deep."""
        entered = [name for _, name, _ in self.calls if name]
        if block is not None and block in entered:
            path = " > ".join([*entered[entered.index(block) :], block])
            raise SpecError(f"the block `{block}` calls itself", step.callee_span, hint=f"the calls are {path}")
        if len(self.calls) >= _DEEPEST:
            raise SpecError(f"blocks and loops nest more than {_DEEPEST} deep", step.callee_span)
        self.calls.append((label, block or "", line))

    def loop(self, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Expand a `for`: its steps once for each row."""
        assert step.parts is not None
        variables = loop_variables(step)
        rows = self.rows(step, place.environment)
        body = self.steps_of(step.parts.get("do") or step.parts, "`do`")
        first, turns, flow = self.network.size, [], reads
        for index, row in enumerate(rows):
            values = unpack(variables, row, self.row_span(step, index))
            lexicon = Lexicon(place.lexicon)
            environment = place.environment.within({**values, **turn_values(index, len(rows))})
            before = self.network.size
            self.descend(step, f"{label}[{index}]", None, None)
            flow = self.run(body, place.inner(f"{label}[{index}]", "for", environment, lexicon), flow)
            output = self.single(flow, step) if flow else None
            self.calls.pop()
            turns.append(Binding(output, step.callee_span.line, before, self.network.size, inside=lexicon.names))
        output = self.single(flow, step) if flow else None
        return Binding(output, step.callee_span.line, first, self.network.size, turns=turns)

    def rows(self, step: Step, environment: Environment) -> list[Value]:
        """What a `for` runs over."""
        assert step.parts is not None
        node = step.parts.get("in")
        assert node is not None
        rows = environment.evaluate(node)
        if not isinstance(rows, list):
            raise SpecError("`in` must be a list", node.span, hint="`range(n)` counts from 0 to n - 1")
        return rows

    def row_span(self, step: Step, index: int) -> Span:
        """Where row `index` stands: the row itself when the rows are written out."""
        assert step.parts is not None
        node = step.parts.get("in")
        assert node is not None
        return node.items[index].span if isinstance(node, Sequence) else node.span

    def repeated(self, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Expand a step `repeat` times, one after the other."""
        assert step.repeat is not None
        count = place.environment.whole_number(step.repeat, "repeat")
        first, turns, flow = self.network.size, [], reads
        for index in range(count):
            self.network.spend(step.callee_span)
            environment = place.environment.within(turn_values(index, count))
            current = flow
            environment.channels = lambda current=current: self.channels(current)  # type: ignore[misc]
            turn = Place(environment, place.lexicon, place.prefix, place.scopes)
            binding = self.once(step, turn, f"{label}[{index}]", flow)
            turns.append(binding)
            flow = (self.single_output(binding, step),)
        return Binding(flow[0] if flow else None, step.callee_span.line, first, self.network.size, turns=turns)

    def join(self, kind: str, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Expand a join with its branches, each of which reads what the join reads."""
        assert isinstance(step.arguments, Sequence)
        first = self.network.size
        ends = []
        for index, branch in enumerate(step.arguments.items):
            steps = self.steps_of(branch, "a branch")
            ends.append(self.branch(steps, place, f"{label}[{index}]", "branch", reads, step))
        node = self.network.layer(step._replace(callee=kind, arguments=None), place, label, tuple(ends), None)
        return Binding(node, step.callee_span.line, first, self.network.size)

    def branch(self, steps: list[Step], place: Place, label: str, kind: str, reads: Flow, step: Step) -> int:
        """Expand one branch; the node it ends in."""
        lexicon = Lexicon(place.lexicon)
        inner = place.inner(label, kind, place.environment.within({}), lexicon)
        return self.single(self.run(steps, inner, reads), step)

    def residual(self, step: Step, place: Place, label: str, reads: Flow) -> Binding:
        """Expand `residual`, sugar for an `add` of two branches; without the addition where `skip` is false."""
        assert step.parts is not None
        body, shortcut, skip = (step.parts.get(key) for key in ("residual", "shortcut", "skip"))
        assert body is not None
        first, line = self.network.size, step.callee_span.line
        is_skipped = skip is None or place.environment.condition(skip, "skip")
        end = self.branch(self.steps_of(body, "`residual`"), place, label, "residual", reads, step)
        if is_skipped:
            other = self.single(reads, step)
            if shortcut is not None:
                inner = place.inner(label, "residual", place.environment, place.lexicon)
                inner.environment.channels = lambda: self.channels(reads)
                steps = self.steps_of(shortcut, "`shortcut`")
                other = self.branch(steps, inner, "shortcut", "shortcut", reads, step)
            addition = step._replace(callee="add", arguments=None)
            end = self.network.layer(addition, place, label, (end, other), None)
        return Binding(end, line, first, self.network.size)

    def channels(self, reads: Flow) -> int:
        """What `channels` says to a step that reads these nodes."""
        if len(reads) != 1:
            raise Fault(f"`channels` is not known where a step reads {len(reads) or 'no'} outputs")
        return self.network.nodes[reads[0]].y.channels

    def references(self, node: Node, place: Place) -> Flow:
        """The nodes that a `from`, a `like` or an `outputs` names."""
        items = node.items if isinstance(node, Sequence) else [node]
        return tuple(output for item in items for output in self.reference(item, place))

    def reference(self, node: Node, place: Place) -> list[int]:
        """The nodes that one reference names."""
        return names.outputs(self.bindings(node, place), getattr(node, "text", ""), node.span)

    def bindings(self, node: Node, place: Place) -> list[Binding]:
        """What one reference names."""
        if not isinstance(node, Scalar):
            raise SpecError("a reference is the name of a step", node.span)
        return names.resolve(node.text, text_span(node), place.lexicon, place.environment.evaluate_text)

    def single(self, flow: Flow, step: Step) -> int:
        """The one node of a flow; raises SpecError where there are several or none."""
        if len(flow) == 1:
            return flow[0]
        if flow:
            message, hint = f"`{step.callee}` reads one output, not {len(flow)}", "choose with `from: name[0]`"
        else:
            inputs = ", ".join(self.network.nodes[node].name for node in self.network.inputs)
            message, hint = f"`{step.callee}` has nothing to read", f"say which input with `from`: {inputs}"
        raise SpecError(message, step.callee_span, hint=hint)

    def single_output(self, binding: Binding, step: Step) -> int:
        """The one output of a turn that the next turn reads."""
        if binding.output is None:
            raise SpecError(f"`{step.callee}` has several outputs and cannot repeat", step.callee_span)
        return binding.output

    def modify_weights(self, step: Step, place: Place, first: int) -> None:
        """Apply `share` and `trainable` to the nodes that the step made, from `first` on."""
        if step.trainable is not None:
            if step.share is not None:
                hint = "the weights are another step's: say it there"
                raise SpecError("`trainable` beside `share`", step.trainable.span, hint=hint)
            if not place.environment.condition(step.trainable, "trainable"):
                self.network.freeze(range(first, self.network.size))
        if step.share is not None:
            owners = self.bindings(step.share, place)
            if len(owners) != 1:
                raise SpecError("`share` names one step or block", step.share.span)
            owner = range(owners[0].first, owners[0].end)
            self.network.share(owner, range(first, self.network.size), step.share)


def loop_variables(step: Step) -> list[str]:
    """The names that a `for` gives to the parts of a row."""
    assert step.parts is not None
    node = step.arguments
    assert node is not None
    return [checked_variable(item) for item in (node.items if isinstance(node, Sequence) else [node])]


def checked_variable(node: Node) -> str:
    """A loop variable's name."""
    from cnncost.spec.signature import check_name

    if not isinstance(node, Scalar):
        raise SpecError("a loop variable is a name", node.span)
    return check_name(node.text, node.span, "loop variable")


def unpack(variables: list[str], row: Value, span: Span) -> dict[str, Value]:
    """The values of a loop's variables in one row; a single variable takes the row whole."""
    if len(variables) == 1:
        return {variables[0]: row}
    if not isinstance(row, list) or len(row) != len(variables):
        held = f"{len(row)} values" if isinstance(row, list) else "one value"
        message = f"a row of {held} for {len(variables)} variables"
        raise SpecError(message, span, hint=f"each row holds {', '.join(variables)}")
    return dict(zip(variables, row, strict=True))


def turn_values(index: int, count: int) -> dict[str, Value]:
    """What a turn of a loop knows of itself."""
    return {"index": index, "first": index == 0, "last": index == count - 1}


def output_names(document: Document) -> Iterator[tuple[Scalar, bool]]:
    """The names under `outputs` and `auxiliary`, and whether each is auxiliary."""
    for name in document.outputs or ():
        yield name, False
    for name in document.auxiliary:
        yield name, True
