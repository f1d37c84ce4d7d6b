"""From a fresh clone to a running command, with the standard library alone.

`enter` makes `.venv`, installs the hashed requirements once and goes on inside. A stamp in `.venv`
(requirements file, Python version, digest) makes every later start a matter of milliseconds.
It is written last and removed first: a `.venv` without one was interrupted, and is made anew.

This file and manage.py must parse on Python 3.6, so that an old interpreter reaches the sentence
saying that it is too old: no walrus, no `list[str]`, no `match`.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, Callable, Iterator, Mapping, MutableMapping

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where Playwright keeps the browsers it has fetched, on Linux and on macOS.
PLAYWRIGHT_FOLDERS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PLAYWRIGHT_CHROMIUM = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
PINNED = re.compile(r"^[\w.-]+(?:\[.*?\])?==", re.MULTILINE)
PIP_STEP = r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)"
APT_STEP = r"(?:Unpacking|Setting up) ([\w.+-]+)"
NO_ANSWER = re.compile(
    r"Failed to establish|NewConnectionError|Max retries|ConnectionError|Temporary failure in name"
    r"|Network is unreachable|timed out|ProxyError|No matching distribution",
)


class SetUpError(Exception):
    """What is missing and what to do about it, said to the person at the keyboard."""


def enter(argv: "list[str]") -> None:
    """Return only inside `.venv` with everything installed; else start the command again in there.

    `test` never returns: it becomes pytest. A `SetUpError` ends the program with its sentence.
    """
    command = argv[1] if len(argv) > 1 else ""
    try:
        check_platform()
        check_python(sys.version_info[:3])
        if not is_inside(ROOT):
            make_ready(ROOT, "dev" if command in ("test", "prove") else "base")
            python = str(python_of(ROOT))
            os.execv(python, [python, str(ROOT / "manage.py"), *argv[1:]])
        if command == "test":
            run_tests(argv[2:])
        if command == "up":
            choose_mode(argv[2:], os.environ)
        make_secret_key(ROOT)
    except SetUpError as problem:
        sys.exit(f"Parallax: {problem}")
    except KeyboardInterrupt:
        sys.exit("\nParallax: stopped. The same command takes up again from here.")


def say(sentence: str) -> None:
    print(f"Parallax: {sentence}", flush=True)


# --- What must be there before anything else ---------------------------------------------------


def check_platform() -> None:
    if fcntl is None:
        raise SetUpError("this runs on Linux and macOS; on Windows, use it inside WSL.")


def check_python(version: "tuple[int, ...]") -> None:
    """Raise `SetUpError` when `version` (a tuple like `sys.version_info`) is too old."""
    if tuple(version[:2]) < OLDEST_PYTHON:
        found, needed = ("{}.{}".format(*pair[:2]) for pair in (version, OLDEST_PYTHON))
        raise SetUpError(
            f"this is Python {found}, but Python {needed} or newer is needed. Install one and start"
            f" again with it, for example: python{needed} manage.py up"
        )


def check_venv_module(find: "Callable[[str], object]" = importlib.util.find_spec) -> None:
    """Raise `SetUpError` when this Python cannot make environments (Debian splits that off)."""
    if find("venv") is None or find("ensurepip") is None:
        raise SetUpError(
            "this Python has no venv module with pip, and packages need an environment of their"
            " own. On Debian or Ubuntu: apt install python3-venv. Then run the same command again."
        )


# --- The environment ---------------------------------------------------------------------------


def python_of(root: Path) -> Path:
    return root / ".venv" / "bin" / "python"


def is_inside(root: Path) -> bool:
    """Whether the running interpreter is the one of `.venv`."""
    return os.path.realpath(sys.prefix) == os.path.realpath(str(root / ".venv"))


def requirements_of(root: Path, wanted: str) -> Path:
    return root / "config" / "requirements" / (wanted + ".txt")


def stamp_for(root: Path, wanted: str) -> str:
    """What the stamp says when `wanted` ("base" or "dev") is installed as the files stand now."""
    digest = hashlib.sha256(requirements_of(root, wanted).read_bytes()).hexdigest()
    return "{} {}.{} {}".format(wanted, *sys.version_info[:2], digest)


def read_stamp(root: Path) -> str:
    try:
        return (root / ".venv" / "parallax-stamp").read_text(encoding="ascii")
    except OSError:
        return ""


def is_ready(root: Path, wanted: str) -> bool:
    """Whether `.venv` holds what `wanted` asks for; "dev" contains "base"."""
    if not python_of(root).exists():
        return False
    enough = {stamp_for(root, "dev"), stamp_for(root, wanted)}
    return read_stamp(root) in enough


def make_ready(root: Path, wanted: str) -> None:
    """Bring `.venv` to the state of `wanted`; several processes may ask at once.

    Raises `SetUpError`.
    """
    if is_ready(root, wanted):
        return
    with only_one(root) as lock:
        if is_ready(root, wanted):  # whoever held the lock before us has done it
            return
        check_venv_module()
        log = root / ".data" / "setup.log"
        log.write_bytes(b"")
        stamp = root / ".venv" / "parallax-stamp"
        before = read_stamp(root)
        usable = before.split(" ")[1:2] == stamp_for(root, wanted).split(" ")[1:2]
        if usable and python_of(root).exists():
            stamp.unlink()
        else:
            before = ""
            make_environment(root, log, lock)
        try:
            install(root, wanted, log, lock)
        except SetUpError:
            # pip has put back what it had begun: what was usable still is, and is tried again.
            write_whole(stamp, before)
            raise
        write_whole(stamp, stamp_for(root, wanted))


def write_whole(path: Path, text: str) -> None:
    """Write `text` so that nobody ever reads half of it. Only this user may read the file."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="ascii")
    unfinished.replace(path)


@contextlib.contextmanager
def only_one(root: Path) -> "Iterator[IO[str]]":
    """Hold the set-up lock of this folder. It lies outside `.venv`, which may be thrown away."""
    folder = root / ".data"
    try:
        folder.mkdir(exist_ok=True)
        lock = (folder / "setup.lock").open("w")
    except OSError as error:
        raise SetUpError(f"cannot write in {root} ({error.strerror}).") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another command is setting up this folder; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def make_environment(root: Path, log: Path, lock: "IO[str]") -> None:
    """Make `.venv` from nothing; whatever an interrupted run left there is removed."""
    folder = root / ".venv"
    if folder.exists():
        say(".venv is unfinished or was made by another Python: making it anew")
    else:
        say("making .venv with Python {}.{}.{}".format(*sys.version_info[:3]))
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    if watch(command, log, lock) != 0:
        raise SetUpError(f"could not make .venv. {last_words(log)}")


def install(root: Path, wanted: str, log: Path, lock: "IO[str]") -> None:
    """Install the hashed requirements with pip, one line of progress for each package."""
    requirements = requirements_of(root, wanted)
    total = len(PINNED.findall(requirements.read_text("utf-8")))
    say(f"installing {total} packages, this once")
    # The lock is complete, so --no-deps only spares pip the work of finding that out again.
    # Compiling is left to the first import: most modules of most packages are never imported.
    options = "--require-hashes --no-deps --no-compile --no-input --no-color --progress-bar=off"
    command = [str(python_of(root)), "-m", "pip", "install", *options.split()]
    command += ["--disable-pip-version-check", "-r", str(requirements)]
    if watch(command, log, lock, step=PIP_STEP, total=total) != 0:
        text = log.read_text("utf-8", "replace")
        if "DO NOT MATCH THE HASHES" in text:
            cause = "a package is not the one that was checked, so nothing was installed."
        elif NO_ANSWER.search(text):
            cause = (
                "pip reached no package index that has what is needed. Check the network, or pip's"
                " proxy and index settings, and run the same command again."
            )
        else:
            cause = "pip could not install the packages."
        raise SetUpError(f"{cause} {last_words(log)}")


def watch(command: "list[str]", log: Path, lock: "IO[str]", step: str = "", total: int = 0) -> int:
    """Run `command`, its output going to `log`; return its exit code.

    Lines that `step` matches (its group 1 names a thing) are counted aloud, out of `total`.
    The child holds `lock` too: should this process be killed, nobody starts over beside it.
    """
    count = 0
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(lock.fileno(),),
        env=dict(os.environ, PYTHONUNBUFFERED="1", DEBIAN_FRONTEND="noninteractive"),
    )
    with process, log.open("ab") as output:
        for line in process.stdout or ():
            output.write(line)
            found = re.match(step, line.decode("utf-8", "replace")) if step else None
            if found:
                count += 1
                show_progress(count, total, found.group(1))
    if count and sys.stdout.isatty():
        print(flush=True)
    return process.returncode


def show_progress(count: int, total: int, name: str) -> None:
    """A line that moves on a terminal; in a log, one line in ten."""
    text = f"  {count:3}/{total} {name}" if total else f"  {count:3} {name}"
    if sys.stdout.isatty():
        print(f"\r{text[:70]:<70}", end="", flush=True)
    elif count % 10 == 0 or count == total:
        print(text, flush=True)


def last_words(log: Path) -> str:
    """The end of a log, for a sentence that names a cause it does not know."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return "The last lines of {} were:\n  {}".format(log, "\n  ".join(lines[-4:] or ["(none)"]))


# --- What Django reads as it starts ------------------------------------------------------------


def make_secret_key(root: Path, environ: "Mapping[str, str]" = os.environ) -> None:
    """Keep a secret key in `.data`, unless the environment brings one."""
    path = root / ".data" / "secret_key"
    if environ.get("SECRET_KEY") or path.exists():
        return
    with only_one(root):
        if not path.exists():
            write_whole(path, secrets.token_urlsafe(48))


def choose_mode(options: "list[str]", environ: "MutableMapping[str, str]") -> None:
    """Settings that `up` chooses before Django reads them; what the environment says goes first.

    Demo mode is for the newcomer who has set nothing up: a database of one's own ends it.
    """
    if "--no-demo" in options:
        environ["DEMO"] = "0"
    elif "DATABASE_URL" not in environ and environ.setdefault("DEMO", "1") == "1":
        # Two lines a request would push the address off a newcomer's screen.
        environ.setdefault("LOG_LEVEL", "WARNING")
    if "--dev" in options:
        environ.setdefault("DEBUG", "1")
        environ.setdefault("LOG_FORMAT", "console")


# --- Tests -------------------------------------------------------------------------------------


def run_tests(arguments: "list[str]") -> None:
    """Become pytest with `arguments`.

    Raises `SetUpError` when pytest is missing, or Chromium where a browser test may run.
    """
    if importlib.util.find_spec("pytest") is None:
        raise SetUpError(
            "pytest is not installed in .venv. Start tests with: python3 manage.py test"
        )
    if wants_browser(arguments):
        os.environ["CHROMIUM"] = find_chromium() or get_chromium(ROOT)
    # Tests need a key of their own, not the one that signs people's sessions.
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    # The suite starts some forty programs, each of which would compile all that it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.chdir(str(ROOT))
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *(arguments or in_parallel())])


def in_parallel() -> "list[str]":
    """The whole suite on every core: one alone takes half as long again as people wait.

    Each worker has a database and a server of its own; one that is done takes work off the others.
    One more than cores, since some tests wait: for a page to notice, for a lock, for a server.
    """
    cores = os.cpu_count() or 1
    return ["-n", str(min(cores + 1, 4)), "--dist", "worksteal"] if cores > 1 else []


def wants_browser(arguments: "list[str]") -> bool:
    """Whether pytest's `arguments` may reach tests/browser: no path given, or one in its line."""
    if any(argument.rstrip("/") == "--ignore=tests/browser" for argument in arguments):
        return False
    paths = [ROOT / argument.split("::")[0] for argument in arguments if argument[:1] != "-"]
    given = [os.path.normpath(str(path)) for path in paths if path.exists()]
    browser = str(ROOT / "tests" / "browser")
    return not given or any(
        os.path.commonpath([path, browser]) in (path, browser) for path in given
    )


def find_chromium(
    environ: "Mapping[str, str]" = os.environ,
    which: "Callable[[str], str | None]" = shutil.which,
) -> "str | None":
    """The path of a Chromium on this machine, or None. Raises `SetUpError` for a wrong CHROMIUM."""
    named = environ.get("CHROMIUM")
    if named:
        if which(named) is None:
            raise SetUpError(f"CHROMIUM is {named!r}, which is no program here.")
        return which(named)
    for name in CHROMIUM_NAMES:
        if which(name):
            return which(name)
    folders = [environ.get("PLAYWRIGHT_BROWSERS_PATH"), *PLAYWRIGHT_FOLDERS]
    for folder in [Path(folder).expanduser() for folder in folders if folder]:
        for pattern in PLAYWRIGHT_CHROMIUM:
            for path in sorted(folder.glob(pattern), reverse=True):
                return str(path)
    return None


def get_chromium(root: Path) -> str:
    """Install a Chromium: Debian's own where we may, else Playwright's. Raises `SetUpError`."""
    log = root / ".data" / "chromium.log"
    with only_one(root) as lock:
        found = find_chromium()
        if found:  # whoever held the lock before us has done it
            return found
        log.write_bytes(b"")
        if shutil.which("apt-get") and os.geteuid() == 0 and Path("/etc/debian_version").exists():
            say("no Chromium here: installing Debian's (about 350 MB)")
            watch(["apt-get", "-q", "update"], log, lock)
            install = ["apt-get", "-q", "-y", "--no-install-recommends", "install", "chromium"]
            watch(install, log, lock, step=APT_STEP)
        else:
            say("no Chromium here: asking Playwright for one (about 170 MB, into its own cache)")
            watch([sys.executable, "-m", "playwright", "install", "chromium"], log, lock)
    found = find_chromium()
    if found is None:
        raise SetUpError(
            "the browser tests need Chromium, and none could be had. Install it (on Debian: apt"
            " install chromium), or name one in CHROMIUM, or leave those tests out:"
            f" python3 manage.py test --ignore=tests/browser\n{last_words(log)}"
        )
    return found
