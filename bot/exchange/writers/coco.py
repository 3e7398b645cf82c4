"""COCO: one JSON file of pictures, categories and annotations, masks as run lengths or as polygons."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported, as_json
from bot.exchange.pictures.pictured import Classes, Pictured, Pictures, losses
from bot.exchange.writers.base import Context, Format, Writer

FOLDER: Final = "images"


class Coco:
    """Pictures go into the file as they come, annotations wait in another until its end."""

    def __init__(self, file: BinaryIO, context: Context, polygons: bool) -> None:
        self._file = file
        self._context = context
        self._polygons = polygons
        self._pictures = Pictures(context)
        self._classes = Classes(context.asked)
        self._waiting = TemporaryFile()  # noqa: SIM115 - closed when all is written
        self._images = self._annotations = 0
        about = {"description": f"{context.project.title}: {context.asked.title}", "contributor": "labelbot"}
        file.write(b'{"info":' + as_json(about) + b',\n"licenses":[],\n"images":[')

    def write(self, one: Exported) -> int:
        picture = self._pictures.taken(one)
        if picture is None:
            return 0
        self._images += 1
        width, height = picture.size
        place = self._pictures.beside(picture, FOLDER)
        name = picture.reference if picture.content is None else place
        image = {"id": self._images, "file_name": name, "width": width, "height": height, "item": picture.key}
        self._file.write((b",\n" if self._images > 1 else b"\n") + as_json(image))
        before = self._annotations
        for annotation in self._found(picture):
            self._annotations += 1
            whole = {"id": self._annotations, "image_id": self._images, **annotation}
            self._waiting.write((b",\n" if self._annotations > 1 else b"\n") + as_json(whole))
        return self._annotations - before

    def finish(self) -> None:
        self._file.write(b'\n],\n"annotations":[')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._file)
        self._waiting.close()
        self._file.write(b'\n],\n"categories":' + as_json(self._categories()) + b"}\n")
        self._file.flush()

    def _categories(self) -> list[dict[str, Any]]:
        labels = {label.name: label for label in self._context.asked.labels}
        above = {name: label.parent or "" for name, label in labels.items()}
        return [
            {"id": number, "name": name, "supercategory": above.get(name, "")}
            for number, name in enumerate(self._classes.names, 1)
        ]

    def _found(self, picture: Pictured) -> Iterator[dict[str, Any]]:
        for mark in picture.marks:
            category = {"category_id": self._classes.place(str(mark["label"])) + 1, "iscrowd": 0}
            if "counts" in mark:
                mask = self._mask(picture, mark)
                if mask is None:
                    self._context.lost["empty"] += 1
                else:
                    yield category | mask
            else:
                x, y, width, height = picture.box(mark)
                yield category | {"bbox": [x, y, width, height], "area": width * height, "segmentation": []}

    def _mask(self, picture: Pictured, mark: Mapping[str, Any]) -> dict[str, Any] | None:
        from bot.exchange.pictures import outlines
        from bot.labels import rasters

        pixels = picture.raster(mark)
        around = rasters.bounds(pixels)
        if around is None:
            return None
        if self._polygons:
            segmentation: Any = [[value for point in ring for value in point] for ring in outlines.parts(pixels)]
        else:
            segmentation = rasters.mask_of(pixels)
        return {"bbox": list(around), "area": int(pixels.sum()), "segmentation": segmentation}


def _open(file: BinaryIO, context: Context, polygons: bool) -> Writer:
    return Coco(file, context, polygons)


def _losses(context: Context) -> Sequence[str]:
    found = list(losses(context))
    if context.lost["empty"]:
        found.append(f"Masks without a pixel left out: {context.lost['empty']:,}.")
    if context.asked.type == "masks" and not context.asked.options.get("instances"):
        found.append("All of a label in a picture is one mask, which COCO's tools count as one object.")
    return found


FORMAT: Final = Format(".json", partial(_open, polygons=False), _losses, types=("boxes", "masks"), single=True)
POLYGONS: Final = Format(".json", partial(_open, polygons=True), _losses, types=("masks",), single=True)
