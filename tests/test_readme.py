"""What the README says can be done is done: its commands run as they stand, its links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", TEXT, re.S)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
PYTHON = ".venv/bin/python "
ONE_SITTING = ("functions", "parameters", "model", "optimizers", "batches", "training")


def run(*command: str, folder: Path) -> str:
    """Run a command in a folder from which the project can be imported; return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_trains_and_saves(tmp_path: Path):
    (example,) = [block for kind, block in BLOCKS if kind == "python"]
    assert float(run(sys.executable, "-c", example, folder=tmp_path)) > 0.75
    assert (tmp_path / "my.npz").is_file()


def test_the_command_line_trains_evaluates_and_predicts(tmp_path: Path):
    (tmp_path / ".github").symlink_to(ROOT / ".github")
    said = {}
    for command in COMMANDS:
        if command.startswith(f"{PYTHON}-m nn ") and " pretrain " not in command:
            words = shlex.split(command.removeprefix(PYTHON))
            said[words[2]] = run(sys.executable, *words, folder=tmp_path)
    assert list(said) == ["train", "evaluate", "predict"]
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert 75 < float(re.search(r"test +([\d.]+)%", said["evaluate"])[1]) < 95
    assert re.match(r"\D*7", said["predict"])


def test_all_other_commands_are_known():
    """What is too long, or never ends, is at least spelled right."""
    modules = [name.replace(".", "/") for name in re.findall(r"-m (tests\.[\w.]*\w)", TEXT)]
    assert modules
    for name in modules:
        assert (ROOT / f"{name}.py").is_file() or (ROOT / name / "__main__.py").is_file()
    (pretrain,) = [command for command in COMMANDS if " pretrain " in command]
    options = re.findall(r"--[\w-]+", pretrain)
    usage = run(sys.executable, "-m", "nn", "pretrain", "--help", folder=ROOT)
    assert options and [option for option in options if option not in usage] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!http)([^)]+)\)", TEXT))))
def test_a_link_leads_to_a_file(path: str):
    assert (ROOT / path).is_file()


def test_the_files_of_one_sitting_are_as_long_as_they_are_said_to_be():
    said = re.findall(r"\]\((nn/\w+\.py)\) \|.*\| (\d+) \|", TEXT)
    assert [name for name, _ in said] == [f"nn/{name}.py" for name in ONE_SITTING]
    lines = {name: len((ROOT / name).read_text().splitlines()) for name, _ in said}
    assert {name: int(count) for name, count in said} == lines and sum(lines.values()) <= 1000


def test_the_layout_names_what_is_there():
    (layout,) = [block for kind, block in BLOCKS if kind == "" and "streamlit_app.py" in block]
    names = re.findall(r"^([\w./]+)", layout, re.M)
    assert names and [name for name in names if not (ROOT / name).exists()] == []
