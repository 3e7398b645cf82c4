"""What taps and replies do to what is marked of a picture, and the label that comes of it; bad ones raise BadAnswer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.labels import rle
from bot.labels.base import BadAnswer, Label, cut
from bot.labels.mask_records import Layer, flat, record
from bot.labels.mask_work import Case, Marking
from bot.labels.menu import label_at
from bot.labels.names import answerable, called, named
from bot.labels.region_names import Line, Number, among, large, lines, shown, unclear
from bot.labels.regions import Regions
from bot.project import LabelDef, Question
from bot.wording import phrase

NONE: Final = frozenset({"none", "nothing", "clear", "kein", "keine", "keins", "nichts", "leer", "∅"})
"""What may stand behind numbers that shall have no label."""
QUOTED: Final = 40


def tapped(case: Case, choice: str) -> Marking:
    """A button's choice; one that is on no card of this question is refused."""
    marking = case.marking
    if choice in ("split", "whole"):
        return replace(marking, splitting=choice == "split")
    if choice == "back":
        # Out of a suggestion's labels, or from the regions to the suggestions.
        return replace(marking, editing=None, more=False)
    if choice == "more" and case.suggested:
        return replace(marking, more=True, editing=None)
    kind, rest = choice[:1], choice[1:]
    if kind == "l":
        return replace(marking, label=_button(case.question, rest).name, splitting=False, fresh=case.things)
    if kind == "r":
        number, _, index = rest.partition(".")
        place = _placed(case, number)
        return marking.called(place, _button(case.question, index).name, case.offers[place].label)
    if kind == "e":
        return replace(marking, editing=_placed(case, rest))
    if kind in ("+", "-"):
        return marking.keeping(_placed(case, rest), kind == "+")
    raise BadAnswer(phrase("label.gone"))


def replied(case: Case, text: str) -> Marking:
    """A typed text, line by line."""
    said = lines(text)
    if not said:
        raise unclear(text, _example(case.question))
    if case.offers and not case.by_regions:
        for line in said:
            case = replace(case, marking=_of_suggestions(case, line))
        return case.marking
    regions = case.regions
    if regions is None:
        raise BadAnswer(phrase("masks.no_regions"))
    for line in said:
        case = replace(case, marking=_of_regions(case, regions, line))
    # Where an empty picture was suggested, a reply says that something is missing.
    return replace(case.marking, more=case.suggested)


def label_of(case: Case) -> Label:
    """What is marked: the suggestions that were kept, less the regions that were marked or taken out, and these."""
    layers = _kept(case) if case.things else flat(_kept(case))
    regions = case.regions if case.marking.layers or case.marking.bare else None
    size = case.subject.size or (0, 0)
    if regions is not None:
        layers = _with_regions(case, regions, layers, size)
    order = [label.name for label in case.question.labels]
    layers.sort(key=lambda layer: order.index(layer[0]))
    return [record(name, (size[1], size[0]), mask) for name, mask in layers if rle.area(mask)]


def _with_regions(case: Case, regions: Regions, layers: list[Layer], size: tuple[int, int]) -> list[Layer]:
    """No two regions have a pixel in common, so they need not be laid over one another."""
    every = [*case.marking.bare, *(name for _, names in case.marking.layers for name in names)]
    covered = regions.mask(_parts(regions, every), size) if layers else []
    found: list[Layer] = [(name, rle.less(mask, covered)) for name, mask in layers]
    for name, held in case.marking.layers:
        mask = regions.mask(_parts(regions, held), size)
        same = None if case.things else next((at for at, (other, _) in enumerate(found) if other == name), None)
        if same is None:
            found.append((name, mask))
        else:
            found[same] = (name, rle.union([found[same][1], mask]))
    return found


def _kept(case: Case) -> list[Layer]:
    try:
        return [(case.called(place), case.offers[place].counts) for place in case.kept]
    except ValueError as error:
        raise BadAnswer(phrase("masks.broken_suggestion")) from error


def _parts(regions: Regions, names: Sequence[str]) -> list[int]:
    return [part for name in names for part in regions.named(name)]


def _button(question: Question, index: str) -> LabelDef:
    label = label_at(question, index)
    if not answerable(question, label, False):
        raise BadAnswer(phrase("label.gone"))
    return label


def _placed(case: Case, number: str) -> int:
    """The place of a suggestion by the number in a button."""
    if number.isascii() and number.isdigit() and len(number) < 6 and 1 <= int(number) <= len(case.offers):
        return int(number) - 1
    raise BadAnswer(phrase("label.gone"))


def _example(question: Question) -> str:
    return question.labels[0].name


def _named(question: Question, text: str) -> str:
    """The label that a text names; empty for "none"."""
    if text.casefold() in NONE and not called(question, text):
        return ""
    return named(question, text, False).name


def _of_suggestions(case: Case, line: Line) -> Marking:
    """`2 sky` calls a suggestion otherwise, `-2` drops it, `+2` keeps it."""
    marking, plain = case.marking, line.signed("")
    if bool(plain) != bool(line.words) or len(plain) not in (0, len(line.numbers)):
        raise BadAnswer(phrase("masks.hint_suggested", label=_example(case.question)))
    for number in line.numbers:
        for one in among(len(case.offers), number):
            if number.sign:
                marking = marking.keeping(one - 1, number.sign == "+")
            elif label := _named(case.question, line.words):
                marking = marking.called(one - 1, label, case.offers[one - 1].label)
            else:
                marking = marking.keeping(one - 1, False)
    return marking


def _of_regions(case: Case, regions: Regions, line: Line) -> Marking:
    """`3 7 12-15 road` marks, `-7` or `7 none` clears, `+12` splits, `road` chooses what numbers alone are."""
    plain, more, less = line.signed(""), line.signed("+"), line.signed("-")
    if (more or less) and (plain or line.words):
        raise unclear(line.text, _example(case.question))
    if not line.numbers:
        label = named(case.question, line.words, False).name
        return replace(case.marking, label=label, splitting=False, fresh=case.things)
    marking = replace(case.marking, splitting=False)
    if case.marking.splitting and not line.words:
        plain, more = (), (*plain, *more)
    for one in [one for number in more for one in large(regions, number)]:
        marking = marking.apart(one, _several(regions, one))
    if less:
        marking = marking.cleared([name for number in less for name in shown(regions, marking.split, number)])
    return _painted(replace(case, marking=marking), regions, plain, line.words) if plain else marking


def _several(regions: Regions, number: int) -> list[str]:
    names = regions.names(number)
    if len(names) < 2:
        raise BadAnswer(phrase("masks.one_part", number=number))
    return names


def _painted(case: Case, regions: Regions, plain: Sequence[Number], text: str) -> Marking:
    names = [name for number in plain for name in shown(regions, case.marking.split, number)]
    label = _named(case.question, text) if text else case.label
    if not text and not label:
        numbers = " ".join(number.text for number in plain)
        raise BadAnswer(phrase("masks.no_label", numbers=cut(numbers, QUOTED), label=_example(case.question)))
    if not label:
        return case.marking.cleared(names)
    return case.marking.painted(names, label, apart=case.things and (bool(text) or case.marking.fresh))
