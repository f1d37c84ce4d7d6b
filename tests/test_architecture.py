"""The order of the layers, read from imports: pure, models, rules, edges; quizzes on courses."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ("courses", "quizzes")

# The first name after the app that says which layer a module is in. A module that is not here is
# a rule: rules are what the folders are full of.
PURE = {
    "courses": {"rendering", "charts", "dates"},
    "quizzes": {
        "agreement",
        "availability",
        "behaviours",
        "conditions",
        "drawing",
        "grading",
        "pools",
        "questions",
        "rescoring",
        "statistics",
        "visibility",
    },
}
MODELS = {"models"}
EDGES = {
    "admin", "api", "apps", "checks", "context", "forms", "management", "requests",
    "serializers", "templatetags", "urls", "views",
}  # fmt: skip
LAYERS = ("pure", "models", "rules", "edges")


def modules() -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts), path)
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def layer(name: str) -> str:
    app, _, rest = name.partition(".")
    room = rest.split(".")[0]
    if room in PURE[app]:
        return "pure"
    if room in MODELS:
        return "models"
    return "edges" if room in EDGES else "rules"


def imports(path: Path, name: str) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that a file imports, with relative ones spelt out."""
    package = name.removesuffix(".__init__") if path.name == "__init__.py" else name
    parents = package.split(".") if path.name == "__init__.py" else package.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parents[: len(parents) - node.level + 1] if node.level else []
            stem = ".".join([*base, node.module] if node.module else base)
            for alias in node.names:
                yield f"{stem}.{alias.name}", node


EVERY = pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])


@EVERY
def test_a_module_imports_its_own_layer_or_a_lower_one(name, path):
    own = LAYERS.index(layer(name))
    higher = [
        imported
        for imported, _ in imports(path, name)
        if imported.split(".")[0] in APPS and LAYERS.index(layer(imported)) > own
    ]
    assert higher == []


@EVERY
def test_courses_never_imports_quizzes(name, path):
    if name.startswith("courses"):
        assert [found for found, _ in imports(path, name) if found.startswith("quizzes")] == []


@EVERY
def test_pure_modules_do_not_know_django(name, path):
    if layer(name) == "pure":
        web = {"django", "rest_framework", "simple_history", "allauth"}
        assert [found for found, _ in imports(path, name) if found.split(".")[0] in web] == []


@EVERY
def test_nothing_is_imported_inside_a_function(name, path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = [
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@EVERY
def test_rules_are_told_the_time(name, path):
    """`timezone.now()` is for edges; below them `now` is an argument."""
    if layer(name) != "edges":
        assert "timezone.now(" not in path.read_text(encoding="utf-8")


@EVERY
def test_nothing_listens_to_signals(name, path):
    signals = [found for found, _ in imports(path, name) if "signals" in found.split(".")]
    assert signals == []
