"""Data that authors write as text: YAML, as far as JSON can hold it.

No Django here.
"""

import json
import re
import sys
from typing import Any

import yaml

MAX_BYTES = 64 * 1024
MAX_DEPTH = 60  # lists and fields in one another; what authors write has fewer than twenty

TOO_DEEP = "more lists or fields in one another than 60"
TOO_LONG = "This is more than 64 KB. Divide it."
REFERENCE = "references such as *name are not allowed here; write it out"
TWICE = "“{key}” stands here twice"
UNREADABLE = (
    "Line {line} cannot be read: {problem}. Check that it is indented with spaces like its"
    " neighbours, and put a text that has “: ” or “ #” in it, or begins with a sign, between"
    " double quotes."
)
BAD_SIGN = "Character {at} is one that cannot be stored. Delete it and type it again."
NOT_DATA = (
    "This holds something other than texts, numbers, true, false, lists and fields. Quote what is"
    " meant as text."
)


class _Reader(yaml.SafeLoader):
    """No references (a few of them make gigabytes), no field twice, dates stay texts; not deep."""

    depth = 0

    def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
        # Here as well: the scanner looks a thousand signs ahead.
        if self.flow_level == MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=self.get_mark())
        super().fetch_flow_collection_start(token)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem=REFERENCE, problem_mark=self.peek_event().start_mark)
        if self.depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=self.peek_event().start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.MarkedYAMLError(
                    problem=TWICE.format(key=key.value), problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Writer(yaml.SafeDumper):
    """Block style as people write it: short lists on one line, long texts after a “|”."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


def _write_list(writer: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    short = all(isinstance(item, str | int | float) and len(str(item)) < 25 for item in items)
    return writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Writer.add_representer(str, _write_text)
_Writer.add_representer(list, _write_list)


def write(data: Any) -> str:
    """JSON data as YAML, fields in the order they have.

    A text without line ends is one line, however long: the place that shows it wraps it.
    """
    written: str = yaml.dump(
        data, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=sys.maxsize
    )
    return written


def read(text: str) -> Any:
    """YAML as JSON data: keys are texts, so `true:` is the field "true".

    Raises ValueError with a sentence for the author, naming the line where there is one.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ValueError(TOO_LONG)
    try:
        data = yaml.load(text, _Reader)  # noqa: S506  # a SafeLoader
        return json.loads(json.dumps(data, allow_nan=False))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(UNREADABLE.format(line=line, problem=error.problem)) from error
    except yaml.reader.ReaderError as error:
        raise ValueError(BAD_SIGN.format(at=error.position + 1)) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(NOT_DATA) from error


def line_of(text: str, path: str) -> int | None:
    """The line where YAML `text` has the value at `path`, such as "options[2].text".

    The line of what should hold the value if it is missing; None if nothing of the path is there.
    """
    try:
        node = yaml.compose(text, Loader=_Reader)
    except (yaml.YAMLError, RecursionError):
        return None
    line = None
    for step in re.findall(r"[^.\[\]]+", path):
        inner = _inside(node, step)
        if inner is None:
            break
        line, node = inner
    return line


def _inside(node: yaml.Node | None, step: str) -> tuple[int, yaml.Node] | None:
    """One step down: the line it begins on and its node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
        value = node.value[int(step)]
        return value.start_mark.line + 1, value
    return None
