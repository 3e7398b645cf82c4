"""Transcripts with their sounds: LJSpeech, NeMo manifests, Common Voice and Hugging Face's audiofolder."""

import hashlib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported, as_json
from bot.exchange.writers.base import Context, Format, Writer
from bot.exchange.writers.examples import Example, examples, losses, told
from bot.labels import transcript
from bot.labels.base import Label
from bot.media import ffmpeg
from bot.project import Question

SOUNDLESS, UNCLEAR, SAFE, PIECES = "soundless", "unclear", "safe", "pieces"
COLUMNS: Final = (
    *("client_id", "path", "sentence", "up_votes", "down_votes", "age", "gender", "accents", "variant", "locale"),
    "segment",
)
"""Of Common Voice."""
_OF_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 80
_FORMATS: Final = {"audio/ogg": "ogg", "video/mp4": "mov"}
"""Of what we serve, as ffmpeg calls it."""
_WAV_RATE: Final = 22_050
"""Samples a second, as LJSpeech has them."""
_PLAIN: Final = ("-map", "0:a:0", "-vn", "-ac", "1", "-ar", str(_WAV_RATE), "-f", "s16le", "pipe:1")
_OGG: Final = ("-map", "0:a:0", "-vn", "-ac", "1", "-c:a", "libopus", "-b:a", "32k", "-f", "ogg")


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound with what is said in it. `place` is where it lies from the table that lists it; `segments` (start, end in
    seconds, words) are the pieces it was heard in, if it was."""

    item: Exported
    place: str
    duration: float
    text: str
    segments: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a format lays speech out: the folder and kind of its sounds, and what it writes of a clip."""

    folder: str
    wav: bool
    head: str
    render: Callable[[Context, Clip], Iterator[bytes]]


class Speech:
    def __init__(self, file: BinaryIO, context: Context, dialect: Dialect) -> None:
        assert context.beside is not None
        self._file, self._context, self._dialect = file, context, dialect
        self._folder = context.beside / dialect.folder
        self._unclear = unclear(context.asked)
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        file.write(dialect.head.encode())

    def write(self, one: Exported) -> int:
        count = 0
        for example in examples(self._context, one):
            for row in self._rows(example):
                self._file.write(row)
                count += 1
        return count

    def finish(self) -> None:
        self._file.flush()

    def _rows(self, example: Example) -> Iterator[bytes]:
        text, segments = said(example.label)
        sound = sound_of(self._context.asked, example.item)
        if sound is None or text == self._unclear:
            self._context.lost[SOUNDLESS if sound is None else UNCLEAR] += 1
            return
        heard = tuple(one for one in segments if one[2].strip() and one[2].strip() != self._unclear)
        self._context.lost[UNCLEAR] += len(segments) - len(heard)
        place = self._sound(example.item.key, sound)
        clip = Clip(example.item, place, (sound.get("duration_ms") or 0) / 1000, text, heard)
        yield from self._dialect.render(self._context, clip)

    def _sound(self, key: str, sound: Mapping[str, Any]) -> str:
        """Where the item's sound lies; put there when it is first asked for."""
        if key in self._names:
            return self._names[key]
        self._folder.mkdir(exist_ok=True)
        assert self._context.load is not None
        content, served = self._context.load(sound["sha256"]), sound["mime"]
        name = self._name(key, "wav" if self._dialect.wav else "ogg")
        if self._dialect.wav or served != "audio/ogg":
            convert(content, served, self._folder / name, self._dialect.wav)
        else:
            (self._folder / name).write_bytes(content)
        self._names[key] = f"{self._dialect.folder}/{name}" if self._dialect.folder else name
        return self._names[key]

    def _name(self, key: str, ending: str) -> str:
        """A name of its own for a file, whatever the item is called; parts may share the folder."""
        plain = re.sub(r"\.(ogg|oga|opus|mp3|wav|flac|m4a|mp4|webm)$", "", key, flags=re.IGNORECASE)
        stem = _OF_NAMES.sub("_", plain)[:_LONGEST].strip("._") or "clip"
        if stem.casefold() in self._taken or (self._folder / f"{stem}.{ending}").exists():
            stem = f"{stem}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        self._taken.add(stem.casefold())
        return f"{stem}.{ending}"


def said(label: Label) -> tuple[str, tuple[tuple[float, float, str], ...]]:
    """The words of a transcript, and the pieces they were heard in."""
    if not isinstance(label, Mapping):
        return str(label), ()
    listed: Any = label.get("segments") or ()
    return str(label.get("text")), tuple((float(one["start"]), float(one["end"]), str(one["text"])) for one in listed)


def unclear(question: Question) -> str:
    """The label for speech that nobody can make out."""
    own = question.options.get("unintelligible")
    return own.strip() if isinstance(own, str) else transcript.UNINTELLIGIBLE


def sound_of(question: Question, one: Exported) -> Mapping[str, Any] | None:
    """The sound a question is about: of the field that it names, else the first, else that of a film."""
    field = question.options.get("field")
    fitting = [media for media in one.media if field is None or media["field"] == field]
    sounds = sorted((media for media in fitting if media["mime"] in _FORMATS), key=lambda media: media["kind"])
    return next(iter(sounds), None)


def convert(content: bytes, mime: str, target: Path, wav: bool) -> None:
    with ffmpeg.opened(content) as file:
        if not wav:
            ffmpeg.convert(file, _FORMATS[mime], target.name, (*_OGG, str(target)))
            return
        samples = ffmpeg.convert(file, _FORMATS[mime], target.name, _PLAIN)
    with warnings.catch_warnings():
        # pydub warns of the audioop module and of an ffmpeg that is not on the path; we need neither said.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    AudioSegment(data=samples, sample_width=2, frame_rate=_WAV_RATE, channels=1).export(target, format="wav").close()


def _plain(context: Context, text: str, sign: str, instead: str) -> str:
    """The text on one line, without the `sign` that a format cannot hold."""
    made = " ".join(text.replace(sign, instead).split())
    context.lost[SAFE] += made != text
    return made


def _ljspeech(context: Context, clip: Clip) -> Iterator[bytes]:
    text = _plain(context, clip.text, "|", " ")
    context.lost[PIECES] += bool(clip.segments)
    yield f"{Path(clip.place).stem}|{text}|{text}\n".encode("utf-8", "replace")


def _nemo(context: Context, clip: Clip) -> Iterator[bytes]:
    named = {"audio_filepath": clip.place}
    if not clip.segments:
        yield as_json({**named, "duration": clip.duration, "text": clip.text}) + b"\n"
    for start, end, text in clip.segments:
        times = {"offset": round(start, 3), "duration": round(end - start, 3)}
        yield as_json({**named, **times, "text": text}) + b"\n"


def _commonvoice(context: Context, clip: Clip) -> Iterator[bytes]:
    """Some read its quotation marks and some do not, so there are none."""
    given = {name: clip.item.data.get(name) for name in COLUMNS}
    cells = {name: "" if value is None else _cell(str(value)) for name, value in given.items()}
    cells |= {"path": Path(clip.place).name, "sentence": _plain(context, clip.text, '"', "”")}
    cells |= {name: cells[name] or "0" for name in ("up_votes", "down_votes")}
    context.lost[PIECES] += bool(clip.segments)
    yield "\t".join(cells[name] for name in COLUMNS).encode("utf-8", "replace") + b"\n"


def _cell(text: str) -> str:
    return " ".join(text.replace('"', "”").split())


def _audiofolder(context: Context, clip: Clip) -> Iterator[bytes]:
    context.lost[PIECES] += bool(clip.segments)
    yield as_json({"file_name": clip.place, "transcription": clip.text, "item": clip.item.key}) + b"\n"


def _told(*own: tuple[str, str]) -> Callable[[Context], Sequence[str]]:
    kinds = (
        (SOUNDLESS, "Left out for want of a sound: {}."),
        (UNCLEAR, "Left out because nobody could make out the words: {}."),
        *own,
    )
    return lambda context: [*losses(context), *told(context, kinds)]


_NO_TIMES: Final = (PIECES, "Clips heard in pieces have their whole text here: {}; nemo and jsonl have the times.")
_LJSPEECH_LOST: Final = _told((SAFE, "Texts in which bars, line ends or tabs became spaces: {}."), _NO_TIMES)
_VOICE_LOST: Final = _told(
    (SAFE, 'Texts in which line ends or tabs became spaces, or " became ”: {}.'), _NO_TIMES
)  # fmt: skip


def _format(
    ending: str, dialect: Dialect, losses_of: Callable[[Context], Sequence[str]], place: Callable[[str], str]
) -> Format:
    def opened(file: BinaryIO, context: Context) -> Writer:
        return Speech(file, context, dialect)

    return Format(
        ending, opened, losses_of, surveys=False, place=place, media=True, types=(transcript.NAME,)
    )  # fmt: skip


LJSPEECH: Final = _format(
    ".csv",
    Dialect("wavs", True, "", _ljspeech),
    _LJSPEECH_LOST,
    lambda part: f"metadata_{part}.csv" if part else "metadata.csv",
)
NEMO: Final = _format(
    ".jsonl",
    Dialect("audio", False, "", _nemo),
    _told(),
    lambda part: f"{part}_manifest.jsonl" if part else "manifest.jsonl",
)
COMMONVOICE: Final = _format(
    ".tsv",
    Dialect("clips", False, "\t".join(COLUMNS) + "\n", _commonvoice),
    _VOICE_LOST,
    lambda part: f"{part or 'validated'}.tsv",
)
AUDIOFOLDER: Final = _format(
    ".jsonl",
    Dialect("", False, "", _audiofolder),
    _told(_NO_TIMES),
    lambda part: f"{part}/metadata.jsonl" if part else "metadata.jsonl",
)
