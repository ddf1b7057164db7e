"""The engine: runs are trained in worker processes, and nothing is lost when one of them dies."""

import logging
import math
import os
import threading
import time
import uuid
import weakref
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from nn import History, Hyperparameters, Status, TwoLayerNN
from nn.checkpoints import Checkpoint
from nn.expert import load_expert
from server.datasets import datasets
from server.node import News, Node, Question, Recipe

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.1  # seconds between two looks at all runs
MANY = 15  # runs in training; with more the looks are rarer, so that they take no more time together
NET_EVERY = 0.5  # seconds between two transfers of one run's weights, while something shows them
SHOWN_FOR = 2.0  # seconds that weights count as shown after somebody looked at them
CHECKPOINT_EVERY = 1.5  # seconds between two looks at a learning run's latest checkpoint
BYTES_PER_SECOND = 25e6  # of weights and checkpoints, over all runs
STEP_PATIENCE = 1.0  # seconds that a press of Step waits for its update
LOST_PATIENCE = 30.0  # seconds that a press waits for another worker when its own has died
SEARCH_EVERY = 2.0  # seconds between two searches for workers that have come or gone


class NodeLostError(Exception):
    """The process in which a node ran is gone."""


class NodeLink(Protocol):
    """The way to a node: in this process, or in another one."""

    def send(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Call a method of `Node`; what is returned waits for the answer, and may raise NodeLostError."""
        ...


class NodeHere:
    """A node in this process: for tests of the page, where there are no worker processes."""

    def __init__(self) -> None:
        self._node = Node(threads=os.cpu_count() or 1)

    def send(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Call the node, now; the answer is there."""
        answer = getattr(self._node, method)(*arguments)
        return lambda: answer


class Job:
    """
    A run, wherever it is trained: what is known of it here, and what can be asked of it.

    Attributes
    ----------
    recipe : Recipe
        What it is made from.
    status : Status
    iteration : int
    epoch : float
    seconds : float
    hyperparameters : Hyperparameters
    distorted : bool
    changes_count_from, watched_digits, forked_at
        As `nn.Trainer` has them.
    checkpoint_iterations : list of int
        The iterations that one can go back to.
    size : int
        Bytes of its checkpoints and weights.
    error : str or None
        What went wrong inside it.
    history : History
    moved_at : int or None
        The iteration from which it went on in another process, where its own had died; `moved_when`, in
        seconds of `time.monotonic`.
    """

    def __init__(self, engine: "Engine", recipe: Recipe) -> None:
        self.name = uuid.uuid4().hex
        self.recipe, self._engine = recipe, engine
        self._history = History()
        self.moved_at: int | None = None
        self.moved_when = -math.inf
        self.checkpoint: Checkpoint | None = None  # the latest that is here
        self.node: NodeLink | None = None
        self.wanted_running = False  # whether it is to go on, should its process die
        self.net_shown = self.net_taken = self.checkpoint_taken = -math.inf  # when, in seconds
        self.placing = threading.RLock()  # held by whoever puts it on a node
        self._lock = threading.RLock()  # held while news are noted
        self._news: News | None = None
        self._net: TwoLayerNN | None = None
        self._net_iteration = -1

    def __getattr__(self, name: str) -> object:
        """Read what the latest news say."""
        if name not in News._fields:
            raise AttributeError(name)
        self._engine.refresh(self)
        return getattr(self._news, name)

    @property
    def history(self) -> History:
        """Loss and accuracy along the way, as far as they are known here."""
        self._engine.refresh(self)
        return self._history

    @property
    def last_known(self) -> int:
        """The iteration of the last measurement that is known here; -1 where there is none."""
        return self._history.points[-1].iteration if self._history.points else -1

    @property
    def net(self) -> TwoLayerNN:
        """The weights: of a run that stands still its own, of one that learns at most half a second old."""
        self._engine.refresh(self)
        old = time.monotonic() - self.net_taken > NET_EVERY
        if self._net_iteration != self._news.iteration and (old or not self._moves):
            self.take(self._ask("news", net=True))
        return self.net_here

    @property
    def net_here(self) -> TwoLayerNN:
        """The weights as they are here, without asking; while somebody looks they come twice a second."""
        self.net_shown = time.monotonic()
        return self._net

    @property
    def net_iteration(self) -> int:
        """The iteration of the weights that are here."""
        return self._net_iteration

    @property
    def _moves(self) -> bool:
        return self._news.busy or self._news.status is Status.RUNNING

    def start(self) -> None:
        """Let it learn, where there is anything left to learn."""
        self.wanted_running = True
        self._engine.place_to_start(self)
        self.take(self._ask("start"))
        self.wanted_running = self._news.status is Status.RUNNING

    def pause(self) -> None:
        """Stop after the digits under way."""
        self.wanted_running = False
        self.take(self._ask("pause", net=True))

    def step(self, count: int = 1) -> None:
        """Make so many updates when their turn comes; wait for them, but no longer than a page can wait."""
        deadline = time.monotonic() + STEP_PATIENCE
        self.take(self._call("step", count, self._question()))
        while self._news.busy and time.monotonic() < deadline:
            time.sleep(0.004)
            self.take(self._ask("news"))

    def change(self, hyperparameters: Hyperparameters, distorted: bool) -> int:
        """Go on with other settings; return the updates made before they count."""
        question = self._question(checkpoint=True)
        count, news = self._call("change", hyperparameters, distorted, question)
        self.take(news)
        return count

    def rewound(self, iteration: int) -> "Job":
        """Return a run of its own, paused, that stands at the checkpoint nearest to an iteration."""
        twin = Job(self._engine, self.recipe)
        news = self._call("rewound", iteration, twin.name, Question(net=True, checkpoint=True))
        twin.node = self.node
        twin.take(news)
        self._engine.register(twin)
        return twin

    def read_along(self, X: np.ndarray, iterations: list[int]) -> dict[int, np.ndarray]:
        """Return what it read of some digits at some of its checkpoints, as `Node.read_along` does."""
        return self._call("read_along", X, iterations)

    def forget_past(self) -> None:
        """Free all checkpoints but the last: one cannot rewind it any more."""
        self.take(self._ask("forget_past"))

    def put_away(self) -> None:
        """Free what it takes in its worker; it goes on from its checkpoint when something is asked of it."""
        if self.node is not None:
            self.wanted_running = False
            self.take(self._ask("pause", net=True, checkpoint=True))
            node, self.node = self.node, None
            self._engine.discard(self.name, [node])

    def next_question(self, afford: Callable[[int], bool]) -> Question | None:
        """
        Return what is to be asked at the next look, or None where nothing can be new.

        Parameters
        ----------
        afford : callable
            Tells whether so many bytes may be sent, and counts them.
        """
        news, now = self._news, time.monotonic()
        if news is None:
            return None
        moves = self._moves
        size = sum(array.nbytes for array in self._net.parameters) if self._net else 0
        stale = self._net_iteration != news.iteration
        shown = now - self.net_shown < SHOWN_FOR and now - self.net_taken >= NET_EVERY
        late = self.checkpoint is None or self.checkpoint.iteration != news.iteration
        due = not moves or now - self.checkpoint_taken >= CHECKPOINT_EVERY
        checkpoint = late and due and afford(3 * size)
        net = stale and shown and afford(size)
        return self._question(net, checkpoint) if moves or net or checkpoint else None

    @property
    def waiting_since(self) -> float:
        """When it was last sent something large: who has waited longest comes first."""
        return min(self.checkpoint_taken, self.net_taken)

    def take(self, news: News) -> None:
        """Note the news, unless later ones have come before."""
        with self._lock:
            if self._news is not None and news.number <= self._news.number:
                return
            if news.net is not None:
                self._net, self._net_iteration, self.net_taken = news.net, news.iteration, time.monotonic()
            if news.checkpoint is not None:
                self.checkpoint, self.checkpoint_taken = news.checkpoint, time.monotonic()
            self._news = news._replace(net=None, checkpoint=None, points=[])
            for point in news.points:
                self._history.add(point)
            if news.status is not Status.RUNNING:
                self.wanted_running = False

    def come_from(self, news: News) -> None:
        """Note the first news from another process, which counts them anew."""
        with self._lock:
            self._news = self._news and self._news._replace(number=-1)
        self.take(news)

    def _question(self, net: bool = False, checkpoint: bool = False) -> Question:
        """Ask for what is not known here yet."""
        return Question(self.last_known, net, checkpoint)

    def _ask(self, method: str, net: bool = False, checkpoint: bool = False) -> News:
        return self._call(method, self._question(net, checkpoint))

    def _call(self, method: str, *arguments: object) -> object:
        """Call a method of the node for this run; where that has died, of the one that takes over."""
        deadline = time.monotonic() + LOST_PATIENCE
        while True:
            node = self._engine.placed(self)
            try:
                return node.send(method, self.name, *arguments)()
            except NodeLostError:
                self._engine.lose(node)
                if time.monotonic() > deadline:
                    raise


class Engine:
    """
    Trains everybody's runs on its nodes: one in this process, or one in each worker process of a cluster.

    Attributes
    ----------
    nodes : list of NodeLink
        Those that are there now.
    cores : int
        Processors that they have together.
    """

    def __init__(self) -> None:
        threadpool_limits(1, user_api="blas")  # two threads on small matrices only wait for each other
        self.cores = os.cpu_count() or 1
        self.nodes: list[NodeLink] = []
        self._find_nodes: Callable[[], list[NodeLink]] = lambda: [NodeHere()]
        self._jobs: weakref.WeakValueDictionary[str, Job] = weakref.WeakValueDictionary()
        self._unheld: deque[str] = deque()  # runs that nobody holds any more, by name
        self._lock = threading.Lock()  # held while nodes come and go
        self._searching = threading.Lock()  # held by whoever looks for new ones: no worker gets two
        self._looker: threading.Thread | None = None
        self._closing = threading.Event()
        self._allowance, self._counted_at = BYTES_PER_SECOND, time.monotonic()

    @property
    def has_workers(self) -> bool:
        """Whether it trains in worker processes, behind a server with a socket, and not in this process."""
        return self._looker is not None

    def open(self, find_nodes: Callable[[], list[NodeLink]], cores: int) -> None:
        """
        Train on other nodes from now on, and look at them ten times a second.

        Parameters
        ----------
        find_nodes : callable
            Returns the nodes that have come since it was asked last.
        cores : int, 1 or more
        """
        self._find_nodes, self.cores = find_nodes, cores
        self.nodes = find_nodes()
        self._closing.clear()
        self._looker = threading.Thread(target=self._look_again_and_again, name="engine", daemon=True)
        self._looker.start()

    def close(self) -> None:
        """Stop looking; runs made from now on are trained in this process."""
        self._closing.set()
        if self._looker:
            self._looker.join(5)
        for node in self.nodes:
            with suppress(NodeLostError):
                node.send("close")()
        self._looker, self.nodes, self._find_nodes = None, [], lambda: [NodeHere()]

    def submit(self, recipe: Recipe) -> Job:
        """
        Make a run, paused, on the node that has the least to do.

        Parameters
        ----------
        recipe : Recipe

        Returns
        -------
        Job
            Its run is forgotten when nobody holds it any more.
        """
        job = Job(self, recipe)
        self.placed(job)
        self.register(job)
        return job

    def register(self, job: Job) -> None:
        """Look at a run from now on."""
        self._jobs[job.name] = job
        weakref.finalize(job, self._unheld.append, job.name).atexit = False

    def placed(self, job: Job) -> NodeLink:
        """Return the node that a run is on, and put it on one if it is on none."""
        with job.placing:
            node = job.node
            while node is None:
                node = self._least_busy()
                try:
                    self._place(job, node)
                except NodeLostError:
                    self.lose(node)
                    node = None
            return node

    def place_to_start(self, job: Job) -> None:
        """Move a run that is about to begin to where fewer are in training."""
        here = self.placed(job)
        with job.placing:
            load = self._load()
            best = min(self.nodes, key=lambda node: load[node], default=here)
            if job.node is here and job.iteration == 0 and load[here] - load[best] > 1:  # itself is counted
                try:
                    self._place(job, best)
                    self.discard(job.name, [here])
                except NodeLostError:
                    self.lose(best)

    def discard(self, name: str, nodes: list[NodeLink]) -> None:
        """Let nodes forget a run."""
        for node in nodes:
            try:
                node.send("discard", [name])()
            except NodeLostError:
                self.lose(node)

    def refresh(self, job: Job) -> None:
        """Look at a run now, unless the engine's thread looks at all of them anyway."""
        if self._looker is None:
            self._discard_unheld()
            job.take(self.placed(job).send("news", job.name, Question(job.last_known, net=True))())

    def lose(self, node: NodeLink) -> None:
        """Let the runs of a dead node go on elsewhere, from their last checkpoints."""
        with self._lock:
            if node not in self.nodes:
                return
            self.nodes.remove(node)
            jobs = [job for job in list(self._jobs.values()) if job.node is node]
            for job in jobs:
                job.node = None
                if job.wanted_running:
                    job.moved_at = job.checkpoint.iteration if job.checkpoint else 0
                    job.moved_when = time.monotonic()
        logger.warning("A worker process has ended; its %d runs go on in another.", len(jobs))

    def _place(self, job: Job, node: NodeLink) -> None:
        """Make a run on a node, from its last checkpoint where it has one."""
        if not node.send("has", job.recipe.dataset)():
            node.send("put", datasets().open(job.recipe.dataset))()  # an upload, to another computer
        question = Question(job.last_known, net=True, checkpoint=True)
        goes_on = job.wanted_running
        news = node.send("submit", job.name, job.recipe, job.checkpoint, question)()
        job.come_from(news)
        if goes_on:
            job.take(node.send("start", job.name, question)())
            job.wanted_running = True
        with self._lock:
            job.node = node

    def _least_busy(self) -> NodeLink:
        """Return the node with the fewest runs in training, and of these the one with the fewest runs."""
        deadline = time.monotonic() + LOST_PATIENCE
        while time.monotonic() < deadline:
            if not self.nodes:
                self._search()
            nodes = list(self.nodes)
            if nodes:
                load, runs = self._load(), Counter(job.node for job in list(self._jobs.values()))
                return min(nodes, key=lambda node: (load[node], runs[node]))
            time.sleep(0.1)
        raise NodeLostError("There is no worker process to train in.")

    def _search(self) -> None:
        """Add the nodes that have come."""
        with self._searching:
            found = self._find_nodes() if self._looker or not self.nodes else []
            with self._lock:
                self.nodes.extend(found)

    def _load(self) -> Counter:
        """Count the runs in training on each node."""
        return Counter(job.node for job in list(self._jobs.values()) if job.wanted_running)

    def _discard_unheld(self) -> None:
        while self._unheld:
            self.discard(self._unheld.popleft(), list(self.nodes))

    def _look_again_and_again(self) -> None:
        searched = time.monotonic()
        while not self._closing.wait(LOOK_EVERY * max(1.0, self._load().total() / MANY)):
            try:
                search = time.monotonic() - searched > SEARCH_EVERY
                self._look(everywhere=search)
                if search:
                    searched = time.monotonic()
                    self._search()
            except Exception:  # whatever it is: the next look must come all the same
                logger.exception("A look at the runs failed")

    def _look(self, everywhere: bool) -> None:
        """Ask the nodes about their runs, in one call each, and note what is new; or whether they live."""
        self._discard_unheld()
        jobs = list(self._jobs.values())
        for job in jobs:
            if job.node is None and job.wanted_running and self.nodes:
                try:
                    self.placed(job)  # its process has ended
                except Exception:  # one that cannot go on must not keep the others from it
                    logger.exception("A run cannot go on in another process")
                    job.wanted_running = False
        running = sum(job.wanted_running for job in jobs)
        cores = max(1, self.cores // max(1, running))
        questions: dict[NodeLink, dict[str, Question]] = {node: {} for node in self.nodes}
        for job in sorted(jobs, key=lambda job: job.waiting_since):
            question = job.next_question(self._afford)
            if question is not None and job.node in questions:
                questions[job.node][job.name] = question
        asked = {node: of_node for node, of_node in questions.items() if of_node or everywhere}
        answers = [(node, node.send("look", of_node, cores)) for node, of_node in asked.items()]
        for node, answer in answers:
            try:
                news = answer()
            except NodeLostError:
                self.lose(node)
                continue
            except Exception:
                logger.exception("A node's answer was an error")
                continue
            for job in jobs:
                if job.node is node and job.name in news:
                    job.take(news[job.name])

    def _afford(self, size: int) -> bool:
        """Tell whether so many bytes may be sent now, and count them."""
        now = time.monotonic()
        earned = (now - self._counted_at) * BYTES_PER_SECOND
        self._allowance, self._counted_at = min(BYTES_PER_SECOND, self._allowance + earned), now
        if self._allowance <= 0:
            return False
        self._allowance -= size
        return True


@cache
def engine() -> Engine:
    """Return this process's engine: it trains here, until `Engine.open` gives it workers."""
    return Engine()


@cache
def expert() -> TwoLayerNN:
    """Return the pretrained network, one for all visitors: nobody changes it."""
    return load_expert()
