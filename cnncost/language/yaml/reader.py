"""YAML text -> a tree of scalars, sequences and mappings that know their place.

The tree is built from the parser's events on a stack of our own, so that nothing in the text decides how deep Python
recurses. What makes YAML surprising is refused: tags, merge keys, several documents, keys that stand there twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from cnncost.errors import Source, Span, SpecError
from cnncost.language.limits import YAML_NODES_HINT, Limits
from cnncost.language.yaml.errors import translate
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may come without libyaml
_BYTE_ORDER_MARK = "\ufeff"
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(data: bytes | str, name: str, limits: Limits = Limits()) -> Node:
    """The tree of the one YAML document in `data`; `name` is what errors call the file.

    Raises:
        SpecError: not UTF-8, not one document of YAML, or beyond `limits`; a tag, a merge key, a key that is
            not a scalar or stands there twice.

    >>> tree = parse("input: [3, 224, 224]", "net.yaml")
    >>> [item.value for item in tree.get("input").items]
    [3, 224, 224]
    """
    source = _source(data, name, limits.bytes)
    try:
        loader = _Loader(source.text)
        try:
            root = _Builder(source, limits).build(iter(loader.get_event, None))
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # PyYAML's own parser lets chr() refuse "\Uffffffff"
        raise translate(error, source) from None
    if root is None or (isinstance(root, Scalar) and not root.text and not root.quoted):
        raise SpecError(f"`{name}` is empty", _point(source, 1, 1))
    return root


def _source(data: bytes | str, name: str, limit: int) -> Source:
    """`data` as text without a byte order mark and without control characters."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if len(data) > limit:
        hint = "`--max-bytes` raises the limit"
        raise SpecError(f"`{name}` is larger than {limit:,} bytes", _point(Source(name, ""), 1, 1), hint=hint)
    try:
        text = data.decode().removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        before, whole = data[: error.start].decode(), data.decode(errors="replace")
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}"
        place = _printable_place(name, before.removeprefix(_BYTE_ORDER_MARK), whole.removeprefix(_BYTE_ORDER_MARK))
        raise SpecError(message, place, hint="save the file as UTF-8") from None
    control = _NOT_TEXT.search(text)
    if control:
        place = _printable_place(name, text[: control.start()], text)
        raise SpecError(f"U+{ord(control[0]):04X} is a control character, not text", place)
    return Source(name, text)


def _printable_place(name: str, before: str, whole: str) -> Span:
    """The place behind `before`, in a source whose control characters cannot reach the terminal."""
    lines = (_NOT_TEXT.sub("?", before) + "|").splitlines()
    return _point(Source(name, _NOT_TEXT.sub("?", whole)), len(lines), len(lines[-1]))


def _point(source: Source, line: int, column: int) -> Span:
    """The span of one character."""
    return Span(source, line, column, line, column + 1)


class _Open:
    """A collection that is being read."""

    __slots__ = ("anchor", "count_before", "entries", "event", "height", "items", "key")

    def __init__(self, event: yaml.CollectionStartEvent, count_before: int) -> None:
        self.event = event
        self.anchor: str | None = event.anchor
        self.count_before = count_before
        self.height = 1
        self.items: list[Node] = []
        self.entries: dict[str, tuple[Scalar, Node]] | None = None
        self.key: Scalar | None = None
        if isinstance(event, yaml.MappingStartEvent):
            self.entries = {}


class _Anchored(NamedTuple):
    """A node that aliases may stand for."""

    node: Node
    size: int
    """Scalars and collections in it, itself included."""
    height: int
    """How deep collections nest in it, itself included."""


class _Builder:
    """Events -> tree, within limits."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.open: list[_Open] = []
        self.anchors: dict[str, _Anchored | None] = {}  # None: still open
        self.count = 0
        self.root: Node | None = None
        self.documents = 0

    def build(self, events: Iterable[yaml.Event]) -> Node | None:
        """The root of the tree; None when there is no document."""
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.SequenceStartEvent: self.start,
            yaml.MappingStartEvent: self.start,
            yaml.SequenceEndEvent: self.end,
            yaml.MappingEndEvent: self.end,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }
        for event in events:
            handle = handlers.get(type(event))
            if handle is not None:
                handle(event)
        return self.root

    def span(self, first: Any, last: Any) -> Span:
        """From the start of one event to the end of another; libyaml's marks and PyYAML's share no type."""
        start, end = first.start_mark, last.end_mark
        return Span(self.source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            span = self.span(event, event)
            raise SpecError("a second document", span, hint="one file holds one network: remove the `---`")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        span = self.span(event, event)
        if event.tag is not None:
            self.refuse_tag(span)
        if event.style == '"' and (control := _NOT_TEXT.search(event.value)):
            raise SpecError(f"U+{ord(control[0]):04X} is a control character, not text", span)
        node = Scalar(event.value, bool(event.style), span)
        self.add(node, 1, 0, span)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(node, 1, 0)

    def refuse_tag(self, span: Span) -> None:
        tag = self.source.line(span.line)[span.column - 1 :].split(maxsplit=1)[0]
        end = span.column + len(tag)
        raise SpecError(
            f"`{tag[:40]}` is a tag, and specs have none",
            span._replace(end_line=span.line, end_column=end),
            hint="remove it, or quote the value",
        )

    def start(self, event: yaml.CollectionStartEvent) -> None:
        span = self.span(event, event)
        if event.tag is not None:
            self.refuse_tag(span)
        if self.awaits_key():
            raise SpecError("a list or mapping cannot be a key", span, hint="keys are names; quote text with brackets")
        if len(self.open) >= self.limits.depth:
            raise SpecError(f"nested more than {self.limits.depth} deep", span)
        self.open.append(_Open(event, self.count))
        self.spend(1, span)
        if event.anchor is not None:
            self.anchors[event.anchor] = None

    def end(self, event: yaml.CollectionEndEvent) -> None:
        done = self.open.pop()
        children = [pair for entry in done.entries.values() for pair in entry] if done.entries else done.items
        span = self.collection_span(done, event, children)
        node: Node = SequenceNode(done.items, span) if done.entries is None else MappingNode(done.entries, span)
        self.add(node, 0, done.height, span)
        if done.anchor is not None:
            self.anchors[done.anchor] = _Anchored(node, self.count - done.count_before, done.height)

    def collection_span(self, done: _Open, end: yaml.Event, children: list[Node]) -> Span:
        """All of a flow collection, and the first line of a block collection, which ends nowhere visible."""
        if done.event.flow_style:
            return self.span(done.event, end)
        span = self.span(done.event, done.event)
        for child in children[:2]:
            if child.span.line == span.line:
                span = span._replace(end_line=child.span.end_line, end_column=child.span.end_column)
        return span

    def alias(self, event: yaml.AliasEvent) -> None:
        span = self.span(event, event)
        if self.awaits_key():
            raise SpecError("an alias cannot be a key", span)
        name = event.anchor or ""
        if name not in self.anchors:
            raise SpecError(f"unknown anchor `{name[:80]}`", span, hint="quote text that starts with `*`")
        anchored = self.anchors[name]
        if anchored is None:
            raise SpecError(f"`*{name[:80]}` stands for something that contains itself", span)
        if len(self.open) + anchored.height > self.limits.depth:
            raise SpecError(f"nested more than {self.limits.depth} deep, its aliases written out", span)
        self.add(anchored.node, anchored.size, anchored.height, span)

    def awaits_key(self) -> bool:
        return bool(self.open) and self.open[-1].entries is not None and self.open[-1].key is None

    def spend(self, size: int, span: Span) -> None:
        self.count += size
        if self.count > self.limits.yaml_nodes:
            message = f"more than {self.limits.yaml_nodes:,} YAML nodes, aliases written out"
            raise SpecError(message, span, hint=YAML_NODES_HINT)

    def add(self, node: Node, size: int, height: int, span: Span) -> None:
        """Put `node` where it belongs: a key, the value of the key before it, an item, or the root."""
        self.spend(size, span)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if height >= parent.height:
            parent.height = height + 1
        if parent.entries is None:
            parent.items.append(node)
        elif parent.key is not None:
            parent.entries[parent.key.text] = (parent.key, node)
            parent.key = None
        elif isinstance(node, Scalar):
            parent.key = self.checked_key(node, parent.entries)

    def checked_key(self, key: Scalar, entries: dict[str, tuple[Scalar, Node]]) -> Scalar:
        """`key`, unless it is missing, a merge key or there already."""
        if key.text == "" and not key.quoted:
            raise SpecError("a key is missing", key.span)
        if key.text == "<<" and not key.quoted:
            raise SpecError("specs have no merge keys, `<<`", key.span, hint="make it a block with parameters")
        if key.text in entries:
            line = entries[key.text][0].span.line
            raise SpecError(f"duplicate key `{key.text[:80]}`", key.span, hint=f"it stands on line {line} already")
        return key
