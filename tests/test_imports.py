"""Who may know whom: nn knows NumPy, data a few libraries, ui everything, and nobody knows ui."""

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
ENTRY_POINTS = [ROOT / "nn" / "__main__.py", *(ROOT / "nn" / "commands").glob("*.py")]  # may know more
ITS_LIBRARIES = ALLOWED["nn"] | {"data", "matplotlib", "PIL", "threadpoolctl", "tqdm"}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(source: str, package: str) -> set[str]:
    """The top-level names of whatever a file imports, at its head or anywhere else in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(package if node.level else node.module.split(".")[0])
        elif isinstance(node, ast.Call) and _called(node) in ("__import__", "import_module"):
            names.update(a.value.split(".")[0] for a in node.args[:1] if isinstance(a, ast.Constant))
    return names - set(sys.stdlib_module_names)


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
        allowed = ITS_LIBRARIES if file in ENTRY_POINTS else ALLOWED[package]
        unknown = imports(file.read_text("utf-8"), package) - allowed
        assert not unknown, f"{file.relative_to(ROOT)} imports {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("package", ["nn", "data"])
def test_nobody_knows_the_page(package: str):
    for file in files(package):
        assert not imports(file.read_text("utf-8"), package) & {"ui", "streamlit", "streamlit_app"}, file


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
        if file not in ENTRY_POINTS:
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
