"""Steps as YAML: short ones on a line, what holds others below its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.layout.arguments import is_default
from cnncost.importers.writer.layout.labels import numbered, unnamed
from cnncost.importers.writer.steps import Activation, Choice, Expression, Step
from cnncost.language.yaml.scalars import resolve
from cnncost.layers import REGISTRY, STEP_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.importers.writer.recognition.blocks import Block

_WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z0-9_(/<+*.-][A-Za-z0-9_ ()/<>=+*%.!-]*")


class Writer:
    """Writes steps.

    Args:
        blocks: the blocks that the steps may call.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = {block.name: block for block in blocks}

    def block(self, block: Block) -> list[str]:
        """A definition: its signature, and its steps below."""
        parameters = [
            variable.name if variable.default is None else f"{variable.name}={_in_expression(variable.default)}"
            for variable in block.variables
        ]
        signature = f"{block.name}({', '.join(parameters)})"
        return [f"{signature}:", *_indented(self.steps(block.steps, is_numbered=False))]

    def steps(self, steps: Sequence[Step], *, is_numbered: bool) -> list[str]:
        """The items of a list, a line or more each."""
        nameless = numbered(steps) if is_numbered else unnamed(steps)
        lines = []
        for step in steps:
            is_named = step.label is not None and step.label != "" and id(step) not in nameless
            first, *rest = self.step(step, step.label if is_named else None)
            lines += [f"- {first}", *_indented(rest)]
        return lines

    def step(self, step: Step, name: str | None) -> list[str]:
        """One step: on a line where it fits, else a key a line."""
        keys = self._keys(step, name)
        if not step.inner:
            short = self._short(keys)
            if len(short) <= _WIDTH:
                return [short]
            return [f"{key}: {value}".rstrip() for key, value in keys]
        return self._compound(step, keys)

    def _keys(self, step: Step, name: str | None) -> list[tuple[str, str]]:
        """What stands in the step's mapping, as text: first what it calls."""
        keys: list[tuple[str, str]] = [(step.callee, "" if step.inner else self._arguments(step))]
        if step.branches is not None and step.callee in STEP_TYPES:
            keys += [(key, _flow(value)) for key, value in self._given(step).items()]
        if name is not None:
            keys.append(("name", _quoted(name)))
        if step.reads is not None:
            reads = [_quoted(read) for read in step.reads]
            keys.append(("from", reads[0] if len(reads) == 1 else f"[{', '.join(reads)}]"))
        if step.is_repeated or not (step.repeat == 1 and type(step.repeat) is int):
            keys.append(("repeat", _flow(step.repeat)))
        keys += [("when", _quoted(step.when))] if step.when else []
        keys += [("share", _quoted(step.share))] if step.share else []
        return [*keys, ("trainable", "false")] if step.is_frozen else keys

    def _short(self, keys: Sequence[tuple[str, str]]) -> str:
        if len(keys) == 1:
            key, value = keys[0]
            return f"{key}: {value}" if value else key
        return "{" + ", ".join(f"{key}: {value}" if value else key for key, value in keys) + "}"

    def _compound(self, step: Step, keys: list[tuple[str, str]]) -> list[str]:
        """A step with steps within it, which stand below their key."""
        beside = [f"{key}: {value}" for key, value in keys[1:]]
        if step.callee == "for":
            variables = step.variables[0] if len(step.variables) == 1 else f"[{', '.join(step.variables)}]"
            head = [f"for: {variables}", *self._rows(step), *beside]
            return [*head, *self._below("do", step.body or [], is_numbered=step.label is None)]
        if step.callee == "sequence":
            return [*beside, *self._below("sequence", step.body or [], is_numbered=True)]
        if step.callee == "residual":
            lines = [*beside, *self._below("residual", step.body or [], is_numbered=False)]
            for shortcut in step.branches or []:
                lines += self._below("shortcut", shortcut, is_numbered=False)
            return lines
        lines = [*beside, f"{step.callee}:"]
        for branch in step.branches or []:
            lines += _indented(self._branch(branch))
        return lines

    def _branch(self, steps: Sequence[Step]) -> list[str]:
        """A branch of a join, as an item of the list."""
        if not steps:
            return ["- []"]
        written = self.steps(steps, is_numbered=False)
        short = "- [" + ", ".join(_braced(line[2:]) for line in written) + "]"
        if all(line.startswith("- ") for line in written) and len(short) <= _WIDTH:
            return [short]
        if len(steps) == 1:
            return written
        return [f"- {written[0]}", *_indented(written[1:])]

    def _below(self, key: str, steps: Sequence[Step], *, is_numbered: bool) -> list[str]:
        """A key with steps below it; one short step beside it."""
        written = self.steps(steps, is_numbered=is_numbered)
        if len(written) == 1 and key != "do" and len(written[0]) + len(key) < _WIDTH:
            return [f"{key}: {_braced(written[0][2:])}"]
        return [f"{key}:", *_indented(written)]

    def _rows(self, step: Step) -> list[str]:
        rows = step.rows
        if step.is_counted:
            return [f"in: range({_in_expression(rows)})"]
        text = _flow(rows)
        if len(text) <= 80 or not isinstance(rows, list) or not isinstance(rows[0], list):
            return [f"in: {text}"]
        return ["in:", *_indented([f"- {_flow(row)}" for row in rows])]

    def _arguments(self, step: Step) -> str:
        """The arguments of a layer or a block, without those that are as by default."""
        given = self._given(step)
        names = self._parameters(step)
        if not given:
            return "[[]]" if self._joins_one(step) else ""
        if (
            list(given) == names[:1]
            and not isinstance(given[names[0]], bool)
            and not (isinstance(given[names[0]], list) and step.callee in self.blocks)
        ):
            value = given[names[0]]
            if not isinstance(value, list) or _takes_list(step.callee):
                return _flow(value)
        return "{" + ", ".join(_argument(name, value) for name, value in given.items()) + "}"

    def _joins_one(self, step: Step) -> bool:
        """Whether a join reads one output, which is then its only branch."""
        reads = step.reads if step.reads is not None else step.flow
        is_several = len(reads) != 1 or "[*]" in str(reads[0])
        return step.callee in REGISTRY and REGISTRY[step.callee].joins and not is_several

    def _parameters(self, step: Step) -> list[str]:
        if step.callee in self.blocks:
            return [variable.name for variable in self.blocks[step.callee].variables]
        kind = STEP_TYPES.get(step.callee)
        return [] if kind is None else list(kind.fields)

    def _given(self, step: Step) -> dict[str, Any]:
        """The arguments that are not as by default."""
        defaults: Mapping[str, Any] = {}
        if step.callee in self.blocks:
            defaults = {variable.name: variable.default for variable in self.blocks[step.callee].variables}
        given = {}
        for name, value in step.arguments.items():
            resolved = _resolved(value, step)
            if step.callee not in self.blocks and step.callee not in STEP_TYPES:  # a parameter that holds a layer
                given[name] = resolved
                continue
            if step.callee in self.blocks:
                if defaults[name] is not None and repr(defaults[name]) == repr(resolved):
                    continue
            elif is_default(step.callee, name, resolved, step.arguments):
                continue
            given[name] = resolved
        return given


def _takes_list(keyword: str) -> bool:
    """Whether a list below the name of a layer is the value of its first field."""
    first, *others = STEP_TYPES[keyword].fields.values()
    return first.takes_list and not any(field.required for field in others)


def _resolved(value: Any, step: Step) -> Any:
    """A value, without its choice where the step runs once or the choices agree."""
    if isinstance(value, Choice) and (repr(value.first) == repr(value.rest) or repr(step.repeat) == "1"):
        return value.first
    return value


def _argument(name: str, value: Any) -> str:
    text = _flow(value)
    return name if text == name else f"{name}: {text}"


def _flow(value: Any) -> str:
    """A value inside of `{}` or `[]`."""
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, Activation):
        arguments = {name: each for name, each in value.arguments if not _is_usual(value, name, each)}
        inner = ", ".join(_argument(name, each) for name, each in arguments.items())
        return f"{{{value.keyword}: {{{inner}}}}}" if inner else value.keyword
    return _quoted(_in_expression(value)) if isinstance(value, (Expression, Choice)) else _scalar(value)


def _is_usual(activation: Activation, name: str, value: Any) -> bool:
    return is_default(activation.keyword, name, value, dict(activation.arguments))


def _in_expression(value: Any) -> str:
    """A value as an expression."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Choice):
        if isinstance(value.first, bool) and isinstance(value.rest, bool):
            return "first" if value.first else "not first"
        return f"{_in_expression(value.first)} if first else {_in_expression(value.rest)}"
    if isinstance(value, list):
        return f"[{', '.join(map(_in_expression, value))}]"
    return value.keyword if isinstance(value, Activation) else _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return repr(value)
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A text that is read as it stands, in quotes where YAML would take it for something else."""
    if _PLAIN.fullmatch(text) and text.strip() == text and isinstance(resolve(text), str) and not text.startswith("- "):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def scalar(value: Any) -> str:
    """A number or a text as a value of its own."""
    return _scalar(value)


def quoted(text: str) -> str:
    """A text as a value of its own."""
    return _quoted(text)


def _braced(step: str) -> str:
    """A step on one line as an item of a flow."""
    return f"{{{step}}}" if ": " in step and not step.startswith("{") else step


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
