"""Every invariant has a test that carries its name, and no test a name that is not listed."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.invariants.ids import INVARIANTS

TESTS = Path(__file__).parent.parent


def named() -> dict[str, set[str]]:
    """The names that stand in `mark.invariant(...)`, with the files they stand in."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("*.py")):
        if "invariant(" not in (text := path.read_text(encoding="utf-8")):
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "invariant"
            ):
                for argument in node.args:
                    assert isinstance(argument, ast.Constant), f"{path.name}:{node.lineno}"
                    found[str(argument.value)].add(path.name)
    return found


def test_every_invariant_has_a_test():
    assert sorted(set(INVARIANTS) - set(named())) == []


def test_no_test_proves_what_is_not_listed():
    assert sorted(set(named()) - set(INVARIANTS)) == []
