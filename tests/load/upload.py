"""Sends a file as the browser does: asks for an address, puts the bytes there, tells the uploader."""

import asyncio
import http.client
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.load.client import Client

BOUNDARY = "----digits"


async def upload(
    client: Client,
    url: str,
    key: str,
    name: str,
    content: bytes,
    arrives: float = 1.0,
    limit: float = 20.0,
) -> None:
    """
    Give a file to an uploader, and wait until the page has been drawn with it.

    Parameters
    ----------
    client : Client
    url : str
        The page's address.
    key : str
        The uploader's.
    name : str
    content : bytes
    arrives : float in [0, 1]
        How much of it is sent before the connection breaks.
    limit : float, seconds
        What takes longer is Unanswered.
    """
    urls = await _ask_for_address(client, name)
    await asyncio.to_thread(_put, url, urls.upload_url, name, content, arrives)
    await client.ask(None, limit, file_value(client, key, name, len(content), urls))


def file_value(client: Client, key: str, name: str, size: int, urls: FileURLs) -> WidgetState:
    """Return what an uploader says that it holds."""
    value = WidgetState(id=client.find(key).identity)
    value.file_uploader_state_value.uploaded_file_info.add(
        name=name, size=size, file_id=urls.file_id, file_urls=urls
    )
    return value


async def _ask_for_address(client: Client, name: str) -> FileURLs:
    answers: list[FileURLs] = []

    def listen(message: ForwardMsg) -> None:
        answers.extend(message.file_urls_response.file_urls)

    message = BackMsg()
    message.file_urls_request.request_id, message.file_urls_request.session_id = "1", client.session
    message.file_urls_request.file_names.append(name)
    heard, client.heard = client.heard, listen
    try:
        await client.send_bytes(message.SerializeToString())
        await client.until(lambda: bool(answers), 10)
    finally:
        client.heard = heard
    return answers[0]


def _put(url: str, path: str, name: str, content: bytes, arrives: float) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.request("GET", "/_stcore/health")
    response = connection.getresponse()
    response.read()
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    connection.putrequest("PUT", path)
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(body)))
    connection.putheader("Cookie", cookie)
    connection.putheader("X-Xsrftoken", cookie.partition("=")[2])
    connection.endheaders()
    connection.send(body[: round(len(body) * arrives)])
    if arrives == 1.0:
        status = connection.getresponse().status
        if status >= 300:
            raise RuntimeError(f"the server refused {name}: {status}")
    connection.close()
