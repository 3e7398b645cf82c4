"""What nobody may learn from what a page is sent: which items are gold, what was kept back, what others said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Media, Message, Part
from bot.web.bubbles import bubble
from tests.web.marked import ADA, ANNA, BOB, NAMES, House, Json, marked

GOLD = [{"start": 0, "end": 3, "label": "per", "text": "Ada"}]
TEXT = {"data": {"text": "Ada and Bob"}}
SUGGESTED = TEXT | {"suggestion": {"label": {"label": GOLD}}}
THEIRS = {"card", "id", "title"}
"""What differs between any two items: their random names, and their project's."""


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[House]:
    with marked(tmp_path, sqlite_url) as running:
        yield running


def met(house: House, name: str, rows: list[Json], **rules: Any) -> list[Json]:
    """All that the page is sent while somebody marks two items and takes one back."""
    house.add(replace(NAMES, name=name, overlap=9, **rules), rows)
    nonce = house.joins(f"7{len(house.ids)}", name)
    with house.visitor() as page:
        page.enter(card=nonce, init_data=house.init_data(f"7{len(house.ids)}"))
        told = [page.item, page.send(ADA).json(), page.post("undo").json(), page.send([]).json(), page.item]
    return [without_names(one) for one in told]


def without_names(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: without_names(value) for name, value in found.items() if name not in THEIRS}
    return found


def test_gold_is_not_told_from_other_items_on_the_page(house: House) -> None:
    """The same marks on a project all of gold, and on one without any."""
    gold = TEXT | {"state": "gold", "gold": {"label": GOLD}}
    without = met(house, "plain", [TEXT] * 4, gold_share=0.0)
    among = met(house, "golden", [TEXT, TEXT, gold, gold], gold_share=1.0, gold_start=1.0)
    answered = house.rows(
        "SELECT count(*) AS n FROM answers JOIN items ON items.id = item WHERE items.gold IS NOT NULL"
    )
    assert answered[0]["n"] > 0
    assert [set(one) for one in among] == [set(one) for one in without]
    assert among == without


def test_what_is_kept_back_is_not_sent(house: House) -> None:
    """A suggestion that is withheld is as if there was none."""
    without = met(house, "plain", [TEXT] * 3)
    withheld = met(house, "withheld", [SUGGESTED] * 3, withhold=1.0)
    assert withheld == without


def test_what_others_said_is_not_sent_before_ones_own_answer(house: House) -> None:
    house.add(replace(NAMES, overlap=9), [TEXT] * 3)
    first = house.joins(ANNA, "names")
    with house.visitor() as page:
        page.enter(card=first, init_data=house.init_data(ANNA))
        alone = without_names(page.item)
        page.send(ADA)
    second = house.joins(BOB, "names")
    with house.visitor() as page:
        page.enter(card=second, init_data=house.init_data(BOB))
        assert without_names(page.item) == alone


def test_the_name_of_a_file_is_not_sent() -> None:
    told = "gold-cat-17.jpg"
    card = Message(text=(Part("?"),), media=(Media(1, "image", "image/jpeg", "0" * 64, "a picture", name=told),))
    assert told not in str(bubble(card))
