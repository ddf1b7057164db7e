"""Looks at what browsers send to Streamlit, before Streamlit does: what cannot be right is left out.

Streamlit believes a browser: a text in a slider's place or half a JSON ends in an exception before the page's
script runs, and as a browser sends all values again with each message, that page is lost for good.
"""

import logging
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner_utils.script_run_context import SCRIPT_RUN_CONTEXT_ATTR_NAME
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFileManager

from server.shortened import LONGEST as LONGEST_JSON

# What a page of ours asks for. Streamlit would also empty everybody's caches, or write files for a developer.
KINDS = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
OPERATIONS = {"deferred_file", "dataframe_chunk"}

MOST_WIDGETS = 500  # of a message; a page has 40
MOST_HASHES = 10_000  # of elements that a browser has kept
LONGEST = 10_000  # bytes of a value, an address, or a request
MOST_PARTS = 200_000  # commas and brackets in it: a list of lists takes 25 times the memory of its text
MOST_REFUSED = 500  # sessions that are remembered to be told

Metadata = dict[str, WidgetMetadata[Any]]  # by the widget's id, as the session drew it last


class Guard:
    """Stands between the browsers and Streamlit's runtime."""

    def __init__(self) -> None:
        self._refused: dict[str, None] = {}  # sessions whose last message was not taken whole

    def protect(self, runtime: Runtime) -> None:
        """Look at all messages that come for a runtime from now on."""
        handle, sessions = runtime.handle_backmsg, runtime._session_mgr

        def handle_checked(session_id: str, message: BackMsg, **more: Any) -> None:
            info = sessions.get_active_session_info(session_id)
            if info is not None and _is_wanted(message):
                if message.WhichOneof("type") == "rerun_script":
                    widgets = info.session.session_state._new_widget_state.widget_metadata
                    self.check(session_id, message.rerun_script, widgets, runtime.uploaded_file_mgr)
                handle(session_id, message, **more)

        runtime.handle_backmsg = handle_checked

    def check(
        self, session_id: str, state: ClientState, widgets: Metadata, files: UploadedFileManager
    ) -> None:
        """
        Leave out what cannot be right; the page goes on with what it had in its place.

        Parameters
        ----------
        session_id : str
        state : ClientState
            What a browser sent; it is changed.
        widgets : dict of str to WidgetMetadata
            What the page has drawn so far, by id. The values of others are dropped without a word: a browser
            that returns to a restarted server sends what it had before.
        files : UploadedFileManager
            Where the files of all sessions are.
        """
        _shorten(state)
        sent = state.widget_states.widgets
        del sent[MOST_WIDGETS:]
        known = [value for value in sent if value.id in widgets]
        with _files_of(session_id, files):
            kept = [value for value in known if _fits(value, widgets[value.id])]
        self._refused.pop(session_id, None)
        if len(kept) < len(known):
            logging.getLogger(__name__).info("Values from a browser were left out")
            self._refused[session_id] = None
            if len(self._refused) > MOST_REFUSED:
                del self._refused[next(iter(self._refused))]
            state.fragment_id, state.is_auto_rerun = "", False  # the whole page, to say so
        if len(kept) < len(sent):
            state.widget_states.CopyFrom(WidgetStates(widgets=kept))

    def has_refused(self, session_id: str) -> bool:
        """Tell whether something was left out of the last message of a session."""
        return session_id in self._refused


def _is_wanted(message: BackMsg) -> bool:
    """Tell whether a message is of a kind that a page of ours sends."""
    kind = message.WhichOneof("type")
    if kind == "rerun_script":
        return True
    if kind == "backend_operation_request":
        request = message.backend_operation_request
        if not any(field.name in OPERATIONS for field, _ in request.ListFields()):
            return False
    return kind in KINDS and message.ByteSize() <= LONGEST


def _shorten(state: ClientState) -> None:
    """Empty the fields that are too long: where a page is, and what its browser is like."""
    for field, value in state.ListFields():
        if isinstance(value, str) and len(value) > LONGEST:
            state.ClearField(field.name)
    if state.context_info.ByteSize() > LONGEST:
        state.ClearField("context_info")
    del state.cached_message_hashes[MOST_HASHES:]


def _fits(value: WidgetState, widget: WidgetMetadata[Any]) -> bool:
    """Tell whether a value is of the widget's type, small and finite, and whether Streamlit can read it."""
    field = value.WhichOneof("value")
    wanted = widget.value_type or field
    is_whole = (field, wanted) == ("int_value", "double_value")  # what browsers send for whole numbers
    if field is not None and field != wanted and not is_whole:
        return False
    if value.ByteSize() > (LONGEST_JSON if field == "json_value" else LONGEST):
        return False  # before anything else makes a copy of it
    text = value.json_value
    if text.count(",") + text.count("[") + text.count("{") > MOST_PARTS:
        return False
    if not all(map(math.isfinite, [value.double_value, *value.double_array_value.data])):
        return False
    try:
        content = widget.deserializer(unpack_widget_state_value(value))
    except Exception:  # of any kind: Streamlit meets what it was not made for
        return False
    return not isinstance(content, DeletedFile)


@contextmanager
def _files_of(session_id: str, files: UploadedFileManager) -> Iterator[None]:
    """Let Streamlit's uploaders look for a session's files, as they do while its script runs."""
    thread = threading.current_thread()
    context = SimpleNamespace(session_id=session_id, uploaded_file_mgr=files)
    setattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, context)
    try:
        yield
    finally:
        delattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME)


@cache
def guard() -> Guard:
    """Return this server's guard."""
    return Guard()
