"""What the bug museum says about each of its six bugs: its name, what one sees, why, and the cure."""

from typing import NamedTuple


class BugWords(NamedTuple):
    """The label of one exhibit."""

    name: str
    symptom: str  # what the class sees
    revelation: str  # why
    cure: str  # a line of Python


BUG_WORDS = {
    "undivided": BugWords(
        name="Pixels not divided by 255",
        symptom="The loss does not start near 3 but in the hundreds. After the very first step the network "
        "only guesses, and its loss stays at 2.30 for good, or the run breaks off at once.",
        revelation="In the file, a pixel is a number from 0 to 255, and somebody forgot to divide by 255. "
        "Every sum comes out 255 times too large, and so does every gradient of W1: the first step throws "
        "the weights far past any sensible value, and most hidden units never switch on again. A lower "
        "learning rate would only hide the mistake.",
        cure="X = X / 255",
    ),
    "zeros": BugWords(
        name="All weights zero",
        symptom="Nothing happens at all. The loss stays at 2.30, the accuracy at about 10 %, and each of the "
        "ten probabilities is about 10 %, whatever you draw.",
        revelation="Every hidden unit starts out as a copy of every other. Copies get the same gradient, so "
        "copies is all they could ever be. Here it is even worse: a unit whose output is 0 and whose "
        "outgoing weights are 0 gets a gradient of 0 and never changes. Random weights make the units "
        "different, so that each can find a job of its own.",
        cure="W1 = rng.random((10, 784)) - 0.5",
    ),
    "shuffled": BugWords(
        name="Shuffled labels",
        symptom="On the training digits the network becomes almost perfect. On digits it has never seen it "
        "stays at 10 %, no better than guessing.",
        revelation="The labels were shuffled but the pictures were not, so nearly every picture has another "
        "picture's label. There is no rule in that to discover, but 128 hidden units are enough to learn "
        "2,000 answers by heart. Only digits it has never seen can tell learning from memorising, and that "
        "is why some are held out.",
        cure="order = rng.permutation(len(X)); X, Y = X[order], Y[order]",
    ),
    "too_fast": BugWords(
        name="A learning rate far too high",
        symptom="It starts out normally, but then the loss jumps up and down instead of falling. The "
        "accuracy flickers between 10 and 30 %, until it goes flat at 10 %.",
        revelation="The gradient says which way is downhill, but only for a small step. Steps thirty times "
        "as long leap right across the valley and land higher up on the other side. They also push ReLU "
        "units so far that no digit switches them on any more. Such a unit is dead: its gradient is 0, so "
        "it stays dead.",
        cure="learning_rate = 0.1  # not 3",
    ),
    "overflow": BugWords(
        name="A softmax that overflows",
        symptom="The network learns well, and then, from one step to the next, the run is over.",
        revelation="The softmax was written exactly like the formula: e^z divided by the sum of all e^z. As "
        "the network grows more confident, z grows, and e^89 is more than a 32-bit number can hold. The "
        "computer writes infinity; infinity divided by infinity is 'not a number'; and a single such value "
        "in a gradient turns every weight it touches into 'not a number', too. The cure is to subtract the "
        "largest z first: the result is the same, and no exponent is ever above 0.",
        cure="E = np.exp(Z - Z.max(axis=1, keepdims=True))",
    ),
    "inverted": BugWords(
        name="An inverted canvas",
        symptom="The curves are perfect. And yet the network misreads nearly every drawing, and is quite "
        "sure of itself.",
        revelation="The network has learned white digits on black, but the canvas gives it black digits on "
        "white. To you that is the same digit; to the network nearly every pixel is wrong. No curve can "
        "show it, because the training is fine: the mistake is in what happens to a drawing afterwards. "
        "Whatever you give a network must be prepared in the same way as the digits it has learned from.",
        cure="x = 1 - x",
    ),
}
