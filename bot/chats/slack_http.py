"""Slack's HTTP mode: the signature is checked before anything reads the body."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]

LARGEST = 2 * 1024 * 1024
"""Bytes; Slack's largest payloads are views of 250 kB."""


def is_signed(verifier: SignatureVerifier, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Slack made this request in the last five minutes. `headers` by lower-case name.

    bolt would answer 500 to a timestamp that is no number, and write the body to its log.
    """
    stamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16 and signature and signature.isascii()):
        return False
    try:
        return bool(verifier.is_valid(body, stamp, signature))
    except UnicodeDecodeError:  # the verifier wants text; Slack sends nothing else
        return False


def parsed(headers: Mapping[str, str], body: bytes) -> Json:
    """The payload of an event, an interaction or a command. Raises ValueError for anything else.

    Not bolt's parser: that one takes a command whose text holds the word "payload" for an empty interaction.
    """
    text = body.decode()
    if headers.get("content-type", "").startswith("application/json"):
        found = json.loads(text)
    else:
        fields = dict(parse_qsl(text, keep_blank_values=True))
        found = json.loads(fields["payload"]) if "payload" in fields else fields
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def answered(status: int, body: Any) -> Answer:
    if isinstance(body, dict):
        return status, {"content-type": "application/json"}, json.dumps(body).encode()
    return status, {"content-type": "text/plain; charset=utf-8"}, str(body or "").encode()
