"""What a person has chosen or typed into the fields of a message or a modal, as Slack reports it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.slack_text import Json, as_sent, interactive

ONE_OF = ("static_select", "radio_buttons")
SOME_OF = ("multi_static_select", "checkboxes")
TYPED = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}

Key = tuple[str, str]
Choices = dict[Key, Json]


def options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or [element]
    return [option for group in groups for option in group.get("options", [])]


def option(element: Json, wanted: str) -> Json:
    """The option with that text or value; LookupError names the ones there are."""
    for found in options(element):
        if wanted in (found["text"]["text"], found["value"]):
            return found
    raise LookupError(f"no option {wanted!r} among {[found['text']['text'] for found in options(element)]}")


def chosen(element: Json, wanted: Any) -> Json:
    """The element's state once a person has given it `wanted` (option texts or values, or what they type)."""
    kind = element["type"]
    if kind in ONE_OF or kind == "overflow":
        return {"type": kind, "selected_option": None if wanted is None else option(element, wanted)}
    if kind in SOME_OF:
        names = [wanted] if isinstance(wanted, str) else list(wanted or [])
        most = element.get("max_selected_items") or len(options(element))
        if len(names) > most:
            raise LookupError(f"only {most} may be selected")
        return {"type": kind, "selected_options": [option(element, name) for name in names]}
    return {"type": kind, TYPED[kind]: wanted if wanted != "" else None}


def _initial(element: Json) -> Json:
    kind = element["type"]
    if kind in ONE_OF:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in SOME_OF:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    start = {"datepicker": "initial_date", "timepicker": "initial_time"}.get(kind, "initial_value")
    return {"type": kind, TYPED[kind]: element.get(start)}


def _has_state(element: Json) -> bool:
    return element["type"] in (*ONE_OF, *SOME_OF, *TYPED)


def state(blocks: Sequence[Json], choices: Choices) -> dict[str, Json]:
    """`state.values`: block_id -> action_id -> what stands there now."""
    values: dict[str, Json] = {}
    for block, element in interactive(blocks):
        if _has_state(element):
            now = choices.get((block["block_id"], element["action_id"]), _initial(element))
            values.setdefault(block["block_id"], {})[element["action_id"]] = as_sent(now)
    return values


def field_named(blocks: Sequence[Json], name: str) -> tuple[Json, Json]:
    """The (block, element) a person would call `name`: its label, placeholder, block_id or action_id."""
    found = [(block, element) for block, element in interactive(blocks) if _has_state(element)]
    for block, element in found:
        label = (block.get("label") or {}).get("text")
        hint = (element.get("placeholder") or {}).get("text")
        if name in (label, hint, block["block_id"], element["action_id"]):
            return block, element
    raise LookupError(f"no field {name!r} among {[block['block_id'] for block, _ in found]}")


def fill(blocks: Sequence[Json], choices: Choices, values: Mapping[str, Any]) -> None:
    for name, wanted in values.items():
        block, element = field_named(blocks, name)
        choices[block["block_id"], element["action_id"]] = chosen(element, wanted)


def missing(blocks: Sequence[Json], choices: Choices) -> dict[str, str]:
    """block_id -> complaint of the client itself: it does not send a form with these."""
    found: dict[str, str] = {}
    values = state(blocks, choices)
    for block, element in interactive(blocks):
        if block["type"] != "input":
            continue
        given = [part for key, part in values[block["block_id"]][element["action_id"]].items() if key != "type"]
        complaint = _complaint(block, element, given[0])
        if complaint:
            found[block["block_id"]] = complaint
    return found


def _complaint(block: Json, element: Json, given: Any) -> str:
    if not given:
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] != "plain_text_input":
        return ""
    if len(given) > (element.get("max_length") or 3000):
        return f"Please enter no more than {element.get('max_length') or 3000} characters."
    return "Please enter more characters." if len(given) < (element.get("min_length") or 0) else ""


def field_ids(blocks: Sequence[Json]) -> set[str]:
    """The block_ids an `errors` answer may name: those of input blocks."""
    return {block["block_id"] for block in blocks if block["type"] == "input"}
