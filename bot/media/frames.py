"""How a child process and its parent talk: JSON and bytes, never pickle, for a decoder may have been taken over."""

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("!IQ")
_LONGEST_HEAD = 1 << 20
_LONGEST_BODY = 1 << 30


def write_frame(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    encoded = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(encoded), len(body)) + encoded)
    stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The next frame; raises `EOFError` where the other side is gone or speaks something else."""
    lengths = stream.read(_LENGTHS.size)
    head_length, body_length = _LENGTHS.unpack(lengths) if len(lengths) == _LENGTHS.size else (0, 0)
    if not 0 < head_length <= _LONGEST_HEAD or body_length > _LONGEST_BODY:
        raise EOFError("no frame")
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        raise EOFError("half a frame")
    return json.loads(head), body
