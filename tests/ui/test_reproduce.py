"""A run written down, run again from nothing: the same accuracy to the last bit, or an honest refusal."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data import Dataset
from nn import Hyperparameters, Trainer
from server.datasets import datasets
from tests.csv_files import named
from tests.engine import sample, trained, trainer_of
from ui.history.reproduce import Unrepeatable, notebook, script
from ui.state.run import Run
from ui.state.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLE = sample()


def a_run(dataset: Dataset = SAMPLE, settings: Settings | None = None, **hyperparameters: object) -> Run:
    settings = settings or Settings(hyperparameters=Hyperparameters(**{"iterations": 30} | hyperparameters))
    return Run(settings, dataset)


def go(run: Run, updates: int, /, **changes: object) -> Run:
    """Train on, and then change something."""
    for _ in range(updates):
        run.trainer.step()
    if changes:
        run.change(run.trainer.hyperparameters.replace(**changes), run.distorted)
    return run


def execute(program: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120
    )


def accuracy(run: Run) -> float:
    return trainer_of(run.trainer).measure().dev_accuracy


def claims(program: str) -> tuple[int, float]:
    """Return the iteration and the accuracy that a script asserts."""
    (check,) = (node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Assert))
    return ast.literal_eval(check.test.comparators[0])


def test_the_script_ends_with_the_same_accuracy():
    run = a_run(batch_size=64, optimizer="adam", learning_rate=0.01, dropout=0.2, l2=1e-4, seed=7)
    trained(run.trainer)
    program = script(run)
    assert claims(program) == (30, run.trainer.history.points[-1].dev_accuracy)
    done = execute(program)
    assert done.returncode == 0, done.stderr
    assert f"{accuracy(run):.2%} of the held-out digits after 30 iterations" in done.stdout


def test_the_script_runs_from_a_file_elsewhere_too(tmp_path: Path):
    file = tmp_path / "reproduce.py"
    file.write_text(script(go(a_run(), 2)))
    done = subprocess.run([sys.executable, file], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_another_accuracy_would_be_noticed():
    program = script(go(a_run(), 2))
    iteration, value = claims(program)
    done = execute(program.replace(f"({iteration}, {value!r})", f"({iteration}, {value + 1e-9!r})"))
    assert done.returncode != 0 and "not the same run" in done.stderr


def test_the_notebook_holds_the_same_program():
    run = go(a_run(seed=3), 3)
    book = json.loads(notebook(run))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    for cell in book["cells"]:
        wanted = {"cell_type", "id", "metadata", "source"}
        wanted |= {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == wanted and isinstance(cell["source"], list)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(part in script(run) for part in code)
    done = execute("\n".join(code))
    assert done.returncode == 0, done.stderr
    assert claims("\n".join(code)) == (3, accuracy(run))


def test_changes_on_the_way_are_repeated():
    run = go(a_run(batch_size=128, iterations=100), 5, learning_rate=0.7)
    go(run, 6, dropout=0.3, l2=0.001)
    go(run, 0, batch_size=32)  # twice between the same two updates
    go(run, 7)
    assert [change.iteration for change in run.changes] == [0, 5, 11]
    assert claims(script(run)) == (18, accuracy(run)) and execute(script(run)).returncode == 0


def test_a_change_before_the_first_iteration_is_the_start():
    run = go(go(a_run(), 0, learning_rate=0.9), 4)
    assert script(run).count("Hyperparameters(\n") == 1 and "learning_rate=0.9" in script(run)
    assert execute(script(run)).returncode == 0


def test_a_fork_is_repeated():
    run = go(go(a_run(iterations=40), 10, learning_rate=0.5), 12)
    moment = next(k for k in run.checkpoint_iterations if k > 10)
    fork = go(run.rewound(moment), 0, learning_rate=0.05)
    go(fork, 5)
    assert [change.iteration for change in fork.changes] == [0, 10, moment]
    assert claims(script(fork)) == (moment + 5, accuracy(fork)) and execute(script(fork)).returncode == 0
    back = go(run.rewound(0), 3)  # from the very start, with what it started with
    assert back.changes[0].hyperparameters.learning_rate == 0.1
    assert execute(script(back)).returncode == 0


def test_distorted_digits_are_distorted_alike():
    run = go(a_run(batch_size=64), 4)
    run.change(run.trainer.hyperparameters, distorted=True)
    go(run, 3, learning_rate=0.3)
    go(run, 3)
    run.change(run.trainer.hyperparameters, distorted=False)
    go(run, 3)
    assert [change.distorted for change in run.changes] == [False, True, True, False]
    assert claims(script(run)) == (13, accuracy(run)) and execute(script(run)).returncode == 0
    assert "distort" not in script(run.rewound(0))


def test_a_run_from_the_experts_weights_is_repeated():
    run = go(a_run(settings=Settings(init="expert", hyperparameters=Hyperparameters(batch_size=64))), 3)
    assert "load_expert()" in script(run) and execute(script(run)).returncode == 0


def test_a_run_that_exploded_is_repeated():
    run = a_run(learning_rate=10.0, iterations=60)
    trained(run.trainer)
    assert run.trainer.status == "diverged" and execute(script(run)).returncode == 0


def test_digits_of_ones_own_are_loaded_from_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = np.c_[SAMPLE.Y_dev[:200], np.rint(SAMPLE.X_dev[:200] * 255)].astype(int)
    file = tmp_path / "my digits.csv"
    np.savetxt(file, rows, fmt="%d", delimiter=",")
    own = datasets().read(named(file.name, file.read_bytes()))
    run = go(a_run(own, Settings(dataset=f"upload:{file.name}")), 3)
    program = script(run)
    assert "load_csv('my digits.csv')" in program
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert execute(program, tmp_path).returncode == 0


def test_the_other_sources_are_named_with_their_split():
    program = script(a_run(settings=Settings(dataset="mnist")))
    assert "load_mnist(dev_size=1000, seed=0)" in program
    with pytest.raises(Unrepeatable, match="no longer in data/"):
        script(a_run(settings=Settings(dataset="gone.csv")))


def test_a_schedule_is_repeated_with_its_length():
    run = go(a_run(schedule="cosine", batch_size=64, iterations=20), 6, iterations=12)  # steeper from here on
    go(run, 4)
    assert [change.iteration for change in run.changes] == [0, 6]
    assert claims(script(run)) == (10, accuracy(run)) and execute(script(run)).returncode == 0
    trained(run.trainer)
    go(run, 0, iterations=15)
    trained(run.trainer)
    assert claims(script(run)) == (15, accuracy(run)) and execute(script(run)).returncode == 0


def test_loaded_weights_are_refused_with_a_reason():
    run = a_run()
    run.source = "from home.npz"
    with pytest.raises(Unrepeatable, match="from home.npz"):
        script(run)


def test_a_change_in_the_middle_of_an_update_counts_from_the_next(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nn.checkpoints.COPYING", np.inf)  # a checkpoint after every update
    run = a_run()  # full batch: 4,000 digits are four portions
    trainer = trainer_of(run.trainer)
    trainer.start()
    trainer.advance(0)  # one of them
    trainer.pause()
    run.change(run.trainer.hyperparameters.replace(learning_rate=0.2))
    run.change(run.trainer.hyperparameters.replace(dropout=0.5), distorted=True)
    assert [change.iteration for change in run.changes] == [0, 1]
    assert claims(script(run)) == (0, accuracy(run)) and execute(script(run)).returncode == 0  # not yet made
    go(run, 3)
    assert claims(script(run)) == (3, accuracy(run)) and execute(script(run)).returncode == 0
    past = run.rewound(1)  # made with the old settings, and goes on with the new
    assert past.learned.hyperparameters.learning_rate == 0.1
    go(past, 2)
    assert claims(script(past)) == (3, accuracy(run)) and execute(script(past)).returncode == 0


def test_after_a_step_or_at_the_end_any_change_is_repeated():
    run = go(a_run(iterations=4), 2, dropout=0.5)
    trained(run.trainer)
    run.change(run.trainer.hyperparameters.replace(iterations=6, batch_size=100))
    trained(run.trainer)
    assert run.trainer.iteration == 6
    assert claims(script(run)) == (6, accuracy(run)) and execute(script(run)).returncode == 0


def test_writing_it_down_neither_disturbs_nor_copies_nor_measures_the_run(monkeypatch: pytest.MonkeyPatch):
    run = go(a_run(), 3)
    net = trainer_of(run.trainer).net
    parameters = net.parameters
    for name in ("checkpoint", "measure"):
        monkeypatch.setattr(Trainer, name, None, raising=True)
    assert claims(script(run)) == (3, run.trainer.history.points[-1].dev_accuracy) and notebook(run)
    assert trainer_of(run.trainer).net is net and net.parameters is parameters


def test_a_run_under_way_is_written_down_up_to_its_latest_measurement():
    run = go(a_run(batch_size=64, iterations=500), 2)
    run.change(run.trainer.hyperparameters.replace(learning_rate=0.3))
    for _ in range(7):
        trainer_of(run.trainer).step()  # measured only now and then
    assert run.trainer.iteration == 9
    last = run.trainer.history.points[-1]
    assert claims(script(run)) == (last.iteration, last.dev_accuracy) and execute(script(run)).returncode == 0
