"""Takes the long parts out of what browsers send to Streamlit, which copies a message and keeps it."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

LONGEST = 2_500_000  # bytes of a value: a canvas's picture, 2 MB, and its strokes
MOST_FIELDS = 10_000  # of one message within the message

VARINT, EIGHT_BYTES, COUNTED, FOUR_BYTES = 0, 1, 2, 5  # how a field of a protocol buffer is written
PATH = [  # numbers of the fields in which the widgets' values are
    BackMsg.DESCRIPTOR.fields_by_name["rerun_script"].number,
    ClientState.DESCRIPTOR.fields_by_name["widget_states"].number,
    WidgetStates.DESCRIPTOR.fields_by_name["widgets"].number,
]
NO_VALUE = WidgetState(bytes_value=b"").SerializeToString()  # no widget of ours has bytes: `Guard` refuses it
NO_MESSAGE = b"\0"  # Streamlit hangs up


class Shortened:
    """
    Lets only what is short through to Streamlit.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; the connections of pages are among them."""

        async def receive_short() -> Message:
            message = await receive()
            if len(message.get("bytes") or b"") > LONGEST:
                message["bytes"] = shortened(message["bytes"])
            return message

        is_page = scope["type"] == "websocket" and scope["path"].endswith("/_stcore/stream")
        await self._app(scope, receive_short if is_page else receive, send)


def shortened(message: bytes) -> bytes:
    """
    Copy a message without its long values, and without making a copy of these on the way.

    Parameters
    ----------
    message : bytes
        Of a BackMsg, it is to be hoped.

    Returns
    -------
    bytes
        In place of a widget's long value stands one that fits no widget. What is no BackMsg becomes
        something short that is none.
    """
    try:
        return bytes(_copied(memoryview(message), PATH))
    except (IndexError, ValueError):
        return NO_MESSAGE


def _copied(message: memoryview, path: Sequence[int]) -> bytearray:
    """Copy the short fields, and of a long one on the path what is short in it."""
    copy, at = bytearray(), 0
    for _ in range(MOST_FIELDS):
        if at == len(message):
            break
        start = at
        tag, at = _varint(message, at)
        number, form = tag >> 3, tag & 7
        if form == COUNTED:
            size, at = _varint(message, at)
            end = at + size
        elif form == VARINT:
            _, end = _varint(message, at)
        else:
            end = at + {EIGHT_BYTES: 8, FOUR_BYTES: 4}.get(form, len(message))
        if end > len(message):
            raise ValueError("the field goes on behind the end")
        if end - start <= LONGEST:
            copy += message[start:end]
        elif path and number == path[0]:
            inner = _copied(message[at:end], path[1:])
            copy += _as_varint(tag) + _as_varint(len(inner)) + inner
        elif not path:
            copy += NO_VALUE
        at = end
    return copy


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a number, seven bits a byte, the lowest first; return it and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("the number is too long")


def _as_varint(number: int) -> bytes:
    """Write a number so."""
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])
