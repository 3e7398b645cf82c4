"""Calls to Slack's Web API, and what its refusals mean for a message."""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import ChatError

Json = dict[str, Any]

log = logging.getLogger("labelbot.slack")

QUIET = logging.getLogger("labelbot.slack.library")
"""What slack_bolt and slack_sdk are given to log to: both write whole bodies, bolt even into its warnings."""
QUIET.setLevel(logging.CRITICAL)

SECONDS_TO_ANSWER = 15.0
SECONDS_TO_UPLOAD = 120.0

_TOKEN = (
    "SLACK_BOT_TOKEN is not accepted any more ({code}): reinstall the app in Slack and copy its Bot User OAuth Token"
)
_TOKEN_CODES = (
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "not_allowed_token_type",
)
_WORKSPACE = (
    "missing_scope",
    "no_permission",
    "access_denied",
    "team_access_not_granted",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "org_login_required",
    "two_factor_setup_required",
    "file_uploads_disabled",
    "storage_limit_reached",
)
"""What somebody can mend in the workspace or the app; no message is to blame."""
_CONTENT = (
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "markdown_text_conflict",
    "no_text",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_json",
    "json_not_object",
)
"""What Slack says of this very message."""
_PLACES = {
    "not_in_channel": "labelbot is not in that Slack channel: type /invite @labelbot there",
    "channel_not_found": "Slack knows no such channel, or hides it from labelbot: check its id and invite labelbot",
    "is_archived": "that Slack channel is archived",
    "restricted_action": "this workspace does not let apps post in that channel",
    "user_not_found": "Slack knows no such person",
    "user_disabled": "that person's Slack account is deactivated",
    "cannot_dm_bot": "that is a bot: Slack has no direct message with it",
    "messages_tab_disabled": "the app's Messages tab is off: switch it on under App Home",
}
_PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")


class SlackError(ChatError):
    """A ChatError with Slack's own error `code` ("" where no answer could be read) and its `details`."""

    def __init__(self, reason: str, *, code: str = "", details: str = "", **more: Any) -> None:
        super().__init__(reason, **more)
        self.code = code
        self.details = details


class Api:
    """One workspace's Web API over one HTTP session. Nothing is repeated here: a repeated post is a second message."""

    def __init__(self, token: str, base_url: str) -> None:
        limits = aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER, connect=5.0)
        self.session = aiohttp.ClientSession(timeout=limits)
        self.web = AsyncWebClient(token, base_url, session=self.session, logger=QUIET, retry_handlers=[])

    async def call(self, method: str, body: Json, *, new: bool = False, form: bool = False) -> Json:
        """The answer to one call. `new` marks a call that must not be repeated blindly: a lost answer is `unknown`.

        Raises SlackError, which never carries what was sent.
        """
        arguments: Json = {"data": body} if form else {"json": body}
        return (await self.raw(method, arguments, new=new))[0]

    async def raw(self, method: str, arguments: Json, *, new: bool = False) -> tuple[Json, Mapping[str, str]]:
        """The answer and its HTTP headers."""
        try:
            answer = await self.web.api_call(method, **arguments)
        except SlackApiError as error:
            raise refused(method, error, new) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise dropped(method, error, new) from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}, answer.headers

    async def respond(self, url: str, body: Json) -> bool:
        """Use a response_url. False where it is used up, too old or out of reach: the caller has another way."""
        try:
            async with self.session.post(url, json=body, proxy=self.web.proxy) as answer:
                words = (await answer.text()).replace(" ", "")
                return answer.status == 200 and '"ok":false' not in words
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def upload(self, url: str, data: bytes) -> None:
        limits = aiohttp.ClientTimeout(total=SECONDS_TO_UPLOAD, connect=5.0)
        try:
            async with self.session.post(url, data=data, timeout=limits, proxy=self.web.proxy) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise dropped("upload", error, new=False) from None
        if status != 200:
            raise SlackError(f"Slack did not take the file (HTTP {status})", permanent=400 <= status < 429, media=True)

    async def close(self) -> None:
        await self.session.close()


def dropped(method: str, error: Exception, new: bool) -> SlackError:
    """No answer. Where not even a connection came about, nothing was carried out."""
    never_sent = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    return SlackError(f"{method}: no answer from Slack ({type(error).__name__})", unknown=new and not never_sent)


def refused(method: str, error: SlackApiError, new: bool) -> SlackError:
    """What an answer other than "ok" means (docs.slack.dev, the errors listed under each method)."""
    status, headers, data = _parts(error.response)
    code = str(data.get("error") or "")
    if status == 429 or code in ("ratelimited", "rate_limited"):
        wait = _seconds(headers.get("Retry-After"))
        return SlackError("Slack asks us to slow down", code="ratelimited", retry_after=wait)
    if status >= 500 or code in _PASSING:
        return SlackError(f"{method}: Slack has trouble (HTTP {status})", code=code)
    if not code:
        return SlackError(f"{method}: Slack's answer could not be read", unknown=new)
    if code in _PLACES:
        return SlackError(_PLACES[code], code=code, permanent=True, blocked=True)
    said = _sentence(method, code, data)
    if code in _TOKEN_CODES or code in _WORKSPACE:
        return SlackError(said, code=code, credentials=True)
    return SlackError(said, code=code, details=_details(data), permanent=True, content=code in _CONTENT)


def _sentence(method: str, code: str, data: Json) -> str:
    if code in _TOKEN_CODES:
        return _TOKEN.format(code=code)
    if code == "missing_scope":
        return f"the Slack app lacks the scope {data.get('needed')}: add it under OAuth & Permissions and reinstall it"
    return f"{method}: Slack refused it ({code})"


def _details(data: Json) -> str:
    """Slack's complaints about blocks: places and rules, never the text."""
    more = data.get("response_metadata")
    messages = more.get("messages") if isinstance(more, dict) else None
    return " ".join(str(message) for message in messages or data.get("errors") or ())


def _parts(answer: Any) -> tuple[int, Mapping[str, str], Json]:
    """slack_sdk hands over its own response, or the bare HTTP one where the body was no JSON."""
    status = getattr(answer, "status_code", None) or getattr(answer, "status", None) or 0
    data = getattr(answer, "data", None)
    return int(status), getattr(answer, "headers", {}), data if isinstance(data, dict) else {}


def _seconds(value: str | None) -> float:
    return float(value) if value and value.isascii() and value.isdigit() else 1.0
