"""Whatever a visitor's browser may be made to send: nobody else notices, and the visitor's page goes on."""

import asyncio
import base64
import gzip
import io
import json
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import psutil
import pytest
from PIL import Image, PngImagePlugin
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.load.client import Client, Unanswered
from tests.load.drawings import FRAME, Drawing, canvas_value, data_url, prepare_drawings
from tests.load.live import LiveSocket
from tests.load.measure import serve_measured
from tests.load.memory import MemoryWatch, wait_until_quiet
from tests.load.upload import file_value, upload

pytestmark = pytest.mark.slow  # two hundred messages, each to a real server

LIMIT = 10.0  # seconds that an answer may take on a busy machine
MOST_MB = 40  # that one message may cost
REFUSED = "cannot be right"  # what it says where a value was left out
SORRY = "Something went wrong"  # what the page says where something happened that nobody foresaw

Send = Callable[[Client, str], Awaitable[None]]  # the page and its address


class Forged(NamedTuple):
    """Something that no browser would send."""

    name: str
    send: Send | None = None
    page: str = ""  # where it is sent from: the last part of the page's address
    query: str = ""  # with which the page is opened
    hangs_up: bool = False  # whether the server may end the connection: the browser comes back by itself


# ---- what can be sent


def widget(key: str, **value: object) -> Send:
    """Send a value in a widget's name."""

    async def send(client: Client, url: str) -> None:
        node = client.button(key)
        assert node is not None, f"there is no {key} on this page: {sorted(client.widgets())}"
        await client.ask(None, LIMIT, WidgetState(id=node.identity, **value))

    return send


def crowd(key: str) -> Send:
    """Send a widget's value again and again in one message."""

    async def send(client: Client, url: str) -> None:
        value = WidgetState(id=client.find(key).identity, json_value="{}")
        state = {"widget_states": {"widgets": [value] * 100_000}}
        await client.send_bytes(BackMsg(rerun_script=state).SerializeToString())

    return send


def pressed(**counts: object) -> Send:
    """Send counts of presses that no hand can make."""

    async def send(client: Client, url: str) -> None:
        await client.ask(None, LIMIT, client.presses(client.button("train"), **counts))

    return send


def identity(text: str, **value: object) -> Send:
    """Send a value for a widget that does not exist."""
    return lambda client, url: client.ask(None, LIMIT, WidgetState(id=text, **value))


def drawn(picture: object) -> Send:
    """Send something in the place of the canvas's picture."""
    return widget("canvas", json_value=canvas_value(picture))


def field(**fields: str) -> Send:
    """Send a message with other fields than the page's."""
    return lambda client, url: client.ask(None, LIMIT, **fields)


def raw(message: bytes | str) -> Send:
    """Send bytes, or text."""
    return lambda client, url: client.send_bytes(message)


def message(**kind: object) -> Send:
    """Send another kind of message."""
    return raw(BackMsg(**kind).SerializeToString())


def file(key: str, name: str, content: bytes, arrives: float = 1.0) -> Send:
    """Upload a file, or a part of it."""
    return lambda client, url: upload(client, url, key, name, content, arrives, LIMIT)


def network(name: str, content: bytes) -> Send:
    """Upload a network where one is kept and shared."""

    async def send(client: Client, url: str) -> None:
        await widget("runs_view", **words("Keep and share"))(client, url)
        await upload(client, url, "load_network", name, content, limit=LIMIT)

    return send


def no_file(key: str, name: str, size: int) -> Send:
    """Name a file that was never uploaded."""

    async def send(client: Client, url: str) -> None:
        await client.ask(None, LIMIT, file_value(client, key, name, size, FileURLs(file_id="nothing")))

    return send


# ---- pictures


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a part of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, body: bytes = b"") -> str:
    """Return a grey PNG as an address; its size is what it says, whatever is in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def large_png(side: int) -> str:
    """Return a black square of many pixels in few bytes, made row by row."""
    packer = zlib.compressobj(9)
    row = bytes(side + 1)
    return png(side, side, b"".join(packer.compress(row) for _ in range(side)) + packer.flush())


def packed(two: bytes, megabytes: int) -> bytes:
    """Return two bytes again and again, packed: a gzip file may have several parts."""
    return gzip.compress(two * 5_000_000) * (megabytes // 10)


def decoded(url: str) -> bytes:
    """Return the bytes of a picture's address."""
    return base64.b64decode(url.partition(",")[2])


def png_with_text(megabytes: int) -> str:
    """Return a small PNG with a long packed text beside the picture."""
    info, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text("Comment", "x" * (megabytes << 20), zip=True)
    CANVAS.save(buffer, "PNG", pnginfo=info)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


QUOTE = gzip.compress(b'3,"') + packed(b"0\n", 180)
CANVAS = Image.fromarray(np.random.default_rng(0).integers(0, 256, (280, 280, 4), np.uint8), "RGBA")
PICTURE = data_url(CANVAS)
LARGE = large_png(13_000)
SVG = "data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
CSV = b"label," + b",".join(b"p%d" % k for k in range(784)) + b"\n" + (b"3" + b",0" * 784 + b"\n") * 20
DEEP = "[" * 100_000
CELL = json.dumps({"selection": {"cell": [{"true": 99, "read_as": 1}]}})
TEXT = "x" * 10_000_000
NAN, INFINITE = float("nan"), float("inf")


def doubles(*numbers: float) -> dict[str, object]:
    return {"double_array_value": {"data": numbers}}


def words(*texts: str) -> dict[str, object]:
    return {"string_array_value": {"data": texts}}


FORGED = [
    # in the place of the canvas's picture
    Forged("picture: number", drawn(5)),
    Forged("picture: NaN", drawn(NAN)),
    Forged("picture: infinite", drawn(INFINITE)),
    Forged("picture: true", drawn(True)),
    Forged("picture: list", drawn([1, 2, 3])),
    Forged("picture: object", drawn({"a": {"b": {"c": []}}})),
    Forged("picture: text", drawn("hello")),
    Forged("picture: text with commas", drawn("a,b,c")),
    Forged("picture: empty text", drawn("")),
    Forged("picture: half a character", drawn("data:image/png;base64,\ud800")),
    Forged("picture: null character", drawn("data:image/png;base64,\0")),
    Forged("picture: an address on the web", drawn("http://127.0.0.1:1/a.png,AAAA")),
    Forged("picture: a file's address", drawn("file:///etc/passwd")),
    Forged("picture: nothing behind the comma", drawn("data:image/png;base64,")),
    Forged("picture: no base64", drawn("data:image/png;base64,!!!$$$")),
    Forged("picture: no picture", drawn("data:image/png;base64,AAAAAAAAAAAA")),
    Forged("picture: cut PNG", drawn(PICTURE[: len(PICTURE) // 2])),
    Forged("picture: PNG cut in its header", drawn(PICTURE[:50])),
    Forged("picture: GIF", drawn(data_url(CANVAS.convert("P"), "GIF"))),
    Forged("picture: JPEG", drawn(data_url(CANVAS.convert("RGB"), "JPEG"))),
    Forged("picture: BMP", drawn(data_url(CANVAS, "BMP"))),
    Forged("picture: TIFF", drawn(data_url(CANVAS, "TIFF"))),
    Forged("picture: SVG", drawn(SVG)),
    Forged("picture: GIF that says PNG", drawn(data_url(CANVAS.convert("P"), "GIF").replace("gif", "png"))),
    Forged("picture: 13,000 x 13,000", drawn(LARGE)),
    Forged("picture: says 50,000 x 50,000", drawn(png(50_000, 50_000))),
    Forged("picture: says 280 x 280, is empty", drawn(png(280, 280))),
    Forged("picture: 0 x 0", drawn(png(0, 0))),
    Forged("picture: 1 x 1", drawn(png(1, 1, zlib.compress(b"\0\xff")))),
    Forged("picture: 1 x 100,000", drawn(png(1, 100_000, zlib.compress(b"\0\xff" * 100_000)))),
    Forged("picture: 3,000 x 3,000", drawn(large_png(3_000))),
    Forged("picture: 16 bits", drawn(data_url(Image.new("I;16", (280, 280), 40_000)))),
    Forged("picture: palette", drawn(data_url(CANVAS.convert("P")))),
    Forged("picture: transparent", drawn(data_url(Image.new("RGBA", (280, 280))))),
    Forged("picture: 60 MB of text packed into it", drawn(png_with_text(60))),
    Forged("picture: 10 MB text", drawn(TEXT)),
    Forged("picture: 10 MB base64", drawn("data:image/png;base64," + "A" * 10_000_000)),
    # in the place of the canvas's state
    Forged("canvas: null", widget("canvas", json_value="null")),
    Forged("canvas: number", widget("canvas", json_value="5")),
    Forged("canvas: NaN", widget("canvas", json_value="NaN")),
    Forged("canvas: text", widget("canvas", json_value='"hello"')),
    Forged("canvas: list", widget("canvas", json_value="[[[]]]")),
    Forged("canvas: empty object", widget("canvas", json_value="{}")),
    Forged("canvas: no JSON", widget("canvas", json_value="{")),
    Forged("canvas: nothing", widget("canvas", json_value="")),
    Forged("canvas: nested a hundred thousand times", widget("canvas", json_value=DEEP)),
    Forged("canvas: 10 MB text", widget("canvas", json_value=json.dumps(TEXT))),
    Forged("canvas: drawing is a text", widget("canvas", json_value='{"drawing": "a"}')),
    Forged("canvas: drawing is a number", widget("canvas", json_value='{"drawing": 7}')),
    Forged("canvas: drawing is a list", widget("canvas", json_value='{"drawing": [1]}')),
    Forged("canvas: drawing is null", widget("canvas", json_value='{"drawing": null}')),
    Forged("canvas: no picture in the drawing", widget("canvas", json_value='{"drawing": {"raw": 5}}')),
    Forged("canvas: background is a text", widget("canvas", json_value='{"backgroundFit": "a"}')),
    Forged("canvas: background is empty", widget("canvas", json_value='{"backgroundFit": {"a": 1}}')),
    Forged("canvas: a million lists", widget("canvas", json_value="[" + "[]," * 800_000 + "[]]")),
    Forged("canvas: a million widgets", crowd("canvas")),
    Forged("canvas: a slider's value", widget("canvas", **doubles(1.0, 2.0))),
    Forged("canvas: a button's value", widget("canvas", trigger_value=True)),
    Forged("canvas: bytes", widget("canvas", bytes_value=b"\xff" * 1000)),
    # settings
    Forged("iterations: text", widget("iterations", string_value="many")),
    Forged("iterations: NaN", widget("iterations", **doubles(NAN))),
    Forged("iterations: infinite", widget("iterations", **doubles(INFINITE))),
    Forged("iterations: negative", widget("iterations", **doubles(-5.0))),
    Forged("iterations: enormous", widget("iterations", **doubles(1e300))),
    Forged("iterations: none", widget("iterations", **doubles())),
    Forged("iterations: three", widget("iterations", **doubles(1.0, 2.0, 3.0))),
    Forged("iterations: JSON", widget("iterations", json_value='{"a": 1}')),
    Forged("brush: NaN", widget("brush", **doubles(NAN))),
    Forged("brush: enormous", widget("brush", **doubles(1e300))),
    Forged("brush: text", widget("brush", string_value="wide")),
    Forged("brush: range", widget("brush", **doubles(4.0, 20.0))),
    Forged("dropout: NaN", widget("dropout", **doubles(NAN))),
    Forged("dropout: 5", widget("dropout", **doubles(5.0))),
    Forged("dropout: true", widget("dropout", bool_value=True)),
    Forged("learning rate: no option", widget("learning_rate", **words("a million"))),
    Forged("learning rate: number", widget("learning_rate", **doubles(0.1))),
    Forged("learning rate: none", widget("learning_rate", **words())),
    Forged("learning rate: two", widget("learning_rate", **words("0.1", "0.2"))),
    Forged("batch size: text", widget("batch_size", string_value="64")),
    Forged("batch size: no option", widget("batch_size", **words("-1"))),
    Forged("weight decay: integer", widget("l2", int_value=-1)),
    Forged("hidden units: NaN", widget("hidden_size", double_value=NAN)),
    Forged("hidden units: infinite", widget("hidden_size", double_value=INFINITE)),
    Forged("hidden units: negative", widget("hidden_size", double_value=-1.0)),
    Forged("hidden units: a billion", widget("hidden_size", double_value=1e9)),
    Forged("hidden units: 10.5", widget("hidden_size", double_value=10.5)),
    Forged("hidden units: text", widget("hidden_size", string_value="ten")),
    Forged("hidden units: list", widget("hidden_size", **doubles(1.0, 2.0))),
    Forged("seed: NaN", widget("seed", double_value=NAN)),
    Forged("seed: enormous", widget("seed", double_value=1e308)),
    Forged("data: no option", widget("dataset", string_value="../../etc/passwd")),
    Forged("data: number", widget("dataset", double_value=3.0)),
    Forged("data: list", widget("dataset", **words("a", "b"))),
    Forged("data: 1 MB text", widget("dataset", string_value="x" * 1_000_000)),
    Forged("optimizer: no option", widget("optimizer", string_value="magic")),
    Forged("optimizer: true", widget("optimizer", bool_value=True)),
    Forged("activation: nothing", widget("activation", string_value="")),
    Forged("activation: markup", widget("activation", string_value="<script>alert(1)</script>")),
    Forged("start: integer", widget("init", int_value=2)),
    Forged("distort: text", widget("distort", string_value="yes")),
    Forged("distort: number", widget("distort", double_value=NAN)),
    Forged("distort: list", widget("distort", **words("a"))),
    # buttons
    Forged("train: text", widget("train", string_value="now")),
    Forged("train: true", widget("train", bool_value=True)),
    Forged("train: counter that is no number", pressed(train="many")),
    Forged("train: counter below zero", pressed(train=-1)),
    Forged("train: counter that is enormous", pressed(train=10**30)),
    Forged("train: counter that is infinite", pressed(train=INFINITE)),
    Forged("train: counter that is a list", pressed(train=[1])),
    Forged("train: counter that is true", pressed(train=True)),
    Forged("train: another session's", pressed(train=1, session="x" * 1_000_000)),
    Forged("train: session is a list", pressed(train=1, session=[])),
    Forged("train: wants a number", pressed(train=1, wanted=5)),
    Forged("train: wants a list", pressed(train=2, wanted=["running"])),
    Forged("step: a billion presses", pressed(step=10**9)),
    Forged("train: presses are a text", widget("train", json_value='{"presses": "a"}')),
    Forged("train: presses are a list", widget("train", json_value='{"presses": [1]}')),
    Forged("train: nested", widget("train", json_value=DEEP)),
    Forged("reset: number", widget("reset", double_value=1.0)),
    Forged("clear: bytes", widget("clear", bytes_value=b"\0")),
    # the other pages
    Forged("ink: no option", widget("photo_ink", **words("green")), "doctor"),
    Forged("ink: text", widget("photo_ink", string_value="dark"), "doctor"),
    Forged("threshold: NaN", widget("threshold", **doubles(NAN)), "doctor"),
    Forged("threshold: text", widget("threshold", string_value="high"), "doctor"),
    Forged("raw: text", widget("raw", string_value="x"), "doctor"),
    Forged("inside: two networks", widget("inside_network", **words("a", "b")), "inside"),
    Forged("inside: number", widget("inside_network", double_value=1.0), "inside"),
    Forged("mistakes: no view", widget("mistakes_view", **words("nothing")), "mistakes"),
    Forged("mistakes: true", widget("mistakes_view", bool_value=True), "mistakes"),
    Forged("confusions: no JSON", widget("confusion", string_value="{"), "mistakes"),
    Forged("confusions: no cell", widget("confusion", string_value='{"selection": {"a": 5}}'), "mistakes"),
    Forged("confusions: number", widget("confusion", double_value=NAN), "mistakes"),
    Forged("confusions: cell 99", widget("confusion", string_value=CELL), "mistakes"),
    Forged("is a: no digit", widget("is_a", string_value="eleven"), "mistakes"),
    Forged("runs: no view", widget("runs_view", **words("")), "runs"),
    Forged("runs: number", widget("runs_view", double_value=1.0), "runs"),
    Forged("lesson: no part", widget("lesson_part", **words("\0")), "lesson"),
    Forged("lesson: step is a number", widget("lesson_step", double_value=1.0), "lesson"),
    Forged("lesson: no digit", widget("lesson_label", string_value="x" * 100_000), "lesson"),
    # widgets that do not exist
    Forged("id: unknown", identity("$$ID-0123456789abcdef-nothing", double_value=NAN)),
    Forged("id: empty", identity("", string_value="a")),
    Forged("id: 1 MB", identity("x" * 1_000_000, bool_value=True)),
    Forged("id: the visitor's own state", identity("session", json_value='{"a": 1}')),
    Forged("id: a widget's key", identity("dataset", string_value="nothing")),
    Forged("id: Streamlit's own", identity("$$STREAMLIT_INTERNAL_KEY_a__events", json_trigger_value="[5]")),
    Forged("id: without a value", identity("$$ID-0123456789abcdef-canvas")),
    # the address
    Forged("address: NaN", query="iterations=nan&learning_rate=NaN&hidden_size=nan&seed=nan&dropout=nan"),
    Forged("address: infinite", query="iterations=1e999&hidden_size=inf&seed=-inf&l2=inf"),
    Forged("address: 5,000 digits", query="seed=" + "9" * 5_000),
    Forged("address: text", query="iterations=many&activation=magic&batch_size=x&distort=y"),
    Forged("address: unknown data", query="dataset=../../etc/passwd"),
    Forged("address: markup in the data", query="dataset=<script>alert(1)</script>"),
    Forged("address: repeated", query="&".join(["iterations=5"] * 10_000)),
    Forged("address: 1 MB", query="dataset=" + "x" * 1_000_000),
    Forged("address: 10,000 names", query="&".join(f"a{k}={k}" for k in range(10_000))),
    Forged("address: bytes", query="iterations=%00%ff%fe&dataset=%ff&%80=%81"),
    Forged("address: broken escapes", query="%&=&&==%zz&iterations=%"),
    Forged("address: sent later", field(query_string="iterations=-1&dataset=%00")),
    # pages that do not exist
    Forged("page: unknown hash", field(page_script_hash="0" * 32)),
    Forged("page: 1 MB hash", field(page_script_hash="x" * 1_000_000)),
    Forged("page: unknown name", field(page_script_hash="", page_name="nothing")),
    Forged("page: a way out", field(page_script_hash="", page_name="../../../etc/passwd")),
    Forged("page: unknown fragment", lambda client, url: client.send(fragment="nothing")),
    # no message of the page's at all
    Forged("bytes: none", raw(b""), hangs_up=True),
    Forged("bytes: noise", raw(bytes(range(256)) * 10), hangs_up=True),
    Forged("bytes: 30 MB", raw(bytes(30_000_000)), hangs_up=True),
    Forged("text instead of bytes", raw("hello"), hangs_up=True),
    Forged("message: cut", raw(BackMsg(rerun_script={"query_string": "a" * 99}).SerializeToString()[:50]),
           hangs_up=True),  # fmt: skip
    Forged("message: empty the caches", message(clear_cache=True)),
    Forged("message: write files", message(backend_operation_request={"install_skills": {}})),
    Forged("message: stop", message(stop_script=True)),
    Forged("message: watch the files", message(set_run_on_save=True)),
    Forged("message: hang up", message(debug_disconnect_websocket=True), hangs_up=True),
    Forged("message: shut down", message(debug_shutdown_runtime=True)),
    Forged("message: no file", message(backend_operation_request={"deferred_file": {"file_id": "a"}})),
    # files
    Forged("file: cut on its way", file("upload", "cut.csv", CSV, arrives=0.5)),
    Forged("file: half a row", file("upload", "half.csv", CSV[:-700])),
    Forged("file: empty", file("upload", "empty.csv", b"")),
    Forged("file: noise", file("upload", "noise.csv", bytes(range(256)) * 1000)),
    Forged("file: cut gzip", file("upload", "cut.csv.gz", gzip.compress(CSV)[:-20])),
    Forged("file: 200 MB packed", file("upload", "zeros.csv.gz", packed(b"\0\0", 200))),
    Forged("file: one packed line", file("upload", "comma.csv.gz", packed(b"0,", 200))),
    Forged("file: one quoted field", file("upload", "quote.csv.gz", QUOTE)),
    Forged("file: a program", file("upload", "program.exe", CSV)),
    Forged("file: an odd name", file("upload", "a\0.csv", CSV)),
    Forged("network: a CSV file", network("network.csv", CSV), "runs"),
    Forged("network: noise", network("network.npz", bytes(range(256)) * 1000), "runs"),
    Forged("file: never uploaded", no_file("upload", "a.csv", 10)),
    Forged("file: enormous and never uploaded", no_file("upload", "a.csv", 2**62)),
    Forged("file: an uploader's text", widget("upload", string_value="a.csv")),
    Forged("photo: cut", file("photo", "cut.png", decoded(PICTURE)[:5000]), "doctor"),
    Forged("photo: 13,000 x 13,000", file("photo", "large.png", decoded(LARGE)), "doctor"),
    Forged("photo: text", file("photo", "text.png", b"hello"), "doctor"),
    Forged("photo: never uploaded", no_file("photo", "a.png", 10), "doctor"),
]  # fmt: skip

BLANK = bytes(FRAME * FRAME)
FORGED_FRAMES: dict[str, bytes | str] = {
    "text": "hello",
    "empty text": "",
    "JSON": '{"reading": 5}',
    "nothing": b"",
    "a byte": b"\0",
    "a byte too few": BLANK[:-1],
    "a byte too many": BLANK + b"\0",
    "four bytes a pixel": BLANK * 4,
    "a PNG": decoded(PICTURE),
    "10 MB": bytes(10_000_000),
    "10 MB of text": TEXT,
}


@pytest.fixture(scope="module")
def drawings() -> list[Drawing]:
    return prepare_drawings(2)


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, drawings: list[Drawing]
) -> Iterator[tuple[str, psutil.Process]]:
    with serve_measured(tmp_path_factory.mktemp("forged") / "server.log") as (url, process):
        asyncio.run(_warm_up(url, drawings))
        yield url, process


async def _warm_up(url: str, drawings: list[Drawing]) -> None:
    """Have everything loaded that is loaded at the first use."""
    client = await Client.open(url)
    await read_a_drawing(client, url, drawings)
    for page in client.pages:
        await client.go(page, LIMIT)
        await client.rerun(LIMIT)
        assert REFUSED not in client.page_text, page  # what a browser sends of itself is taken
    await client.go("doctor", LIMIT)
    await upload(client, url, "photo", "digit.png", decoded(PICTURE))
    await upload(client, url, "upload", "digits.csv", CSV)
    await client.close()


async def read_a_drawing(client: Client, url: str, drawings: list[Drawing]) -> None:
    """Draw a digit, and wait until it has been read: over the socket, or on the page where there is none."""
    if client.socket:
        socket = await LiveSocket.open(url, client.socket, limit=LIMIT)
        _, reading = await socket.read(drawings[0].frames[-1], LIMIT)
        await socket.close()
        assert int(np.argmax(reading["expert"])) == drawings[0].read[-1]
        await client.rerun(LIMIT)
        return
    read = client.text("prediction")
    drawing = next(one for one in drawings if str(one.digit) != read)
    value = WidgetState(id=client.find("canvas").identity, json_value=drawing.canvas)
    await client.ask(lambda: client.text("prediction") == str(drawing.digit), LIMIT, value)


async def send_forged(forged: Forged, url: str, process: psutil.Process, drawings: list[Drawing]) -> float:
    """
    Send it, and while the page goes on to send it, draw a digit, have it read, and press Step.

    Returns the MB that the server grew by until the digit was read.
    """
    with MemoryWatch(process) as memory:
        client = await Client.open(url, forged.query, LIMIT)
        try:
            if forged.page:
                await client.go(forged.page, LIMIT)
            if forged.send:
                with suppress(Unanswered):  # it may be; what counts is what comes after it
                    await forged.send(client, url)
            if forged.hangs_up and await client.hung_up(1):
                await client.close()
                client = await Client.open(url, "", LIMIT)
            await read_a_drawing(client, url, drawings)
        except BaseException:
            await client.close()
            raise
    try:
        await press_step(client)
        assert SORRY not in client.page_text, client.page_text
        assert not client.errors, client.errors
    finally:
        await client.close()
    return memory.grown


async def press_step(client: Client) -> None:
    """Press Step, and wait until the network has made one more."""

    def iteration() -> int:
        return client.button("step").data["run"]["iteration"]

    client.forget(client.button("step").identity)  # the page's own button counts on from what was done
    before, end = iteration(), time.monotonic() + LIMIT
    await client.press("step", None, LIMIT)
    while iteration() <= before:
        assert time.monotonic() < end, "the step was not made"
        await client.rerun(LIMIT)


@pytest.mark.parametrize("forged", FORGED, ids=[forged.name for forged in FORGED])
def test_the_page_goes_on(
    forged: Forged, served: tuple[str, psutil.Process], drawings: list[Drawing]
) -> None:
    url, process = served
    grown = float("inf")
    try:
        grown = asyncio.run(send_forged(forged, url, process, drawings))
    finally:
        if grown > MOST_MB:  # the server may still be at work on it
            wait_until_quiet(process, 60)
    assert process.is_running()
    assert grown <= MOST_MB, f"{grown:.0f} MB"


@pytest.mark.parametrize("name", FORGED_FRAMES)
def test_the_socket_closes_and_nothing_is_lost(
    name: str, served: tuple[str, psutil.Process], drawings: list[Drawing]
) -> None:
    url, process = served
    with MemoryWatch(process) as memory:
        asyncio.run(_send_forged_frame(FORGED_FRAMES[name], url, drawings[0]))
    assert memory.grown <= MOST_MB


async def _send_forged_frame(frame: bytes | str, url: str, drawing: Drawing) -> None:
    client = await Client.open(url, limit=LIMIT)
    try:
        if client.socket is None:
            pytest.fail("the page has no socket")
        socket = await LiveSocket.open(url, client.socket)
        await socket.send(frame)
        assert await socket.closed(LIMIT) in (1003, 1009)
        await socket.close()
        again = await LiveSocket.open(url, client.socket)
        _, reading = await again.read(drawing.frames[-1], LIMIT)
        assert int(np.argmax(reading["expert"])) == drawing.read[-1]
        await again.close()
        await client.rerun()
        assert not client.errors
    finally:
        await client.close()


def test_a_forged_visit_gets_no_socket(served: tuple[str, psutil.Process]) -> None:
    asyncio.run(_forge_visits(served[0]))


async def _forge_visits(url: str) -> None:
    client = await Client.open(url, limit=LIMIT)
    try:
        if client.socket is None:
            pytest.fail("the page has no socket")
        path = client.socket
        for forged in (path[:-1], path + "x", path.partition("?")[0], path.partition("=")[0] + "=%00"):
            with pytest.raises(Unanswered):
                await LiveSocket.open(url, forged)
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("send", "sentence"),
    [
        (widget("iterations", string_value="many"), REFUSED),
        (widget("canvas", json_value=DEEP), REFUSED),
        (widget("canvas", json_value=json.dumps(TEXT)), REFUSED),
        (no_file("upload", "a.csv", 10), REFUSED),
        (drawn(5), "The drawing did not arrive"),
        (drawn(LARGE), "The drawing did not arrive"),
        (file("upload", "line.csv.gz", gzip.compress(b"0," * 10**6)), "has a line of 2,000,000 bytes"),
    ],
)
def test_the_visitor_gets_a_sentence(send: Send, sentence: str, served: tuple[str, psutil.Process]) -> None:
    async def visit() -> None:
        client = await Client.open(served[0], limit=LIMIT)
        await send(client, served[0])
        assert sentence in client.page_text
        await client.close()

    asyncio.run(visit())


def test_nobody_can_empty_the_caches_of_others(served: tuple[str, psutil.Process]) -> None:
    async def visit() -> None:
        client, forger = [await Client.open(served[0], limit=LIMIT) for _ in range(2)]
        socket = await LiveSocket.open(served[0], client.socket, limit=LIMIT)
        await press_step(client)
        before = client.socket, client.button("step").data["run"]["id"]
        await forger.send_bytes(BackMsg(clear_cache=True).SerializeToString())
        await forger.rerun(LIMIT)
        await client.rerun(LIMIT)
        run = client.button("step").data["run"]
        assert (client.socket, run["id"]) == before and run["iteration"] == 1
        assert not await socket.closed(0.2)
        for page in (client, forger):
            await page.close()
        await socket.close()

    asyncio.run(visit())


def test_a_visit_has_four_sockets_and_none_for_other_pages(served: tuple[str, psutil.Process]) -> None:
    async def visit() -> None:
        client = await Client.open(served[0], limit=LIMIT)
        address = served[0].replace("http", "ws").rstrip("/") + client.socket
        for origin in ("http://127.0.0.1:1", "https://evil.example", "null"):
            with pytest.raises(InvalidStatus):
                await connect(address, origin=origin, proxy=None)
        sockets = [await LiveSocket.open(served[0], client.socket, limit=LIMIT) for _ in range(4)]
        with pytest.raises(Unanswered):
            await LiveSocket.open(served[0], client.socket, limit=LIMIT)
        for socket in sockets:
            await socket.close()
        await client.close()

    asyncio.run(visit())


def test_there_are_enough() -> None:
    assert len(FORGED) + len(FORGED_FRAMES) >= 60
    names = {forged.name for forged in FORGED}
    assert len(names) == len(FORGED)
