"""The bug museum: six mistakes that everybody makes once, each ready to be run, guessed and revealed."""

from collections.abc import Callable
from typing import NamedTuple

from nn.digits import Digits, DigitsLike
from nn.explain.experiments import (
    Experiment,
    invert_canvas,
    learn_too_fast,
    leave_undivided,
    let_overflow,
    shuffle_labels,
    start_at_zero,
)
from nn.hyperparameters import Hyperparameters
from nn.model import TwoLayerNN

MOST_DIGITS = 2000  # to train on: few enough to see the bug at once, and to have a variant of them in memory


class Bug(NamedTuple):
    """One exhibit: what it looks like, what it is, and how to make it of a healthy experiment."""

    key: str
    name: str
    symptom: str  # what the class sees
    revelation: str  # why
    cure: str
    network: dict  # hidden_size and init
    hyperparameters: Hyperparameters
    spoil: Callable[[Experiment], Experiment]

    def healthy(self, dataset: DigitsLike, seed: int = 0) -> Experiment:
        """
        Set up the experiment without the bug, to compare with.

        Parameters
        ----------
        dataset : DigitsLike
            Its first 2,000 training digits, and the held-out ones, are used, not copied.
        seed : int, 0 or more
            Decides the weights at the start and the order of the digits.

        Returns
        -------
        Experiment
        """
        net = TwoLayerNN(dataset.X_train.shape[1], seed=seed, **self.network)
        digits = Digits(
            dataset.X_train[:MOST_DIGITS], dataset.Y_train[:MOST_DIGITS], dataset.X_dev, dataset.Y_dev
        )
        return Experiment(net, digits, self.hyperparameters.replace(seed=seed))

    def experiment(self, dataset: DigitsLike, seed: int = 0) -> Experiment:
        """Set up the same experiment with the bug."""
        return self.spoil(self.healthy(dataset, seed))


CLASSIC = {"network": {"hidden_size": 10, "init": "uniform"}, "hyperparameters": Hyperparameters(0.1, 300)}

BUGS = {
    bug.key: bug
    for bug in (
        Bug(
            key="undivided",
            name="Pixels not divided by 255",
            symptom="The loss does not start near 3 but in the hundreds. After the first step the network "
            "only guesses, with a loss of 2.30 for ever, or the run breaks off at once.",
            revelation="In the file a pixel is a number from 0 to 255, and somebody forgot to divide by "
            "255. All sums come out 255 times too large, and so does every gradient of W1: the very first "
            "step throws the weights far beyond any sensible place, and most hidden units never switch on "
            "again. A lower learning rate would only hide it.",
            cure="X = X / 255",
            spoil=leave_undivided,
            **CLASSIC,
        ),
        Bug(
            key="zeros",
            name="All weights zero",
            symptom="Nothing happens at all. The loss stays at 2.30, the accuracy at 10 %, and all ten "
            "probabilities are 10 % whatever one draws.",
            revelation="Every hidden unit starts as a copy of every other, and copies get the same "
            "gradient, so they could only ever stay copies. Here it is worse: a unit that says 0 and is "
            "listened to with weight 0 gets the gradient 0. Random weights make the units different, so "
            "that each can find a task of its own.",
            cure="W1 = rng.random((10, 784)) - 0.5",
            spoil=start_at_zero,
            **CLASSIC,
        ),
        Bug(
            key="shuffled",
            name="Shuffled labels",
            symptom="On the training digits the network becomes nearly perfect. On digits that it has not "
            "seen it stays at 10 %: no better than guessing.",
            revelation="The labels were shuffled and the pictures were not: nearly every picture has some "
            "other picture's label. There is nothing to understand in that, but 128 hidden units are "
            "enough to learn 2,000 answers by heart. Only digits that it has never seen tell learning from "
            "memorising, and that is why some are held out.",
            cure="order = rng.permutation(len(X)); X, Y = X[order], Y[order]",
            network={"hidden_size": 128, "init": "he"},
            hyperparameters=Hyperparameters(0.003, 1000, batch_size=100, optimizer="adam"),
            spoil=shuffle_labels,
        ),
        Bug(
            key="too_fast",
            name="A learning rate far too high",
            symptom="The start is as it should be, but then the loss jumps up and down instead of falling. "
            "The accuracy flickers between 10 and 30 %, until it lies flat at 10 %.",
            revelation="The gradient says which way is down, but only for a small step. Steps thirty times "
            "as long leap over the valley and land higher up on the other side. Such leaps also push ReLU "
            "units so far that no digit switches them on again: they are dead, and a dead unit has "
            "gradient 0 and stays dead.",
            cure="learning_rate = 0.1  # not 3",
            spoil=learn_too_fast,
            **CLASSIC,
        ),
        Bug(
            key="overflow",
            name="A softmax that overflows",
            symptom="The network learns well, and then, from one step to the next, the run is over.",
            revelation="The softmax was written as the formula reads, e^z divided by the sum of all e^z. "
            "As the network gets surer, z grows, and e^89 is more than the computer's 32-bit numbers can "
            "hold. It writes infinity; infinity divided by infinity is 'not a number'; and one such value "
            "in a gradient makes every weight that it touches 'not a number', too. Subtracting the largest "
            "z first changes nothing in the result, and then no exponent is above 0.",
            cure="E = np.exp(Z - Z.max(axis=1, keepdims=True))",
            network={"hidden_size": 32, "init": "he"},
            hyperparameters=Hyperparameters(0.1, 400, optimizer="adam"),
            spoil=let_overflow,
        ),
        Bug(
            key="inverted",
            name="An inverted canvas",
            symptom="The curves are perfect. And yet nearly every drawing is read wrong, and surely so.",
            revelation="The network has learned white digits on black, and the canvas hands it black "
            "digits on white. To a person that is the same digit; to the network nearly every pixel is "
            "wrong. No curve can show it, because the mistake is not in the training but on the way to it: "
            "what the network is given has to be made in the same way as what it has learned from.",
            cure="x = 1 - x",
            spoil=invert_canvas,
            **CLASSIC,
        ),
    )
}
