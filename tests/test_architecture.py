"""The order of the layers, read from imports: pure, models, rules, edges; quizzes on courses."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
APPS = ("courses", "quizzes")

# What follows the app's name and says which layer a module is in: a folder, a file, or a file in a
# folder. A module that is not here is a rule: rules are what the folders are full of.
PURE = {
    "courses": {"rendering", "charts", "dates", "weighing", "rosterfile", "names"},
    "quizzes": {
        "desk.concerns",
        "desk.mastery",
        "desk.misreading",
        "marks.agreement",
        "marks.grading",
        "marks.rescoring",
        "questions",
        "seeing.visibility",
        "sitting.behaviours",
        "sitting.drawing",
        "sitting.pools",
        "statistics",
        "times.availability",
        "times.conditions",
    },
}
MODELS = {"models"}
EDGES = {
    "admin", "api", "apps", "checks", "context", "forms", "management", "requests",
    "serializers", "tasks", "templatetags", "urls", "views",
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
    room, _, inner = rest.partition(".")
    if room in PURE[app] or f"{room}.{inner.split('.')[0]}" in PURE[app]:
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


# One test a rule, not one a rule and module: a thousand tests cost more than what they do.
def broken(rule: Callable[[str, Path], list[Any]]) -> dict[str, list[Any]]:
    """The modules that break a rule, and where."""
    found = {name: rule(name, path) for name, path in modules()}
    return {name: places for name, places in found.items() if places}


def test_a_module_imports_its_own_layer_or_a_lower_one():
    def higher(name, path):
        own = LAYERS.index(layer(name))
        return [
            imported
            for imported, _ in imports(path, name)
            if imported.split(".")[0] in APPS and LAYERS.index(layer(imported)) > own
        ]

    assert broken(higher) == {}


def test_courses_never_imports_quizzes():
    def upwards(name, path):
        found = [found for found, _ in imports(path, name) if found.startswith("quizzes")]
        return found if name.startswith("courses") else []

    assert broken(upwards) == {}


def test_pure_modules_do_not_know_django():
    web = {"django", "rest_framework", "simple_history", "allauth"}

    def webby(name, path):
        found = [found for found, _ in imports(path, name) if found.split(".")[0] in web]
        return found if layer(name) == "pure" else []

    assert broken(webby) == {}


def test_nothing_is_imported_inside_a_function():
    def inside(name, path):
        return [
            inner.lineno
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]

    assert broken(inside) == {}


def test_numerical_libraries_stay_in_a_process_of_their_own():
    """They would take a serving process beyond the memory that it may have."""
    heavy = {"girth", "numpy", "pandas", "scipy"}

    def heavily(name, path):
        if name in ("quizzes.irt.__main__", "quizzes.irt.fitting"):
            return []
        return [
            found
            for found, _ in imports(path, name)
            if found.split(".")[0] in heavy or found.startswith("quizzes.irt.fitting")
        ]

    assert broken(heavily) == {}


def test_rules_are_told_the_time():
    """`timezone.now()` is for edges; below them `now` is an argument."""

    def asking(name, path):
        asks = "timezone.now(" in path.read_text(encoding="utf-8")
        return ["timezone.now()"] if asks and layer(name) != "edges" else []

    assert broken(asking) == {}


def test_nothing_listens_to_signals():
    def listening(name, path):
        return [found for found, _ in imports(path, name) if "signals" in found.split(".")]

    assert broken(listening) == {}
