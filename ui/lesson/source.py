"""The very source code that runs, taken from the functions themselves, so that it cannot go stale."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def source(function: Callable) -> str:
    """
    Return a function's source without its docstring, under a comment that says where it stands.

    Parameters
    ----------
    function : function or method

    Returns
    -------
    str
        Python.
    """
    lines, first = inspect.getsourcelines(function)
    lines = textwrap.dedent("".join(lines)).splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    doc = definition.body[0]
    if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant) and isinstance(doc.value.value, str):
        del lines[doc.lineno - 1 : doc.end_lineno]
    file = Path(inspect.getsourcefile(function)).resolve().relative_to(ROOT.resolve())
    return "\n".join([f"# {file.as_posix()}, line {first}", *lines])


def sources(functions: tuple[Callable, ...]) -> str:
    """Return the sources of several functions, one below the other."""
    return "\n\n".join(source(function) for function in functions)
