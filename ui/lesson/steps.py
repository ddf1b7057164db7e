"""The seven steps of a first lesson: what each says, its formula, the functions that do it, its numbers."""

from collections.abc import Callable
from typing import NamedTuple

from data import dataset as data_module
from data.drawing import to_mnist
from nn import TwoLayerNN
from nn.expert import load_expert
from nn.functions import ACTIVATIONS, cross_entropy, cross_entropy_derivative, softmax
from nn.optimizers import OPTIMIZERS, GradientDescent
from nn.parameters import INITS
from ui.lesson.scene import Scene
from ui.lesson.step_numbers import (
    show_backward,
    show_data,
    show_evaluation,
    show_forward,
    show_loss,
    show_parameters,
    show_update,
)
from ui.state.session import Session

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
LENGTHS = {"uniform": r"W, b \sim U(-0.5,\ 0.5)", "he": r"W \sim N(0,\ 2/\text{inputs}),\ b = 0"}
LENGTHS["xavier"] = r"W \sim U(\pm\sqrt{6/(\text{inputs}+\text{units})}),\ b = 0"


class LessonStep(NamedTuple):
    """One step of the lesson."""

    title: str
    sentence: str
    formula: Callable[[Session], str]
    functions: Callable[[Session], tuple[Callable, ...]]
    numbers: Callable[[Session, Scene], None]  # draws them
    of_network: bool = True  # whether they come from its weights


def _init_formula(session: Session) -> str:
    start = session.settings.init
    return r"W_1: h\times784,\ b_1: h,\ W_2: 10\times h,\ b_2: 10;\quad " + LENGTHS.get(
        start, r"\text{ from the expert}"
    )


def _init_functions(session: Session) -> tuple[Callable, ...]:
    return (INITS.get(session.settings.init, load_expert),)


def _optimizers(session: Session) -> tuple[Callable, ...]:
    chosen = OPTIMIZERS[session.trainer.hyperparameters.optimizer]
    return tuple(dict.fromkeys([GradientDescent.step, chosen.step]))


def _activation(session: Session, part: int) -> str:
    return FORMULAS[session.trainer.net.activation][part]


STEPS = [
    LessonStep(
        "Data",
        "A picture is 784 numbers, from 0 (paper) to 1 (full ink). Here they are, in per cent.",
        lambda session: r"x = \frac{\text{pixels}}{255} \in [0,1]^{784},\qquad y \in \{0,\dots,9\}",
        lambda session: (data_module._normalised, to_mnist),
        show_data,
        of_network=False,
    ),
    LessonStep(
        "Parameters",
        "What the network knows is in two tables of weights and two lists of biases. They start at random.",
        _init_formula,
        _init_functions,
        show_parameters,
    ),
    LessonStep(
        "Forward",
        "Weighted sums, a bend, weighted sums again, and the softmax turns ten numbers into probabilities.",
        lambda session: (
            r"Z_1 = xW_1^{\top}+b_1,\quad A_1 = "
            + _activation(session, 0)
            + r",\quad Z_2 = A_1W_2^{\top}+b_2,\quad A_2 = \frac{e^{Z_2}}{\sum e^{Z_2}}"
        ),
        lambda session: (TwoLayerNN.forward, ACTIVATIONS[session.trainer.net.activation].value, softmax),
        show_forward,
    ),
    LessonStep(
        "Loss",
        "One number for how wrong that is: the less it believed in the right answer, the larger.",
        lambda session: r"L = -\log A_2[y]",
        lambda session: (cross_entropy,),
        show_loss,
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
        show_backward,
    ),
    LessonStep(
        "Update",
        "Every weight takes a small step against its gradient: that is all the learning there is.",
        lambda session: UPDATES[session.trainer.hyperparameters.optimizer],
        _optimizers,
        show_update,
    ),
    LessonStep(
        "Evaluation",
        "Is it any good? Count right answers, on digits that it has never learned from.",
        lambda session: r"\text{accuracy} = \frac{1}{n}\sum_i\,[\arg\max A_2^{(i)} = y^{(i)}]",
        lambda session: (TwoLayerNN.predict, TwoLayerNN.evaluate),
        show_evaluation,
    ),
]
