"""The formats of exports, by the names they are asked for with."""

from typing import Final

from bot.exchange.writers import (
    coco,
    csvs,
    docbin,
    imagefolder,
    jsonl,
    masks_png,
    parquet,
    speech,
    studio,
    texts,
    voc,
    yolo,
)
from bot.exchange.writers.base import Format

FORMATS: Final[dict[str, Format]] = {
    "jsonl": jsonl.FORMAT,
    "csv": csvs.FORMAT,
    "parquet": parquet.FORMAT,
    "label-studio": studio.FORMAT,
    "huggingface": parquet.HUB_FORMAT,
    "coco": coco.FORMAT,
    "coco-polygons": coco.POLYGONS,
    "yolo": yolo.FORMAT,
    "yolo-seg": yolo.SHAPES,
    "voc": voc.FORMAT,
    "masks-png": masks_png.FORMAT,
    "imagefolder": imagefolder.FORMAT,
    "conll": texts.CONLL,
    "spacy": docbin.FORMAT,
    "doccano": texts.DOCCANO,
    "fasttext": texts.FASTTEXT,
    "ljspeech": speech.LJSPEECH,
    "nemo": speech.NEMO,
    "commonvoice": speech.COMMONVOICE,
    "audiofolder": speech.AUDIOFOLDER,
}
