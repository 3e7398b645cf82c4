"""HTTP to the Bot API over aiohttp: under python-telegram-bot's Bot, and for calls of our own as plain dicts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL

Payload = dict[str, Any]

CALL_SECONDS = 20.0
UPLOAD_SECONDS = 120.0
CONNECT_SECONDS = 5.0
CONNECTIONS = 64
_JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """No connection came about: nothing was carried out."""


class Lost(NetworkError):
    """The answer did not arrive whole: the call may have been carried out."""


class Flood(TelegramError):
    """Too many messages (429): wait so many `seconds`. The library's RetryAfter warns of its own future when made."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Telegram asks for a pause")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way, under a neutral name: a file's own name may give its label away."""

    content: bytes
    mime: str
    name: str


class TelegramRequest(BaseRequest):
    """`base` is the address with the token in it; it appears in no error and no log. Nothing is repeated here."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._urls: dict[str, URL] = {}
        self._opened: aiohttp.ClientSession | None = None
        self._limit = _limit(CALL_SECONDS)
        self.date = ""
        """The Date header of the last answer: Telegram's clock."""

    @property
    def read_timeout(self) -> float:
        return CALL_SECONDS

    async def initialize(self) -> None:
        """The session is opened by the first call, in the event loop of that call."""

    async def shutdown(self) -> None:
        session, self._opened = self._opened, None
        if session is not None:
            await session.close()

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._opened = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._opened

    async def call(
        self, method: str, payload: Payload, uploads: Mapping[str, Upload] | None = None, seconds: float = 0.0
    ) -> Any:
        """The result of a method, as plain JSON. Raises TelegramError."""
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(f"{self._base}/{method}", encoded=True)
        if uploads:
            body: Any = _form(payload, uploads)
            code, answer = await self._exchange(url, body, None, _limit(seconds or UPLOAD_SECONDS))
        else:
            limit = _limit(seconds) if seconds else self._limit
            code, answer = await self._exchange(url, json.dumps(payload).encode(), _JSON, limit)
        if code >= 300:
            raise refusal(code, answer)
        return self.parse_json_payload(answer)["result"]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """What the library's own methods go through; they send no files here."""
        parameters = request_data.parameters if request_data else {}
        body = json.dumps(parameters).encode()
        code, answer = await self._exchange(URL(url, encoded=True), body, _JSON, self._limit)
        if code >= 300:
            raise refusal(code, answer)
        return code, answer

    async def _exchange(
        self, url: URL, body: Any, headers: Mapping[str, str] | None, limit: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        # `from None`: the texts of what aiohttp raises may carry the address, and with it the token.
        try:
            async with self._session().post(
                url, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                self.date = response.headers.get("Date", "")
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(f"no connection to Telegram ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Lost(f"the connection to Telegram broke ({type(error).__name__})") from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Payload:
        """The answer to a call that succeeded. The library's version logs what it cannot read: people's words."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise Lost("half an answer from Telegram") from None
        if not isinstance(answer, dict) or "result" not in answer:
            raise Lost("an answer without a result from Telegram")
        return answer


def _limit(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)


def _form(payload: Payload, uploads: Mapping[str, Upload]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in payload.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, upload in uploads.items():
        form.add_field(name, upload.content, content_type=upload.mime, filename=upload.name)
    return form


def refusal(code: int, payload: bytes) -> TelegramError:
    """What an answer that is not 2xx means; sources: ResponseParameters and "Making requests" of the Bot API."""
    try:
        answer = json.loads(payload)
    except ValueError:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    told = str(answer.get("description") or f"HTTP status {code}")[:200]
    parameters = answer.get("parameters") or {}
    if "migrate_to_chat_id" in parameters:
        return ChatMigrated(int(parameters["migrate_to_chat_id"]))
    if code == 429:
        return Flood(float(parameters.get("retry_after", 5)))
    if code == 504:
        return Lost(told)
    return _BY_CODE.get(code, NetworkError)(told)


_BY_CODE: Mapping[int, type[TelegramError]] = {
    400: BadRequest,
    401: InvalidToken,
    403: Forbidden,
    404: InvalidToken,
    409: Conflict,
    413: BadRequest,
}
