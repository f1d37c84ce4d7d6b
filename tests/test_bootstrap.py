"""From a fresh clone to a served page: what set-up does, and what it says when it cannot."""

import ast
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.utils import ConnectionHandler

from config import bootstrap
from courses.management.commands import up
from courses.models import Course

ROOT = bootstrap.ROOT
REQUIREMENTS = ROOT / "config" / "requirements"


def tiny_wheel(folder: Path, version: str = "1.0") -> str:
    """Write a wheel of one empty module; return its hash."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"tiny-{version}-py3-none-any.whl"
    about = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(f"{about}/RECORD", "")
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_requirements(root: Path, text: str) -> None:
    folder = root / "config" / "requirements"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("base.txt", "dev.txt"):
        (folder / name).write_text(text)


def clone(root: Path) -> Path:
    """A folder like a fresh clone whose only requirement is one tiny local wheel."""
    digest = tiny_wheel(root / "wheels")
    write_requirements(
        root,
        f"--no-index\n--find-links {root / 'wheels'}\ntiny==1.0 --hash=sha256:{digest}\n",
    )
    return root


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has been set up; making an environment takes seconds, so tests share it."""
    root = clone(tmp_path_factory.mktemp("ready"))
    bootstrap.make_ready(root, "dev")
    return root


def has_tiny(root: Path) -> bool:
    command = [bootstrap.python_of(root), "-c", "import tiny"]
    return subprocess.run(command, check=False).returncode == 0


# --- Python, its modules, the requirements -----------------------------------------------------


def test_an_old_python_is_told_which_one_is_needed() -> None:
    with pytest.raises(bootstrap.SetUpError) as refusal:
        bootstrap.check_python((3, 10, 13))
    assert str(refusal.value) == (
        "this is Python 3.10, but Python 3.11 or newer is needed. Install one and start again with"
        " it, for example: python3.11 manage.py up"
    )


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 2), (4, 0, 0)])
def test_a_new_enough_python_is_let_through(version: tuple[int, ...]) -> None:
    bootstrap.check_python(version)


@pytest.mark.parametrize("name", ["manage.py", "config/__init__.py", "config/bootstrap.py"])
def test_an_old_python_can_read_as_far_as_that_sentence(name: str) -> None:
    ast.parse((ROOT / name).read_text(), feature_version=(3, 6))


def test_set_up_needs_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "config/bootstrap.py").read_text())
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert imported - sys.stdlib_module_names == set()


def test_a_python_without_the_venv_module_is_told_what_to_install() -> None:
    def find(name: str) -> object:
        return None if name == "ensurepip" else object()

    with pytest.raises(bootstrap.SetUpError, match="apt install python3-venv"):
        bootstrap.check_venv_module(find)


def pins(name: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==\S+", (REQUIREMENTS / name).read_text(), re.MULTILINE))


def test_the_development_requirements_contain_the_site_s() -> None:
    assert pins("base.txt") - pins("dev.txt") == set()


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_every_requirement_is_pinned_and_hashed_and_no_index_is_named(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    lines = text.replace("\\\n", " ").splitlines()
    lines = [line for line in lines if not line.lstrip().startswith("#")]
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []
    assert re.findall(r"--(?:extra-)?index-url|://", text) == []


# --- Making the environment --------------------------------------------------------------------


def test_a_fresh_folder_gets_its_environment_and_a_second_start_does_nothing(ready: Path) -> None:
    assert has_tiny(ready)
    assert bootstrap.is_ready(ready, "dev")
    assert bootstrap.is_ready(ready, "base")
    log = ready / ".data" / "setup.log"
    log.write_text("untouched")
    bootstrap.make_ready(ready, "base")
    assert log.read_text() == "untouched"


def test_changed_requirements_are_installed_into_the_same_environment(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requirements = ready / "config" / "requirements" / "dev.txt"
    requirements.write_text(requirements.read_text() + "# newer\n")
    assert not bootstrap.is_ready(ready, "dev")
    bootstrap.make_ready(ready, "dev")
    assert bootstrap.is_ready(ready, "dev")
    assert capsys.readouterr().out.splitlines()[0] == "Parallax: installing 1 packages, this once"


def test_an_environment_of_another_python_does_not_count_as_ready(ready: Path) -> None:
    stamp = ready / ".venv" / "parallax-stamp"
    written = stamp.read_text()
    stamp.write_text(re.sub(r" 3\.\d+ ", " 3.5 ", written))
    assert not bootstrap.is_ready(ready, "dev")
    stamp.write_text(written)


def test_an_interrupted_set_up_is_made_anew_by_whoever_comes_first(tmp_path: Path) -> None:
    root = clone(tmp_path)
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    code = (
        "import pathlib, sys; from config import bootstrap;"
        "bootstrap.make_ready(pathlib.Path(sys.argv[1]), 'base')"
    )
    two = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in two]
    assert [process.returncode for process in two] == [0, 0]
    assert sum("making it anew" in text for text in said) == 1
    assert sum("waiting for it" in text for text in said) <= 1
    assert has_tiny(root)


def refusal_of(root: Path, text: str) -> str:
    """What is said when the requirements are `text`; the environment must stay as it was."""
    before = (root / "config" / "requirements" / "dev.txt").read_text()
    write_requirements(root, text)
    with pytest.raises(bootstrap.SetUpError) as refusal:
        bootstrap.make_ready(root, "dev")
    assert not bootstrap.is_ready(root, "dev")
    write_requirements(root, before)
    assert bootstrap.is_ready(root, "dev")
    assert has_tiny(root)
    return str(refusal.value)


def test_without_a_network_the_sentence_says_so(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_RETRIES", "0")
    nobody = "--index-url http://127.0.0.1:9/\nabsent==1.0 --hash=sha256:" + "0" * 64 + "\n"
    assert refusal_of(ready, nobody).startswith("pip reached no package index that has what is")


def test_a_package_that_was_tampered_with_is_not_installed(ready: Path) -> None:
    wheels = ready / "wheels"
    tiny_wheel(wheels, "2.0")
    wrong = f"--no-index\n--find-links {wheels}\ntiny==2.0 --hash=sha256:{'0' * 64}\n"
    assert refusal_of(ready, wrong).startswith("a package is not the one that was checked")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".data").write_text("a file where the folder should be")
    with pytest.raises(bootstrap.SetUpError, match=f"cannot write in {tmp_path}"):
        with bootstrap.only_one(tmp_path):
            pass


# --- What Django reads as it starts ------------------------------------------------------------


def test_the_secret_key_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    bootstrap.make_secret_key(tmp_path, {})
    path = tmp_path / ".data" / "secret_key"
    first = path.read_text()
    bootstrap.make_secret_key(tmp_path, {})
    assert path.read_text() == first
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_secret_key_from_the_environment_is_not_written_down(tmp_path: Path) -> None:
    bootstrap.make_secret_key(tmp_path, {"SECRET_KEY": "given"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ([], {}, {"DEMO": "1", "LOG_LEVEL": "WARNING"}),
        ([], {"DEMO": "0"}, {"DEMO": "0"}),
        ([], {"DATABASE_URL": "x"}, {"DATABASE_URL": "x"}),
        ([], {"DATABASE_URL": "x", "DEMO": "1"}, {"DATABASE_URL": "x", "DEMO": "1"}),
        (["--no-demo"], {"DEMO": "1"}, {"DEMO": "0"}),
        (["--dev"], {"DEMO": "0"}, {"DEMO": "0", "DEBUG": "1", "LOG_FORMAT": "console"}),
        (["--dev"], {"DEMO": "0", "DEBUG": "0", "LOG_FORMAT": "json"},
         {"DEMO": "0", "DEBUG": "0", "LOG_FORMAT": "json"}),
    ],
)  # fmt: skip
def test_up_shows_the_demo_unless_the_environment_says_otherwise(
    options: list[str], before: dict[str, str], after: dict[str, str]
) -> None:
    bootstrap.choose_mode(options, before)
    assert before == after


# --- Chromium ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], True),
        (["-q", "-k", "quiz"], True),
        (["tests"], True),
        (["tests/browser/test_reading.py"], True),
        (["tests/test_bootstrap.py", "tests/"], True),
        (["tests/test_bootstrap.py"], False),
        (["tests/test_bootstrap.py::test_x", "-x"], False),
        (["--ignore=tests/browser"], False),
    ],
)
def test_only_tests_that_may_open_a_browser_ask_for_one(arguments: list[str], wanted: bool) -> None:
    assert bootstrap.wants_browser(arguments) == wanted


def test_a_chromium_that_is_not_there_is_named() -> None:
    with pytest.raises(bootstrap.SetUpError) as refusal:
        bootstrap.find_chromium({"CHROMIUM": "/nowhere/chromium"})
    assert str(refusal.value) == "CHROMIUM is '/nowhere/chromium', which is no program here."


def test_a_chromium_of_playwright_s_is_found(tmp_path: Path) -> None:
    path = tmp_path / "chromium-1234" / "chrome-linux64" / "chrome"
    path.parent.mkdir(parents=True)
    path.touch()
    environ = {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    assert bootstrap.find_chromium(environ, which=lambda name: None) == str(path)


def test_without_chromium_and_without_a_way_to_it_the_sentence_names_the_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(bootstrap.SetUpError, match="the browser tests need Chromium, and none"):
        bootstrap.get_chromium(tmp_path)


# --- Serving -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8000", ("127.0.0.1", 8000)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("localhost:65535", ("localhost", 65535)),
        ("[::1]:8001", ("::1", 8001)),
    ],
)
def test_an_address_is_a_port_or_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    assert tuple(up.parse_address(text)) == address


@pytest.mark.parametrize("text", ["", "0", "65536", "eight", "127.0.0.1", "::1:8000", "a:b:8000"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(CommandError, match="is not an address to serve at. Write a port, or"):
        up.parse_address(text)


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CommandError, match="“nowhere.invalid” is no address of this machine"):
        up.numeric_address(up.Address("nowhere.invalid", 8000))


@pytest.mark.parametrize("number", ["127.0.0.1", "127.1.2.3", "::1"])
def test_the_demo_serves_this_machine(number: str) -> None:
    up.refuse_public_demo(number, said_here=False, environ={})


@pytest.mark.parametrize("number", ["0.0.0.0", "::", "10.0.0.7", "fe80::1%eth0"])
def test_the_demo_serves_others_only_when_told_twice(number: str) -> None:
    up.refuse_public_demo(number, said_here=True, environ={"DEMO_PUBLIC": "yes"})
    for said_here, environ in [(False, {}), (True, {}), (False, {"DEMO_PUBLIC": "yes"})]:
        with pytest.raises(CommandError, match="passwords are printed on its first page"):
            up.refuse_public_demo(number, said_here=said_here, environ=environ)


@pytest.mark.parametrize("value", ["0", "-1", "two", "", "1000"])
def test_a_number_of_workers_is_a_number(value: str) -> None:
    with pytest.raises(CommandError, match=f"WEB_CONCURRENCY is “{value}”, but must be a number"):
        up.check_workers({"WEB_CONCURRENCY": value})


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else serves at."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_taken_port_is_told_with_another_to_try(taken: int) -> None:
    with pytest.raises(CommandError) as refusal:
        up.take_port(up.Address("127.0.0.1", taken), socket.AF_INET, "127.0.0.1")
    assert str(refusal.value) == (
        f"port {taken} is taken: something else already serves at 127.0.0.1:{taken}. Stop it, or"
        f" choose another port: python3 manage.py up {taken + 1}"
    )


def test_an_address_of_another_machine_cannot_be_served_at() -> None:
    with pytest.raises(CommandError, match="“192.0.2.1” is no address of this machine."):
        up.take_port(up.Address("192.0.2.1", free_port()), socket.AF_INET, "192.0.2.1")


@pytest.mark.django_db
def test_a_read_only_database_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    path.touch()
    handler = ConnectionHandler(
        {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"file:{path}?mode=ro",
                "OPTIONS": {"uri": True},
            }
        }
    )
    try:
        with pytest.raises(CommandError, match="is read-only. Give this user the right to write"):
            with up.database_faults_in_words():
                up.check_writable(handler["default"])
    finally:
        handler["default"].close()


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_a_database_that_takes_no_writes_for_now_is_told_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    with pytest.raises(CommandError, match="is read-only"), up.database_faults_in_words():
        up.check_writable(connection)


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """An empty folder of content files in a folder where `up` may keep its stamps."""
    settings.BASE_DIR = tmp_path
    (tmp_path / ".data").mkdir()
    (tmp_path / "fixtures").mkdir()
    return tmp_path / "fixtures"


def what_up_says_of_the_course() -> str:
    said = StringIO()
    up.Command(stdout=said).load_course()
    return said.getvalue()


def test_content_that_people_edited_is_left_alone_and_the_way_to_load_is_told(
    course: Course, files: Path
) -> None:
    (files / "course.yaml").write_text(
        "- model: courses.course\n  fields:\n    key: another\n    title: Another\n"
        "    summary: Loaded by hand, if at all.\n    language: en\n    published: true\n"
    )
    for _ in range(2):
        assert what_up_says_of_the_course() == (
            "Parallax: note: fixtures/ and the site differ; `python3 manage.py load_content` shows"
            " how, and loads them.\n"
        )
    assert list(Course.objects.all()) == [course]


def test_faulty_content_files_do_not_keep_a_site_from_serving(course: Course, files: Path) -> None:
    (files / "course.yaml").write_text("- model: courses.curse\n")
    assert "fixtures/ has faults; `python3 manage.py load_content` names them" in (
        what_up_says_of_the_course()
    )


def run_up(port: int, folder: Path, **environ: str) -> subprocess.Popen[str]:
    """`manage.py up` on a database and static files of its own."""
    inherited = {key: value for key, value in os.environ.items() if key not in {"DEMO", "DEBUG"}}
    own = {
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "STATIC_ROOT": str(folder / "static"),
        "SECRET_KEY": "only-for-this-test-" + "x" * 40,
        "LOG_LEVEL": "WARNING",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", str(port)],
        cwd=ROOT,
        env=inherited | own | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_up_on_a_taken_port_ends_at_once(taken: int, tmp_path: Path) -> None:
    process = run_up(taken, tmp_path)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert f"port {taken} is taken" in said
    assert list(tmp_path.iterdir()) == []


def test_up_on_a_database_in_no_folder_says_what_to_check(tmp_path: Path) -> None:
    process = run_up(free_port(), tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/no/site.sqlite3")
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "cannot be opened. Check that its folder exists" in said


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The address of a database of the kind that the tests run on, without any table."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'site.sqlite3'}"
        return
    server, name = os.environ["DATABASE_URL"], f"parallax_up_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as keeper:
        keeper.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_up_serves_and_a_second_start_has_nothing_left_to_do(
    tmp_path: Path, empty_database: str
) -> None:
    """The one place where migrations make the tables: elsewhere, tests take those of the models."""
    said = []
    for _ in range(2):
        port = free_port()
        process = run_up(port, tmp_path, DATABASE_URL=empty_database)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if "open http" in line:
                break
        assert lines[-1] == f"Parallax: open http://127.0.0.1:{port}/   (Ctrl-C stops the server)"
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
        assert (process.returncode, rest) == (0, "")
        said.append([line for line in lines[:-1] if " note: " not in line])
    assert [line.partition("(")[0].strip() for line in said[0]] == [
        "Parallax: preparing the database",
        "Parallax: compressing the static files",
        "Parallax: loading the course",
    ]
    assert said[1] == []


@pytest.mark.parametrize(
    ("cores", "arguments"),
    [(1, []), (2, ["-n", "3", "--dist", "worksteal"]), (32, ["-n", "4", "--dist", "worksteal"])],
)
def test_the_whole_suite_runs_on_every_core_up_to_four(monkeypatch, cores, arguments):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert bootstrap.in_parallel() == arguments
