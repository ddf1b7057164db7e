"""The actual numbers of each of the seven steps, for the digit on show and the network as it is."""

import numpy as np
import streamlit as st

from nn.explain.microscope import steepest
from ui.lesson.numbers import array_table, number, pixel_table, tables
from ui.lesson.pictures import signed_picture
from ui.lesson.scene import Scene
from ui.state.session import Session


def show_data(session: Session, scene: Scene) -> None:
    """Draw the digit as 784 numbers, and how many digits there are."""
    digits = session.dataset
    splits = [("train", digits.X_train), ("held out", digits.X_dev), ("test", digits.X_test)]
    told = ", ".join(f"{name} **{len(X):,} × {X.shape[1]}**" for name, X in splits if X is not None)
    st.markdown(
        f"Shapes: {told}; this digit **x**: 784 numbers, {np.count_nonzero(scene.x)} of them above 0."
    )
    st.html(pixel_table(scene.x))


def show_parameters(session: Session, scene: Scene) -> None:
    """Draw the beginning of the four arrays, and count what can be learned."""
    parameters = scene.net.parameters
    count = sum(array.size for array in parameters)
    hidden = scene.net.hidden_size
    st.markdown(
        f"{hidden} · 784 + {hidden} + 10 · {hidden} + 10 = **{count:,} numbers**, and "
        "learning is nothing but changing them."
    )
    centre = parameters.W1[:, 14 * 28 + 9 :]  # the corners never have ink
    st.html(
        tables(
            array_table(
                "W1", parameters.W1, f"from {number(parameters.W1.min())} to {number(parameters.W1.max())}"
            ),
            array_table("W1 in the middle of the picture", centre, "from row 14, column 9 on"),
            array_table("b1", parameters.b1),
            array_table("W2", parameters.W2),
            array_table("b2", parameters.b2, heads=scene.names),
        )
    )


def show_forward(session: Session, scene: Scene) -> None:
    """Draw what every layer makes of the digit, and one sum in words."""
    step, net = scene.step, scene.net
    unit = int(np.nan_to_num(step.A1).argmax())
    b1 = float(net.b1[unit])
    st.markdown(
        f"Hidden unit {unit}: its 784 products of pixel and weight add up to {number(step.Z1[unit] - b1)}; "
        f"with its bias {number(b1)} that is Z1 = **{number(step.Z1[unit])}**, and {net.activation} makes of "
        f"it A1 = **{number(step.A1[unit])}**."
    )
    st.html(
        tables(
            array_table("Z1", step.Z1, "weighted sums"),
            array_table("A1", step.A1, "what the hidden units say"),
            array_table("Z2", step.Z2, "logits", scene.names),
            array_table("A2", step.A2, "probabilities, they add up to 1", scene.names),
        )
    )


def show_loss(session: Session, scene: Scene) -> None:
    """Say what the label costs, and what every other label would."""
    step, name = scene.step, scene.names[scene.y]
    st.markdown(
        f"It reads **{scene.names[scene.read_as]}**. The label is **{name}**, which gets the probability "
        f"{step.A2[scene.y]:.2%}. The loss is −log {number(step.A2[scene.y])} = **{number(step.loss)}**. "
        "Guessing costs −log 0.1 = 2.303, being sure and right nothing."
    )
    losses = -np.log(np.maximum(step.A2, 1e-300))
    st.html(tables(array_table("−log A2", losses, "the loss, were the label this one", scene.names)))


def show_backward(session: Session, scene: Scene) -> None:
    """Draw all gradients, and that of one unit's weights as a picture."""
    step = scene.step
    unit, pixel = steepest(step.dW1)
    st.html(
        tables(
            array_table("dZ2 = db2", step.dZ2, "probability minus 1 at the label", scene.names),
            array_table("dW2", step.dW2, "a row for each class, a column for each hidden unit"),
            array_table("dZ1 = db1", step.dZ1, "0 where the unit is off"),
            array_table(
                "dW1",
                step.dW1[:, 14 * 28 + 9 :],
                f"of shape {' × '.join(map(str, step.dW1.shape))}, from pixel 14, 9",
            ),
        )
    )
    picture, words = st.columns([1, 2], gap="small")
    with picture:
        st.image(
            signed_picture(step.dW1[unit].reshape(28, 28)),
            width=168,
            output_format="PNG",
            alt=f"The gradient of unit {unit}'s 784 weights: orange above 0, blue below, black 0.",
        )
    words.markdown(
        f"**dW1 of unit {unit}**, whose gradient is the steepest, as a picture: dZ1 = "
        f"{number(step.dZ1[unit])} times each pixel. Orange: more weight, more loss, so the update lowers "
        "it. Blue: it raises it. Black: no ink, nothing to learn there."
    )


def show_update(session: Session, scene: Scene) -> None:
    """Say what one step does to one weight, to the loss and to the probability."""
    step, net = scene.step, scene.net
    place = steepest(step.dW1)
    before, after = float(net.W1[place]), float(step.updated.W1[place])
    better = "falls" if step.loss_after < step.loss else "rises (the step was too long)"
    st.markdown(
        f"One step of gradient descent on this digit alone, learning rate {scene.learning_rate:g}. The "
        f"steepest weight, unit {place[0]}, pixel {place[1] // 28}, {place[1] % 28}: {number(before)} − "
        f"{scene.learning_rate:g} · ({number(step.dW1[place])}) = **{number(after)}**."
    )
    st.markdown(
        f"The loss of this digit {better} from {number(step.loss)} to **{number(step.loss_after)}**; "
        f"the probability of {scene.names[scene.y]} goes from {np.exp(-step.loss):.2%} to "
        f"**{np.exp(-step.loss_after):.2%}**."
    )
    st.html(
        tables(
            array_table("b2 before", net.b2, heads=scene.names),
            array_table("db2", step.db2, heads=scene.names),
            array_table("b2 after", step.updated.b2, heads=scene.names),
        )
    )
    if session.trainer.hyperparameters.optimizer != "gradient_descent":
        st.caption("Your run uses another optimizer, also below: it makes its step of the same gradient.")


def show_evaluation(session: Session, scene: Scene) -> None:
    """Say whether this digit is read right, and how many of the held-out ones are."""
    last, dev = session.trainer.history.points[-1], len(session.dataset.X_dev)
    verdict = "right" if scene.read_as == scene.y else "wrong"
    st.markdown(
        f"This digit: the largest of the ten probabilities is that of **{scene.names[scene.read_as]}**; the "
        f"label is {scene.names[scene.y]}: **{verdict}**."
    )
    st.markdown(
        f"After {last.iteration:,} iterations: {round(last.dev_accuracy * dev):,} of {dev:,} held-out digits "
        f"right = **{last.dev_accuracy:.1%}**, loss {number(last.dev_loss)}. On "
        f"{session.trainer.watched_digits:,} of the training digits: {last.train_accuracy:.1%}. What that is "
        "better by, it learned by heart."
    )
    st.html(tables(array_table("A2", scene.step.A2, "the largest one wins", scene.names)))
