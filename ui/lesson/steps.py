"""The seven steps of the lesson: what each says, its formula, the functions that do it, and its numbers."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from data import dataset as data_module
from data.drawing import to_mnist
from nn import TwoLayerNN
from nn.expert import load_expert
from nn.explain.microscope import steepest
from nn.functions import ACTIVATIONS, cross_entropy, cross_entropy_derivative, softmax
from nn.optimizers import OPTIMIZERS, GradientDescent
from nn.parameters import INITS
from ui.lesson.numbers import pixel_table, signed_picture, tables
from ui.lesson.scene import Scene
from ui.shared.words import number
from ui.state.session import Session

ROOT = Path(__file__).parents[2]
MIDDLE = 14 * 28 + 9  # the first pixel of those shown of W1: the corners never have ink
FORMULAS = {
    "relu": (r"\max(0,\,Z_1)", r"1\;[Z_1>0]"),
    "tanh": (r"\tanh Z_1", r"(1-\tanh^2 Z_1)"),
    "sigmoid": (r"\sigma(Z_1)=\frac{1}{1+e^{-Z_1}}", r"\sigma(Z_1)(1-\sigma(Z_1))"),
}
UPDATES = {
    "gradient_descent": r"W \leftarrow W - \eta\,dW",
    "momentum": r"V \leftarrow \beta V + dW,\qquad W \leftarrow W - \eta V",
    "rmsprop": r"S \leftarrow \rho S + (1-\rho)\,dW^2,\qquad "
    r"W \leftarrow W - \eta\,\frac{dW}{\sqrt S+\epsilon}",
    "adam": r"W \leftarrow W - \eta\,\frac{\hat M}{\sqrt{\hat S}+\epsilon},\quad \hat M,\hat S:"
    r"\text{ running means of } dW, dW^2",
}
STARTS = {
    "uniform": r"W, b \sim U(-0.5,\ 0.5)",
    "he": r"W \sim N(0,\ 2/\text{inputs}),\ b = 0",
    "xavier": r"W \sim U(\pm\sqrt{6/(\text{inputs}+\text{units})}),\ b = 0",
}


class LessonStep(NamedTuple):
    """One step of the lesson."""

    title: str
    sentence: str
    formula: Callable[[Session], str]
    functions: Callable[[Session], tuple[Callable, ...]]
    numbers: Callable[[Session, Scene], None]  # draws them
    of_network: bool = True  # whether they come from its weights


@cache
def source(function: Callable) -> str:
    """
    Return the source of a function as it runs, without its docstring, under a comment that says where it is.

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
    doc = ast.parse("\n".join(lines)).body[0].body[0]
    if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant) and isinstance(doc.value.value, str):
        del lines[doc.lineno - 1 : doc.end_lineno]
    file = Path(inspect.getsourcefile(function)).resolve().relative_to(ROOT.resolve())
    return "\n".join([f"# {file.as_posix()}, line {first}", *lines])


def _init_formula(session: Session) -> str:
    start = STARTS.get(session.settings.init, r"\text{ from the expert}")
    return r"W_1: h\times784,\ b_1: h,\ W_2: 10\times h,\ b_2: 10;\quad " + start


def _optimizers(session: Session) -> tuple[Callable, ...]:
    chosen = OPTIMIZERS[session.trainer.hyperparameters.optimizer]
    return tuple(dict.fromkeys([GradientDescent.step, chosen.step]))


def _activation(session: Session, part: int) -> str:
    return FORMULAS[session.trainer.net.activation][part]


def _show_data(session: Session, scene: Scene) -> None:
    digits = session.dataset
    splits = [("train", digits.X_train), ("held out", digits.X_dev), ("test", digits.X_test)]
    shapes = ", ".join(f"{name} **{len(X):,} × {X.shape[1]}**" for name, X in splits if X is not None)
    ink = np.count_nonzero(scene.x)
    st.markdown(f"Shapes: {shapes}; this digit **x**: 784 numbers, {ink} of them above 0.")
    st.html(pixel_table(scene.x))


def _show_parameters(session: Session, scene: Scene) -> None:
    W1, b1, W2, b2 = scene.net.parameters
    hidden, count = len(b1), sum(array.size for array in scene.net.parameters)
    st.markdown(
        f"{hidden} · 784 + {hidden} + 10 · {hidden} + 10 = **{count:,} numbers**, and "
        "learning is nothing but changing them."
    )
    st.html(
        tables(
            ("W1", W1, f"from {number(W1.min())} to {number(W1.max())}"),
            ("W1 in the middle of the picture", W1[:, MIDDLE:], "from row 14, column 9 on"),
            ("b1", b1),
            ("W2", W2),
            ("b2", b2, "", scene.names),
        )
    )


def _show_forward(session: Session, scene: Scene) -> None:
    step, net = scene.step, scene.net
    unit = int(np.nan_to_num(step.A1).argmax())
    b1 = float(net.b1[unit])
    st.markdown(
        f"Hidden unit {unit}: its 784 products of pixel and weight add up to {number(step.Z1[unit] - b1)}; "
        f"with its bias {number(b1)} that is Z1 = **{number(step.Z1[unit])}**, and {net.activation} turns it "
        f"into A1 = **{number(step.A1[unit])}**."
    )
    st.html(
        tables(
            ("Z1", step.Z1, "weighted sums"),
            ("A1", step.A1, "what the hidden units pass on"),
            ("Z2", step.Z2, "logits", scene.names),
            ("A2", step.A2, "probabilities, they add up to 1", scene.names),
        )
    )


def _show_loss(session: Session, scene: Scene) -> None:
    step, name = scene.step, scene.names[scene.y]
    st.markdown(
        f"It reads **{scene.names[scene.read_as]}**. The label is **{name}**, which gets the probability "
        f"{step.A2[scene.y]:.2%}. The loss is −log {number(step.A2[scene.y])} = **{number(step.loss)}**. "
        "Guessing costs −log 0.1 = 2.303; being sure and right costs nothing."
    )
    losses = -np.log(np.maximum(step.A2, 1e-300))
    st.html(tables(("−log A2", losses, "the loss if this were the label", scene.names)))


def _show_backward(session: Session, scene: Scene) -> None:
    step = scene.step
    unit, _ = steepest(step.dW1)
    shape = " × ".join(map(str, step.dW1.shape))
    st.html(
        tables(
            ("dZ2 = db2", step.dZ2, "the probabilities, minus 1 at the label", scene.names),
            ("dW2", step.dW2, "a row for each class, a column for each hidden unit"),
            ("dZ1 = db1", step.dZ1, "0 where the unit is off"),
            ("dW1", step.dW1[:, MIDDLE:], f"of shape {shape}, from row 14, column 9 on"),
        )
    )
    picture, words = st.columns([1, 2], gap="small")
    picture.image(
        signed_picture(step.dW1[unit].reshape(28, 28)),
        width=168,
        output_format="PNG",
        alt=f"The gradient of unit {unit}'s 784 weights: orange above 0, blue below, black 0.",
    )
    words.markdown(
        f"**dW1 of unit {unit}**, which has the steepest gradient, as a picture: dZ1 = "
        f"{number(step.dZ1[unit])} times each pixel. Orange: a larger weight means a larger loss, so the "
        "update makes it smaller. Blue: the other way round. Black: no ink, nothing to learn there."
    )


def _show_update(session: Session, scene: Scene) -> None:
    step, net = scene.step, scene.net
    place = steepest(step.dW1)
    before, after = float(net.W1[place]), float(step.updated.W1[place])
    better = "falls" if step.loss_after < step.loss else "rises (the step was too long)"
    st.markdown(
        f"One step of gradient descent on this digit alone, learning rate {scene.learning_rate:g}. The "
        f"steepest weight, unit {place[0]}, pixel {place[1] // 28}, {place[1] % 28}: {number(before)} − "
        f"{scene.learning_rate:g} · ({number(step.dW1[place])}) = **{number(after)}**.\n\n"
        f"The loss of this digit {better} from {number(step.loss)} to **{number(step.loss_after)}**; "
        f"the probability of {scene.names[scene.y]} goes from {np.exp(-step.loss):.2%} to "
        f"**{np.exp(-step.loss_after):.2%}**."
    )
    lists = (("b2 before", net.b2), ("db2", step.db2), ("b2 after", step.updated.b2))
    st.html(tables(*((name, array, "", scene.names) for name, array in lists)))
    if session.trainer.hyperparameters.optimizer != "gradient_descent":
        st.caption("Your run uses another optimizer, also shown: it starts from the same gradient.")


def _show_evaluation(session: Session, scene: Scene) -> None:
    last, dev = session.trainer.history.points[-1], len(session.dataset.X_dev)
    verdict = "right" if scene.read_as == scene.y else "wrong"
    st.markdown(
        f"This digit: the largest of the ten probabilities is that of **{scene.names[scene.read_as]}**; the "
        f"label is {scene.names[scene.y]}: **{verdict}**.\n\n"
        f"After {last.iteration:,} iterations: {round(last.dev_accuracy * dev):,} of {dev:,} held-out digits "
        f"right = **{last.dev_accuracy:.1%}**, loss {number(last.dev_loss)}. On "
        f"{session.trainer.watched_digits:,} of the training digits: {last.train_accuracy:.1%}. Whatever it "
        "does better on those, it has learned by heart."
    )
    st.html(tables(("A2", scene.step.A2, "the largest one wins", scene.names)))


STEPS = [
    LessonStep(
        "Data",
        "A picture is 784 numbers, from 0 (no ink) to 1 (full ink). Here they are, in per cent.",
        lambda session: r"x = \frac{\text{pixels}}{255} \in [0,1]^{784},\qquad y \in \{0,\dots,9\}",
        lambda session: (data_module._normalised, to_mnist),
        _show_data,
        of_network=False,
    ),
    LessonStep(
        "Parameters",
        "Two tables of weights and two lists of biases hold all the network knows. They start at random.",
        _init_formula,
        lambda session: (INITS.get(session.settings.init, load_expert),),
        _show_parameters,
    ),
    LessonStep(
        "Forward",
        "Weighted sums, a bend, weighted sums again; then softmax turns ten numbers into probabilities.",
        lambda session: (
            r"Z_1 = xW_1^{\top}+b_1,\quad A_1 = "
            + _activation(session, 0)
            + r",\quad Z_2 = A_1W_2^{\top}+b_2,\quad A_2 = \frac{e^{Z_2}}{\sum e^{Z_2}}"
        ),
        lambda session: (TwoLayerNN.forward, ACTIVATIONS[session.trainer.net.activation].value, softmax),
        _show_forward,
    ),
    LessonStep(
        "Loss",
        "One number for how wrong that is: the less it believed in the right answer, the larger the loss.",
        lambda session: r"L = -\log A_2[y]",
        lambda session: (cross_entropy,),
        _show_loss,
    ),
    LessonStep(
        "Backward",
        "How does the loss change with each weight? The chain rule, from the last formula to the first.",
        lambda session: (
            r"dZ_2 = A_2 - 1_y,\;\; dW_2 = dZ_2^{\top}A_1,\;\; dZ_1 = dZ_2W_2 \cdot "
            + _activation(session, 1)
            + r",\;\; dW_1 = dZ_1^{\top}x"
        ),
        lambda session: (
            TwoLayerNN.backward,
            cross_entropy_derivative,
            ACTIVATIONS[session.trainer.net.activation].derivative,
        ),
        _show_backward,
    ),
    LessonStep(
        "Update",
        "Every weight takes a small step against its gradient. That is all there is to learning.",
        lambda session: UPDATES[session.trainer.hyperparameters.optimizer],
        _optimizers,
        _show_update,
    ),
    LessonStep(
        "Evaluation",
        "Is it any good? Count the right answers on digits that it has never learned from.",
        lambda session: r"\text{accuracy} = \frac{1}{n}\sum_i\,[\arg\max A_2^{(i)} = y^{(i)}]",
        lambda session: (TwoLayerNN.predict, TwoLayerNN.evaluate),
        _show_evaluation,
    ),
]
