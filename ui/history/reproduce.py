"""Writes a run down as a script and as a notebook that train it again, to the same accuracy."""

import json
from functools import partial
from inspect import signature

from data import list_sources
from ui.state.run import UPLOADED, Change, Run

ABOUT = (
    "Trains one network as it was trained on the page, and checks that it ends with the same accuracy.\n"
    "Keep this file in the project's folder, where `nn` and `data` are, and run it there."
)
TRAINER = "trainer = Trainer(net, digits, settings)"


class Unrepeatable(ValueError):
    """Says why a run cannot be written down."""


def refuse(run: Run) -> None:
    """Raise `Unrepeatable` if a few lines cannot repeat the run; nothing is computed for that."""
    if run.source:
        raise Unrepeatable(
            f"This run started from the weights in {run.source}, and the page cannot know how those were "
            "trained. Save the network instead."
        )
    _digits(run)


def script(run: Run) -> str:
    """
    Write a run down as a Python program.

    Parameters
    ----------
    run : Run
        It is repeated up to its latest measurement; nothing is measured for it.

    Returns
    -------
    str
        Ends with an assertion: the same accuracy, bit for bit on the same machine.

    Raises
    ------
    Unrepeatable
        When a few lines cannot do that; it says why.
    """
    return f'"""{ABOUT}"""\n\n' + "\n\n".join(code for _, code in _parts(run)) + "\n"


def notebook(run: Run) -> str:
    """Write a run down as a Jupyter notebook of the same program: JSON, nbformat 4.5; see `script`."""
    cells = [_cell("markdown", f"# The same run again\n\n{ABOUT}")]
    for words, code in _parts(run):
        cells += [_cell("markdown", words), _cell("code", code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False)


def _parts(run: Run) -> list[tuple[str, str]]:
    """Return the steps, each in words and in code."""
    refuse(run)
    goal = run.trainer.history.points[-1]
    loader, arguments = _digits(run)
    from_expert = run.settings.from_expert
    imports = (
        "import sys\n\n"
        'sys.path.insert(0, ".")  # the project\'s folder\n\n'
        "from threadpoolctl import threadpool_limits\n\n"
        f"from data import {loader}\n"
        f"from nn import Hyperparameters, Trainer{'' if from_expert else ', TwoLayerNN'}\n"
        + ("from data.augment import distort\n" if any(change.distorted for change in run.changes) else "")
        + ("from nn.expert import load_expert\n" if from_expert else "")
        + '\nthreadpool_limits(1, user_api="blas")  # as on the page: sums in another order round differently'
    )
    start = f"digits = {loader}({arguments})\nnet = {_network(run)}"
    check = (
        "accuracy = trainer.measure().dev_accuracy\n"
        'print(f"{accuracy:.2%} of the held-out digits after {trainer.iteration} iterations")\n'
        f"assert (trainer.iteration, accuracy) == ({goal.iteration}, {goal.dev_accuracy!r}), "
        '"not the same run"'
    )
    return [
        ("Everything but the digits is in `nn`. One thread, so that every sum is rounded alike.", imports),
        ("The digits, and the network before its first step.", start),
        ("The training, setting by setting.", _training(run.changes, goal.iteration)),
        ("The same accuracy as on the page?", check),
    ]


def _digits(run: Run) -> tuple[str, str]:
    """Return the name of the function that loads the digits, and its arguments."""
    key = run.settings.dataset
    if key.startswith(UPLOADED):
        return "load_csv", repr(key.removeprefix(UPLOADED))
    source = next((source for source in list_sources() if source.key == key), None)
    if source is None:
        raise Unrepeatable(f"The file {key} that this run learned from is no longer in data/.")
    if isinstance(source.loader, partial):  # load_csv with its path
        return "load_csv", repr(f"data/{source.loader.args[0].name}")
    defaults = {name: parameter.default for name, parameter in signature(source.loader).parameters.items()}
    return source.loader.__name__, f"dev_size={defaults['dev_size']}, seed={defaults['seed']}"


def _network(run: Run) -> str:
    settings = run.settings
    if settings.from_expert:
        return "load_expert()  # the expert: this run started from its weights"
    return (
        f"TwoLayerNN(hidden_size={settings.hidden_size}, activation={settings.activation!r}, "
        f"init={settings.init!r}, seed={settings.hyperparameters.seed})"
    )


def _training(changes: list[Change], iteration: int) -> str:
    """Write down the updates, a paragraph for each setting."""
    ends = [*(min(change.iteration, iteration) for change in changes[1:]), iteration]
    paragraphs = []
    for change, end in zip(changes, ends, strict=True):
        settings = change.hyperparameters
        if settings.schedule == "constant":  # then the number of iterations only says when to stop
            settings = settings.replace(iterations=max(iteration, 1))
        if paragraphs and change.iteration >= end:
            continue  # set, but nothing was learned with it
        values = ",\n".join(f"    {name}={value!r}" for name, value in vars(settings).items())
        code = [f"settings = Hyperparameters(\n{values},\n)"]
        code.append("trainer.hyperparameters = settings" if paragraphs else TRAINER)
        if change.distorted or paragraphs:
            code.append(f"trainer.distort = {'distort' if change.distorted else None}")
        code.append(f"for _ in range({end - change.iteration}):\n    trainer.step()")
        paragraphs.append("\n".join(code))
    return "\n\n".join(paragraphs)


def _cell(kind: str, text: str) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
