"""What the Bot API accepts: methods, parameters and objects, read off python-telegram-bot's own signatures."""

import functools
import inspect
import json
import re
from dataclasses import dataclass
from typing import Any

import telegram
from aiohttp import web

# Conveniences of the client library that never reach the wire.
_TIMEOUTS = {"read_timeout", "write_timeout", "connect_timeout", "pool_timeout"}
_OBJECTS_FOR_FIELDS = {"location", "contact", "venue", "filename"}
_OLD_NAMES = {"reply_to_message_id", "allow_sending_without_reply", "disable_web_page_preview"}
_PAGING = {"current_offset", "auto_pagination"}
_CLIENT_SIDE = frozenset({"self", "api_kwargs"} | _TIMEOUTS | _OBJECTS_FOR_FIELDS | _OLD_NAMES | _PAGING)
_CLIENT_SIDE_BY_METHOD = {"sendMediaGroup": frozenset({"caption", "parse_mode", "caption_entities"})}


class Refusal(Exception):
    """An answer of the platform other than 200."""

    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


@dataclass(frozen=True)
class Upload:
    """A file part of a multipart body."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Parameter:
    required: bool
    is_text: bool  # text is taken as it stands; everything else in a form is JSON


def _parameter(found: inspect.Parameter) -> Parameter:
    is_text = re.fullmatch(r"<class 'str'>|str( \| None)?", str(found.annotation)) is not None
    return Parameter(required=found.default is inspect.Parameter.empty, is_text=is_text)


@functools.cache
def methods() -> dict[str, dict[str, Parameter]]:
    """Every method name of the Bot API with its parameters."""
    names = [name for name in dir(telegram.Bot) if re.fullmatch(r"[a-z]+([A-Z][a-z]*)+|close", name)]
    found = {}
    for name in names:
        function = getattr(telegram.Bot, name)
        if not inspect.iscoroutinefunction(inspect.unwrap(function)):
            continue
        hidden = _CLIENT_SIDE | _CLIENT_SIDE_BY_METHOD.get(name, frozenset())
        signature = inspect.signature(function).parameters
        found[name] = {key: _parameter(value) for key, value in signature.items() if key not in hidden}
    return found


async def read_body(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The raw parameters of a call (query, JSON, urlencoded or multipart) and its uploaded files."""
    raw: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        raw |= _json_object(await request.read())
        return raw, uploads
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file as file:
                uploads[key] = Upload(value.filename, file.read(), value.content_type)
        else:
            raw[key] = value.decode() if isinstance(value, bytes | bytearray) else value
    return raw, uploads


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise bad("can't parse JSON object") from error
    if not isinstance(value, dict):
        raise bad("object expected as the request body")
    return value


def check_parameters(method: str, raw: dict[str, Any], uploads: dict[str, Upload]) -> dict[str, Any]:
    """Typed parameters; 404 for an unknown method, 400 for an unknown or missing parameter.

    Stricter than the platform, which ignores unknown parameters: a misspelt one is a bug of ours.
    """
    known = methods().get(method)
    if known is None:
        raise Refusal(404, "Not Found: method not found")
    if unknown := sorted(raw.keys() - known.keys()):
        raise bad(f"fake: {method} has no parameter {', '.join(unknown)}")
    given = raw.keys() | uploads.keys()
    if missing := [name for name, spec in known.items() if spec.required and name not in given]:
        raise bad(f"fake: {method} needs the parameter {', '.join(missing)}")
    _refuse_broken_unicode(raw)
    return {name: _typed(value, known[name]) for name, value in raw.items()}


def _typed(value: Any, spec: Parameter) -> Any:
    if spec.is_text or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _refuse_broken_unicode(raw: dict[str, Any]) -> None:
    try:
        json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise bad("strings must be encoded in UTF-8") from error


@functools.cache
def _fields(kind: type) -> tuple[frozenset[str], frozenset[str]]:
    signature = inspect.signature(kind).parameters
    required = {name for name, found in signature.items() if found.default is inspect.Parameter.empty}
    return frozenset(signature) - {"self", "api_kwargs", "filename"}, frozenset(required)


def check_object(kind: type, value: Any, *also: str) -> dict[str, Any]:
    """`value` if it is a JSON object with the fields of the library's class `kind` (and `also`), else 400."""
    if not isinstance(value, dict):
        raise bad(f"can't parse {kind.__name__}: object expected, got {value!r}")
    known, required = _fields(kind)
    if unknown := sorted(value.keys() - known - set(also)):
        raise bad(f"fake: {kind.__name__} has no field {', '.join(unknown)}")
    if missing := sorted(required - value.keys()):
        raise bad(f"can't parse {kind.__name__}: field {', '.join(missing)} is missing")
    return value
