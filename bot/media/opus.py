"""Cuts OGG/Opus between its packets: a stretch of a long clip becomes a file of its own without being encoded again."""

import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

RATE: Final = 48_000
"""Opus counts samples at this rate, whatever was recorded (RFC 7845, section 4)."""
_MS: Final = RATE // 1000
_ROLL: Final = 80 * _MS
"""A decoder needs this much before a cut to be exact behind it (RFC 7845, section 4.6)."""
_A_PAGE: Final = 40
_BEGINS: Final = 2
_ENDS: Final = 4
_SERIAL: Final = b"clip"
_MIRRORED: Final = bytes(int(f"{number:08b}"[::-1], 2) for number in range(256))


@dataclass(frozen=True, slots=True)
class Clip:
    """An Opus stream taken apart; `ends[i]` is the sample at which packet i ends, the pre-skip counted."""

    head: bytes
    tags: bytes
    packets: Sequence[bytes]
    ends: Sequence[int]

    @property
    def skip(self) -> int:
        return int.from_bytes(self.head[10:12], "little")


def opened(content: bytes) -> Clip:
    """The clip in `content`, one stream of OGG/Opus as `prepare_audio` makes it. Raises ValueError for others."""
    head, tags, *packets = _packets(content)
    if head[:8] != b"OpusHead":
        raise ValueError("this is no OGG/Opus")
    ends, at = [], 0
    for packet in packets:
        at += _samples(packet)
        ends.append(at)
    return Clip(head, tags, packets, ends)


def stretch(clip: Clip, start_ms: int, end_ms: int) -> bytes:
    """What is heard from `start_ms` to `end_ms` as an OGG/Opus file."""
    begin, end = (clip.skip + at * _MS for at in (start_ms, end_ms))
    first = _at(clip.ends, max(0, begin - _ROLL))
    last = min(_at(clip.ends, end - 1), len(clip.packets) - 1)
    before = clip.ends[first - 1] if first else 0
    head = clip.head[:10] + (begin - before).to_bytes(2, "little") + clip.head[12:]
    pages = [_page(0, _BEGINS, 0, [head]), _page(1, 0, 0, [clip.tags])]
    for number, at in enumerate(range(first, last + 1, _A_PAGE)):
        upto = min(at + _A_PAGE, last + 1)
        final = upto == last + 1
        reached = min(end, clip.ends[last]) if final else clip.ends[upto - 1]
        pages.append(_page(number + 2, _ENDS if final else 0, reached - before, clip.packets[at:upto]))
    return b"".join(pages)


def milliseconds(content: bytes) -> int:
    """Length of an OGG/Opus stream: last granule position less the pre-skip (RFC 7845, section 4)."""
    at, granule = 0, 0
    while content[at : at + 4] == b"OggS" and at + 27 <= len(content):
        granule = int.from_bytes(content[at + 6 : at + 14], "little", signed=True)
        segments = content[at + 26]
        at += 27 + segments + sum(content[at + 27 : at + 27 + segments])
    # The first packet is "OpusHead", version and channels, then the pre-skip.
    skipped = int.from_bytes(content[28 + 10 : 28 + 12], "little")
    return max(0, granule - skipped) * 1000 // RATE


def _at(ends: Sequence[int], sample: int) -> int:
    """The packet that holds the sample."""
    return bisect_right(ends, sample)


def _packets(content: bytes) -> Iterator[bytes]:
    at, begun = 0, b""
    while content[at : at + 4] == b"OggS" and at + 27 <= len(content):
        sizes = content[at + 27 : at + 27 + content[at + 26]]
        at += 27 + len(sizes)
        for size in sizes:
            begun += content[at : at + size]
            at += size
            # A packet goes on in the next segment, or page, where one is full.
            if size < 255:
                yield begun
                begun = b""


def _samples(packet: bytes) -> int:
    """How long a packet sounds (RFC 6716, section 3.1)."""
    if not packet:
        return 0
    shape, count = packet[0] >> 3, packet[0] & 3
    if shape < 12:
        frame = (480, 960, 1920, 2880)[shape & 3]
    elif shape < 16:
        frame = (480, 960)[shape & 1]
    else:
        frame = (120, 240, 480, 960)[shape & 3]
    frames = 1 if count == 0 else 2 if count < 3 else packet[1] & 63
    return frame * frames


def _page(number: int, kind: int, granule: int, packets: Sequence[bytes]) -> bytes:
    sizes = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    front = b"OggS\0" + bytes([kind]) + granule.to_bytes(8, "little") + _SERIAL + number.to_bytes(4, "little")
    rest = bytes([len(sizes)]) + sizes + b"".join(packets)
    return front + _checked(front + b"\0\0\0\0" + rest) + rest


def _checked(page: bytes) -> bytes:
    """OGG's checksum: that of zlib from the other end of each byte, starting from nothing."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2).to_bytes(4, "little")
