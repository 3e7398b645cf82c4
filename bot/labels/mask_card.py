"""How a picture is asked about: suggestions to keep or drop, numbered regions to be marked by a reply, or the page."""

from collections.abc import Callable
from typing import Final

from bot.labels.base import Ask, Option, Said, cut
from bot.labels.colours import colour
from bot.labels.layout import Row, grid
from bot.labels.mask_work import Case
from bot.labels.menu import Menu, Place, index_of
from bot.labels.region_names import said
from bot.labels.regions import Regions
from bot.project import Json, LabelDef
from bot.wording import Phrase, phrase

LABELS: Final = 12
"""Labels on a page of buttons."""
APIECE: Final = 6
"""Up to so many suggestions have a row each, with a button for their label; more of them stand in a grid."""
BUTTONS: Final = 40
"""Suggestions after these are dropped and kept by reply."""
MARKED: Final = 300
BACK: Final = Option(phrase("label.back"), "back")


def asked(case: Case, place: Place) -> Ask:
    """`place` is where one is among the labels."""
    if not case.by_regions:
        return _suggested(case) if case.marking.editing is None else _relabelled(case, case.marking.editing, place)
    regions = case.regions
    return _on_the_page(case) if regions is None else _by_regions(case, regions, place)


def _suggested(case: Case) -> Ask:
    example = case.question.labels[0].name
    return _ask(
        case,
        (*_toggles(case), (_done(case),), (Option(phrase("masks.missing"), "more"),)),
        phrase("masks.hint_suggested", label=example) if case.offers else phrase("masks.hint_empty"),
        _offers(case),
    )


def _relabelled(case: Case, place: int, menu: Place) -> Ask:
    rows = _menu(case, lambda label: f"r{place + 1}.{index_of(case.question, label)}", case.called(place)).rows(menu)
    hint = phrase("masks.hint_label", number=place + 1, label=case.title(case.called(place)))
    return _ask(case, (*rows, (BACK,)), hint, _offers(case))


def _on_the_page(case: Case) -> Ask:
    """Without regions only the page can add something."""
    rows: tuple[Row, ...] = ((_done(case),), *(((BACK,),) if case.suggested else ()))
    return _ask(case, rows, phrase("masks.hint_page"), _offers(case, numbered=False))


def _by_regions(case: Case, regions: Regions, place: Place) -> Ask:
    marking = case.marking
    rows = _menu(case, lambda label: f"l{index_of(case.question, label)}", case.label).rows(place)
    tools: Row = (Option(phrase("masks.split"), "split", chosen=marking.splitting),)
    if marking.splitting:
        tools = (*tools, Option(phrase("label.back"), "whole"))
    elif case.suggested:
        tools = (*tools, BACK)
    coloured = marking.coloured(lambda label: colour(case.question, label))
    shown: dict[str, Json] = {"media": case.subject.picture, "coloured": coloured, "split": list(marking.split)}
    drawing = {"regions": shown, **_offers(case, numbered=False)}
    return _ask(case, (*rows, tools, (_done(case),)), _hint(case), drawing, regions)


def _ask(
    case: Case, rows: tuple[Row, ...], hint: Phrase, drawing: dict[str, Json], regions: Regions | None = None
) -> Ask:
    return Ask(rows, hint, _marked(case, regions), typed=True, drawing=drawing or None, page=True)


def _toggles(case: Case) -> tuple[Row, ...]:
    options = [_toggle(case, place) for place in range(min(len(case.offers), BUTTONS))]
    if len(options) > APIECE:
        return grid(options)
    return tuple((option, _label_button(place)) for place, option in enumerate(options))


def _toggle(case: Case, place: int) -> Option:
    kept = place not in case.marking.dropped
    return Option(f"{place + 1} {case.title(case.called(place))}", f"{'-' if kept else '+'}{place + 1}", chosen=kept)


def _label_button(place: int) -> Option:
    return Option(phrase("masks.relabel", number=place + 1), f"e{place + 1}")


def _menu(case: Case, answer: Callable[[LabelDef], str], chosen: str) -> Menu:
    return Menu(case.question, LABELS, False, answer, chosen=(chosen,) if chosen else ())


def _hint(case: Case) -> Phrase:
    if case.marking.splitting:
        return phrase("masks.hint_split")
    if case.label:
        return phrase("masks.hint_now", label=case.title(case.label))
    return phrase("masks.hint_regions", label=case.question.labels[0].name)


def _offers(case: Case, numbered: bool = True) -> dict[str, Json]:
    """The suggestions as they are drawn: all with their numbers, or without these only what was kept."""
    masks = [_drawn(case, place, numbered) for place in (range(len(case.offers)) if numbered else case.kept)]
    return {"masks": masks} if masks else {}


def _drawn(case: Case, place: int, numbered: bool) -> dict[str, Json]:
    area = case.offers[place]
    return {
        "size": [*area.size],
        "counts": area.text,
        "colour": colour(case.question, case.called(place)),
        "mark": str(place + 1) if numbered else "",
        "faint": place in case.marking.dropped,
    }


def _done(case: Case) -> Option:
    marking = case.marking
    if case.offers and not (marking.dropped or marking.relabelled or marking.layers or marking.bare):
        return Option(phrase("masks.all_good"), "done", main=True)
    held = [*map(case.called, case.kept), *(label for label, _ in marking.layers)]
    if held:
        # Unless each is a thing of its own, those of one label become one.
        return Option(phrase("label.done", count=len(held if case.things else set(held))), "done", main=True)
    return Option(phrase("masks.nothing"), "done", suggested=case.suggested and not case.offers)


def _marked(case: Case, regions: Regions | None) -> Said | None:
    """What is marked so far: the labels of what was kept, and labels with their regions."""
    if regions is None:
        return None
    kept = ", ".join(dict.fromkeys(case.title(case.called(place)) for place in case.kept))
    parts = [f"✨ {kept}"] if kept else []

    def whole(number: int) -> int:
        return len(regions.parts(number))

    parts += [f"{case.title(label)}: {said(names, whole)}" for label, names in case.marking.layers]
    parts += [f"∅ {said(case.marking.bare, whole)}"] if case.marking.bare else []
    return cut(" · ".join(parts), MARKED) or None
