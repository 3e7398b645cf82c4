"""Pictures with boxes or masks, as COCO, YOLO, VOC and indexed PNG bring them: to suggest, or known to be right."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.exchange import records
from bot.exchange.labels import read_label
from bot.exchange.pictures.marks import Mark, Marks
from bot.exchange.pictures.pictured import Box, whole
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Opened, Raw
from bot.exchange.records import Record
from bot.exchange.sentences import listed
from bot.exchange.shapes.labelled import LABEL, Role
from bot.labels.names import called
from bot.project import Project, Question

if TYPE_CHECKING:
    from bot.labels.rasters import Raster, Size


@dataclass(frozen=True, slots=True)
class Marked:
    """`told` says that the plan names the classes which the project lacks, so that no row needs to."""

    question: Question
    role: Role
    told: bool

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""
        cells = raw.cells
        data = {name: value for name, value in cells.items() if name not in ("id", LABEL)}
        marks = cells.get(LABEL)
        dropped: list[str] = []
        label = self._label(marks, dropped) if isinstance(marks, Marks) else None
        labels = {} if label is None else {self.question.name: label}
        return Record(
            line=raw.line,
            key=records.key_of(cells.get("id")),
            data=data,
            gold=labels or None if self.role == "gold" else None,
            suggestion=records.suggestion(labels, None, None) if self.role == "suggestion" else None,
            dropped=tuple(dropped),
            counted=marks.size if isinstance(marks, Marks) else None,
        )

    def _label(self, marks: Marks, dropped: list[str]) -> Any:
        """None where what is marked cannot be a label of the question."""
        lacking: Counter[str] = Counter()
        known: list[Mark] = []
        for one in marks.marks:
            own = own_name(self.question, one.name)
            if own is None:
                lacking[one.name] += 1
            else:
                known.append(replace(one, name=own))
        single = [one for one in known if not one.crowd or self._together]
        if len(single) < len(known):
            dropped.append(f"crowds, which are no single things: {len(known) - len(single):,}")
        if lacking and not self.told:
            dropped.append(f"the project has no label {listed(lacking, 'or')}")
        boxes = self.question.type == "boxes"
        found = list(self._boxes(single, dropped) if boxes else self._masks(single, marks.size, dropped))
        return None if dropped and known and not found else read_label(self.question, found, False)

    @property
    def _together(self) -> bool:
        """Whether all that is of one label is marked as one."""
        return self.question.type == "masks" and not self.question.options.get("instances")

    def _boxes(self, marks: Sequence[Mark], dropped: list[str]) -> Iterator[dict[str, Any]]:
        flat = 0
        for one in marks:
            box = _box(one)
            flat += box is None
            if box is not None:
                x, y, width, height = box
                yield {"label": one.name, "x": x, "y": y, "width": width, "height": height}
        if flat:
            dropped.append(f"boxes without width or height: {flat:,}")

    def _masks(self, marks: Sequence[Mark], size: "Size | None", dropped: list[str]) -> Iterator[dict[str, Any]]:
        from bot.labels import rasters

        together: dict[Any, tuple[str, Raster]] = {}
        bare = 0
        for place, one in enumerate(marks):
            pixels = _pixels(one, size)
            bare += pixels is None
            if pixels is not None:
                key = one.name if self._together else place
                held = together.get(key)
                together[key] = (one.name, pixels if held is None else held[1] | pixels)
        if bare:
            said = f"boxes without an outline, where masks are asked for: {bare:,}"
            if self.role == "gold":
                raise BadRow(said)
            dropped.append(said)
        for name, pixels in together.values():
            if pixels.any():
                yield {"label": name, **rasters.mask_of(pixels)}


def _box(mark: Mark) -> Box | None:
    """Around what is marked; None where that has no size."""
    box = mark.box
    if box is None and mark.polygons:
        x = [value for polygon in mark.polygons for value in polygon[::2]]
        y = [value for polygon in mark.polygons for value in polygon[1::2]]
        box = min(x), min(y), max(x) - min(x), max(y) - min(y)
    elif box is None and mark.mask is not None:
        from bot.labels import rasters

        box = rasters.bounds(_decoded(mark.mask))
    if box is None or box[2] <= 0 or box[3] <= 0:
        return None
    return whole(box[0]), whole(box[1]), whole(box[2]), whole(box[3])


def _pixels(mark: Mark, size: "Size | None") -> "Raster | None":
    from bot.labels import polygons

    if mark.mask is not None:
        if size is not None and tuple(mark.mask["size"]) != size[::-1]:
            raise BadRow("a mask is of another size than its picture")
        return _decoded(mark.mask)
    if not mark.polygons:
        return None
    if size is None:
        raise BadRow("it does not say how wide and high its picture is")
    try:
        return polygons.filled(mark.polygons, size)
    except ValueError as problem:
        raise BadRow(str(problem)) from problem


def _decoded(mask: Mapping[str, Any]) -> "Raster":
    from bot.labels import rasters

    try:
        return rasters.raster(mask)
    except ValueError as problem:
        raise BadRow("a mask's run lengths do not count the pixels of its picture") from problem


def own_name(question: Question, said: str) -> str | None:
    """The project's name for a class; None where it has none."""
    found = question.label(said) or next(iter(called(question, said)), None)
    return found.name if found else None


def marked(project: Project, opened: Opened, role: Role) -> tuple[Marked, list[str]] | None:
    """The shape and what is to be said of it; None where the project asks for no boxes and no masks. Raises BadImport
    where it has none of the source's classes."""
    fitting = [one for one in project.questions if one.type in opened.types]
    if not fitting:
        return None
    question = fitting[0]
    lacking = [one for one in opened.classes if own_name(question, one) is None]
    if lacking and len(lacking) == len(opened.classes):
        asked = listed(label.name for label in question.labels)
        raise BadImport(f"{opened.path.name} marks {listed(lacking)}; the project's labels are {asked}.")
    notes = [f"Left out is what the project has no label for: {listed(lacking)}."] if lacking else []
    return Marked(question, role, bool(opened.classes)), notes
