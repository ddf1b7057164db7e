"""Where a run stands: ready, running, paused, finished or diverged, and how it gets from one to another."""

import numpy as np
import pytest

from nn import Hyperparameters, Status, Trainer
from tests.toy import BUSY, same_parameters, steps, toy_digits, toy_net, toy_trainer


def test_the_status_says_where_a_run_stands():
    trainer = toy_trainer(iterations=3)
    assert trainer.status is Status.READY and trainer.status == "ready"
    trainer.advance(1)
    assert trainer.iteration == 0  # not started
    trainer.step()
    assert trainer.status is Status.PAUSED and trainer.iteration == 1
    assert trainer.start()
    assert trainer.status is Status.RUNNING
    trainer.pause()
    assert trainer.status is Status.PAUSED
    trainer.advance(1)
    assert trainer.iteration == 1  # paused
    trainer.train()
    assert trainer.status is Status.FINISHED and trainer.iteration == 3
    assert not trainer.start()
    trainer.step()
    assert trainer.iteration == 3  # finished


def test_a_pause_measures_where_the_network_stands():
    trainer = steps(toy_trainer(toy_digits(), batch_size=1), 3)
    assert trainer.history.iteration == [0]
    trainer.pause()
    assert trainer.history.iteration == [0, 3]


def test_a_finished_run_goes_on_when_iterations_are_raised():
    trainer, longer = toy_trainer(**BUSY), toy_trainer(**BUSY | {"iterations": 45})
    trainer.train(), longer.train()
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=45)
    assert trainer.status is Status.PAUSED
    trainer.train()
    assert trainer.iteration == 45 and same_parameters(trainer.net, longer.net)


def test_iterations_lowered_below_the_run_finish_it_and_raised_again_it_waits():
    trainer = toy_trainer(iterations=100, batch_size=1)
    trainer.start()
    while trainer.iteration < 20:
        trainer.advance(0)
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=5)
    assert trainer.status is Status.FINISHED
    assert trainer.history.iteration[-1] == trainer.iteration == 20
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=100)
    assert trainer.status is Status.PAUSED  # nobody is advancing it


@pytest.mark.parametrize("learning_rate", [1e30, 1e300, 100.0])
@pytest.mark.parametrize("batch_size", [None, 16])
def test_divergence_is_a_status_and_keeps_the_history(learning_rate: float, batch_size: int | None):
    trainer = toy_trainer(learning_rate=0.1, iterations=2000, batch_size=batch_size)
    steps(trainer, 20)
    trainer.measure()
    past = trainer.history.points
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=learning_rate)
    with np.errstate(all="raise", under="ignore"):  # nor is anything to be read on the terminal
        trainer.train()
    assert trainer.status is Status.DIVERGED and trainer.status == "diverged"
    assert trainer.history.points[: len(past)] == past and np.isfinite(past[-1]).all()
    assert trainer.iteration < 2000
    stopped_at, parameters = trainer.iteration, trainer.net.parameters
    trainer.step()
    trainer.advance(1)
    assert not trainer.start()
    assert trainer.iteration == stopped_at and trainer.net.parameters is parameters
    assert all(np.isfinite(array).all() for array in parameters)


def test_a_hard_start_is_no_divergence():
    digits = toy_digits()
    net = toy_net(activation="tanh")
    net.parameters = net.parameters._replace(b2=np.array([300, 0, 0], np.float32))  # loss about 200
    trainer = Trainer(net, digits, Hyperparameters(learning_rate=1.0, iterations=2000))
    assert trainer.history.train_loss[0] > 100
    trainer.train()
    assert trainer.status is Status.FINISHED and trainer.history.train_loss[-1] < 2
