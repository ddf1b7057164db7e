"""Who may know whom: libraries, rooms and modules, no circles, and a network that is read in one sitting."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "nn": {"nn", "numpy"},
    "data": {"data", "numpy", "pandas", "PIL", "pooch", "scipy"},
}
ENTRY_FILES = [ROOT / "nn" / "__main__.py", *(ROOT / "nn" / "commands").glob("*.py")]  # may know more
ITS_LIBRARIES = ALLOWED["nn"] | {"data", "matplotlib", "PIL", "threadpoolctl", "tqdm"}
ROOMS = {  # and whom each may know besides itself
    "nn": set(),
    "data": set(),
    "server": {"nn", "data"},
    "ui": {"server", "nn", "data"},
}
ENTRY_POINTS = ("nn.__main__", "nn.commands")  # of nn: they may know data
PAGES = {"draw", "train", "doctor", "inside", "mistakes", "history", "lesson", "sidebar"}  # folders of ui
SITTING = ("functions", "parameters", "model", "optimizers", "batches", "training")


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def named(source: str, module: str = "here", is_package: bool = True) -> set[str]:
    """
    Every dotted name that a source imports, at its head, in a function, or where only types are checked.

    Of `from a import b` both a and a.b, as b may be a module.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
        elif isinstance(node, ast.Call) and _called(node) in ("__import__", "import_module"):
            names.update(a.value for a in node.args[:1] if isinstance(a, ast.Constant))
    return names


def imports(source: str, package: str) -> set[str]:
    """The top-level names of whatever a file imports but the standard library."""
    return {name.split(".")[0] for name in named(source, package)} - set(sys.stdlib_module_names)


def imported(source: str, module: str, is_package: bool, known: set[str]) -> set[str]:
    """The known modules that a source imports; a package only where no module in it is named, too."""
    names = (named(source, module, is_package) & known) - {module}
    return {name for name in names if not any(other.startswith(f"{name}.") for other in names)}


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_the_walk_sees_every_kind_of_import():
    source = """
import numpy as np, os.path
from pandas.api import types
from . import sibling
from .deep import thing
def later():
    import streamlit.components
    import_module("torch.nn"), importlib.import_module("jax"), __import__("keras")
if TYPE_CHECKING:
    from sklearn import svm
"""
    assert imports(source, "here") == {
        *("numpy", "pandas", "here", "streamlit", "torch", "jax", "keras", "sklearn"),
    }


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_knows_only_its_libraries(package: str):
    assert files(package)
    for file in files(package):
        allowed = ITS_LIBRARIES if file in ENTRY_FILES else ALLOWED[package]
        unknown = imports(file.read_text("utf-8"), package) - allowed
        assert not unknown, f"{file.relative_to(ROOT)} imports {', '.join(sorted(unknown))}"


def test_charts_can_be_drawn_without_streamlit():
    assert "streamlit" not in imports((ROOT / "ui" / "shared" / "charts.py").read_text("utf-8"), "ui")
    assert not loaded_by("ui.shared.charts") & {"streamlit"}


def loaded_by(module: str) -> set[str]:
    """The top-level modules that are in memory after an import, in a fresh process."""
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


def test_importing_the_network_loads_numpy_alone():
    loaded = loaded_by("nn, server.pool")
    assert "numpy" in loaded
    assert not loaded & {"data", "ui", "streamlit", "pandas", "scipy", "PIL", "pooch", "matplotlib", "tqdm"}


def test_importing_the_digits_loads_no_page():
    assert not loaded_by("data, data.drawing") & {"nn", "ui", "streamlit", "matplotlib", "mlxtend"}


def network_files() -> Iterator[tuple[Path, ast.AST]]:
    for file in files("nn"):
        if file not in ENTRY_FILES:
            yield file, ast.parse(file.read_text("utf-8"))


def test_the_network_does_not_print():
    for file, tree in network_files():
        calls = [_called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert "print" not in calls, file


def test_the_network_does_not_use_the_global_random_state():
    own = {"Generator", "default_rng", "SeedSequence", "BitGenerator"}
    for file, tree in network_files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                assert node.value.attr != "random" or node.attr in own, f"{file}: random.{node.attr}"
        assert "random" not in {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }, file


# Rooms and circles


def modules(*rooms: str) -> dict[str, Path]:
    """Every module of some rooms, by name."""
    found = {}
    for path in sorted(path for room in rooms for path in (ROOT / room).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def graph(*rooms: str) -> dict[str, set[str]]:
    """Whom each module of some rooms imports, of all rooms."""
    known = set(modules(*ROOMS))
    return {
        name: imported(path.read_text("utf-8"), name, path.name == "__init__.py", known)
        for name, path in modules(*rooms).items()
    }


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Find modules that import each other in a circle; an empty list where there are none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(edges.get(name, ())):
            if found := walk(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in edges if (found := walk(name, []))), [])


def reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    """Every module that is loaded when one is imported, the packages that they lie in among them."""
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += edges.get(name, ())
            waiting += [name.rpartition(".")[0]] if "." in name else []
    return seen


def test_the_walk_finds_every_kind_of_import_and_a_circle():
    known = {"ui", "ui.a", "ui.b", "ui.sub.c", "nn.d", "nn.e", "data.f", "data"}
    source = """
import ui.b
from ui import a
from . import c
from nn.d import thing
if TYPE_CHECKING:
    from nn.e import Type
def later():
    from data import f
    import_module("data")
"""
    assert imported(source, "ui.sub.x", False, known) == {
        *("ui.b", "ui.a", "ui.sub.c", "nn.d", "nn.e", "data.f"),
    }
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_there_is_no_circle_in_a_room(room: str):
    assert circle(graph(room)) == []


def test_the_network_does_not_ask_its_own_package():
    """`nn` imports a class when it is first asked for: a circle through it would not be seen above."""
    for name, path in modules("nn").items():
        if not name.startswith(ENTRY_POINTS):
            assert "nn" not in named(path.read_text("utf-8"), name, path.name == "__init__.py"), name


def test_there_is_no_circle_between_modules_of_all_rooms():
    assert circle(graph(*ROOMS)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_reaches_upwards(room: str):
    for name, others in graph(room).items():
        allowed = {room, *ROOMS[room]} | ({"data"} if name.startswith(ENTRY_POINTS) else set())
        unknown = {other for other in others if other.split(".")[0] not in allowed}
        assert not unknown, f"{name} imports {', '.join(sorted(unknown))}"


def test_no_page_knows_another_page():
    """Nor does what they share know any of them; `ui.page`, which puts them together, knows all."""
    for name, others in graph("ui").items():
        _, folder, *deeper = [*name.split("."), ""]
        if deeper[:-1] or folder in PAGES:
            strangers = {other for other in others if other.split(".")[1:2] != [folder]}
            strangers = {
                other for other in strangers if other.startswith(tuple(f"ui.{page}." for page in PAGES))
            }
            assert not strangers, f"{name} imports {', '.join(sorted(strangers))}"


def lines(*paths: Path) -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


def test_importing_the_mathematics_loads_few_lines():
    """`nn.model`, all that it imports, and the package's own `__init__`."""
    loaded = reached("nn.model", graph("nn"))
    assert {"nn", "nn.model", "nn.functions"} <= loaded and "nn.training" not in loaded
    assert lines(*(modules("nn")[name] for name in loaded)) <= 800


def test_the_network_is_read_in_one_sitting():
    assert lines(*(ROOT / "nn" / f"{name}.py" for name in SITTING)) <= 1000
