"""The house rules: what must hold of the code itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.settings import Settings
from digests.errors import FrontwireError
from tests.conftest import SHARED

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGES = sorted(
    path.parent
    for top in ("digests", "bot")
    for path in (ROOT / top).rglob("__init__.py")
    if "versions" not in path.parts and path.parents[1] != ROOT
)
CODE = sorted(path for top in ("digests", "bot") for path in (ROOT / top).rglob("*.py"))
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
LONG_FILES, LONG_FUNCTIONS = 5, 3
"""How many may be longer than the rule: few, almost none."""


def tracked() -> list[Path]:
    """Every file that git holds or would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_run_one_way() -> None:
    """import-linter holds the layers of the plan."""
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


def test_every_rule_is_held_to_touch_no_database() -> None:
    """What calls itself a rule stands in the contract; storage's own may know the engines' errors."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [held] = [
        contract["source_modules"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["name"].startswith("rules ")
    ]
    called = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in CODE
        if path.is_relative_to(ROOT / "digests")
        and "storage" not in path.parts
        and re.search(r"\(rules?\)|^Rules?:", ast.get_docstring(ast.parse(path.read_text())) or "")
    }
    assert called - set(held) == set()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_map_says_what_the_package_says(package: Path) -> None:
    """README's map has a line for each room: its name and the first sentence of its docstring."""
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    assert docstring, "a room says what it is for"
    line = docstring.splitlines()[0]
    name = f"{package.relative_to(ROOT)}/"
    pattern = rf"^{re.escape(name)}\s+{re.escape(line)}$"
    assert re.search(pattern, README, re.MULTILINE), f"README's map lacks: {name}  {line}"


def test_the_map_names_no_room_that_is_not_there() -> None:
    block = README.partition("<!-- map")[2].partition("```\n")[2].partition("```")[0]
    named = re.findall(r"^(\S+)/\s", block, re.MULTILINE)
    assert sorted(named) == [str(package.relative_to(ROOT)) for package in PACKAGES]


def test_every_setting_is_documented_and_nothing_else() -> None:
    """README's table holds each setting with its default and its description, word for word."""
    table = README.partition("<!-- settings")[2].partition("\n## ")[0]
    documented = dict(re.findall(r"^\| `(FRONTWIRE_\w+)` \| (.*) \|$", table, re.MULTILINE))
    expected = {}
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = Settings.model_construct(**{name: default}).redacted()[f"FRONTWIRE_{name.upper()}"]
        held = f"`{shown}`" if shown else "none"
        expected[f"FRONTWIRE_{name.upper()}"] = f"{held} | {field.description}"
    assert documented == expected


@pytest.mark.parametrize("top", ["bot", "digests"])
def test_each_side_names_its_parts(top: str) -> None:
    """The docstring of ``bot`` and ``digests`` has a line for each module and room in it."""
    docstring = ast.get_docstring(ast.parse((ROOT / top / "__init__.py").read_text())) or ""
    parts = {
        path.stem
        for path in (ROOT / top).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem[0] != "_"
    }
    assert parts <= set(re.findall(r"^ *([a-z_]+)  ", docstring, re.MULTILINE))


def test_the_version_is_said_once() -> None:
    """pyproject.toml and the package agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == bot.__version__


def test_files_are_short() -> None:
    """40-250 lines, few over 400."""
    long = [path for path in CODE if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert len(long) <= LONG_FILES, long


def test_functions_are_short() -> None:
    """The median has 5-10 lines, almost none more than 80."""
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in CODE
        for node in functions(path)
    )
    assert sum(length > 80 for length in lengths) <= LONG_FUNCTIONS
    assert 4 <= lengths[len(lengths) // 2] <= 10


def test_everything_public_says_what_it_is() -> None:
    """Modules, classes and functions without an underscore have a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}:{name}"
        for path in CODE
        if "versions" not in path.parts
        for name, node in public(path)
        if ast.get_docstring(node) is None
    ]
    assert silent == []


def public(path: Path) -> Iterator[tuple[str, Documented]]:
    """The module and what it shows to others."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield "", tree
    for node in tree.body:
        name = getattr(node, "name", "_")
        if isinstance(node, Documented) and not name.startswith("_"):
            yield name, node


def test_no_room_has_a_name_that_says_nothing() -> None:
    empty = {
        "utils",
        "helpers",
        "common",
        "core",
        "manager",
        "base",
        "misc",
        "handlers",
        "services",
    }
    assert not [path for path in CODE if path.stem in empty or path.parent.name in empty]


def test_every_error_is_drawn_in_the_tree() -> None:
    """The docstring of errors.py names each class there is."""
    source = (ROOT / "digests" / "errors.py").read_text(encoding="utf-8")
    drawing = ast.get_docstring(ast.parse(source)) or ""

    def below(kind: type[Exception]) -> Iterator[type[Exception]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    ours = [kind for kind in below(FrontwireError) if kind.__module__ == "digests.errors"]
    undrawn = [
        k.__name__ for k in ours if f" {k.__name__} " not in f"{drawing} ".replace("\n", " ")
    ]
    # A parent that only carries what its children share is no error that anybody meets.
    assert [name for name in undrawn if name != "Unknown"] == []


# What Telegram, a feed or an operator reads may stand in code; what a person reads in a chat may not.
CHAT_ROOMS = ("bot/chat", "bot/desk", "bot/rendering", "bot/context.py", "bot/application.py")


def test_no_sentence_for_people_stands_in_the_code() -> None:
    """Heuristic: no string of four words or more, but docstrings, logs and errors."""
    found = []
    for path in CODE:
        if not str(path.relative_to(ROOT)).startswith(CHAT_ROOMS):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        excused = {id(node) for node in excuses(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = re.findall(r"[A-Za-zА-Яа-яіїєґ']{2,}", re.sub("<[^>]*>", "", node.value))
                if len(words) >= 4 and " " in node.value and id(node) not in excused:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value[:60]!r}")
    assert found == []


def excuses(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings and bare strings, what is logged, raised or asserted."""
    for node in ast.walk(tree):
        is_log = isinstance(node, ast.Call) and "log" in ast.unparse(node.func).lower()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif is_log or isinstance(node, ast.Raise | ast.Assert):
            yield from ast.walk(node)


def test_no_verb_commits() -> None:
    """The door opens the transaction: nothing in digests commits."""
    doors = {"digests/storage/database.py", "digests/migrations/env.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in CODE
        if ".commit(" in path.read_text(encoding="utf-8")
        and str(path.relative_to(ROOT)) not in doors
    ]
    assert found == []


def test_the_desks_log_is_only_ever_added_to() -> None:
    """Its rows are named where they are defined, added and read, and nowhere else; there none is changed."""
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in CODE
        if "versions" not in path.parts
        and re.search(r"AuditEntry|audit_entry", path.read_text(encoding="utf-8"))
    }
    assert naming == {"digests/alerts/audit.py", "digests/alerts/editor.py"}
    keeper = (ROOT / "digests/alerts/audit.py").read_text(encoding="utf-8")
    assert not re.search(r"delete|update", keeper)


def test_only_the_settings_read_the_environment() -> None:
    """And the doctor, who looks for slips of the pen there."""
    allowed = {"bot/settings.py", "bot/doctor.py"}
    readers = {
        str(path.relative_to(ROOT))
        for path in CODE
        if re.search(r"os\.environ|getenv", path.read_text(encoding="utf-8"))
    }
    assert readers <= allowed


def test_nothing_tells_of_the_machine_it_was_made_on() -> None:
    """No package index, no path of a developer's, nothing that belongs beside the repository."""
    wrong = re.compile(
        r"pypi\.org/simple|--(extra-)?index-url|--find-links|(?<![\w.])/(root|work|home|opt)/\w"
    )
    found = []
    for path in tracked():
        if path.suffix in {".gz", ".png", ".ico", ".ttf"} or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if wrong.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert found == []


@pytest.mark.shared
def test_nothing_was_copied_from_the_development_material() -> None:
    """No line of any length of it stands in ours."""
    if not SHARED.is_dir():
        pytest.skip("no development material beside the checkout")
    theirs = {
        line.strip()
        for page in SHARED.glob("*.md")
        for line in page.read_text(encoding="utf-8").splitlines()
        if len(line.strip()) > 100
    }
    ours = {
        line.strip()
        for path in tracked()
        if path.suffix in {".md", ".py", ".html", ".toml"}
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert ours & theirs == set()
