"""Coming in and moving about: invites, strangers, the choice of a project, stats, help and stop."""

from dataclasses import replace
from datetime import timedelta

from bot import finishing, serving
from bot.buttons import Pressed
from bot.characters import cut, storable
from bot.chat import FromPerson, Message, Opened, Part, Row, Text
from bot.draft import load
from bot.face import BLANK, Former, joined, place
from bot.labels import LABEL_TYPES
from bot.project import LabelDef, Project, Question
from bot.turn import Turn, plain
from bot.wording import LANGUAGES, Phrase, phrase, say
from storage import answers, cards, idle, people, projects, queue
from storage.database import Transaction
from storage.people import Person

RANK = {role: rank for rank, role in enumerate(people.ROLES)}
HELP_LENGTH = 3600
"""Characters, so that the platforms' messages (4096) bear it."""
INSTRUCTIONS_LENGTH = 1200
"""Long instructions leave room for what the labels mean."""
NAME_LENGTH = 80
UNNAMED = frozenset(say(language, phrase("join.unnamed")) for language in LANGUAGES)
"""What somebody is called whose platform has not told their name yet."""


class WrongCode(ValueError):
    """An invite that is wrong, used up or expired, or tried too often; the message is a wording key."""


def let_in(tx: Transaction, event: FromPerson, known: Person | None, code: str) -> tuple[Person, int | None]:
    """Spends an invite: (the person, made if new; the project it led to). Raises WrongCode."""
    if people.guessed_too_often(tx, event.account, event.user):
        raise WrongCode("join.too_often")
    spent = people.spend(tx, code)
    if spent is None:
        people.may_guess(tx, event.account, event.user)
        raise WrongCode("join.wrong")
    project, role = spent
    language = event.language or _language(tx, project)
    name = name_in(event) or say(language, phrase("join.unnamed"))
    person = known or people.welcome(tx, event.account, event.user, event.chat, name, language)
    if project is None:
        people.make_owner(tx, person.id)
    else:
        _give_role(tx, project, person.id, role)
        people.choose(tx, person.id, project)
    people.record(tx, person.id, project, "join", {"role": role})
    return people.met(tx, event.account, event.user) or person, project


def _language(tx: Transaction, project: int | None) -> str:
    """The project's: a chat that may not look into people's profiles, as Slack, does not tell which one they speak."""
    if project is None:
        return ""
    row = projects.by_id(tx, project)
    return str(projects.config_of(tx, row.id, row.version)["language"])


def name_in(event: FromPerson) -> str:
    return storable(event.name).strip()[:NAME_LENGTH]


def learn_name(tx: Transaction, event: FromPerson, person: Person) -> Person:
    """What somebody types may come without their name: a later event has it."""
    name = name_in(event)
    if person.name not in UNNAMED or not name:
        return person
    people.rename(tx, person.id, name)
    return replace(person, name=name)


def other_way(turn: Turn, code: str) -> Phrase | None:
    """What to say of an invite to a project that may not be shown in this chat: it is not used up."""
    led = people.leads_to(turn.tx, code)
    if led is None or led[0] is None:
        return None
    row = projects.by_id(turn.tx, led[0])
    return None if serving.may_show(turn, row.id, row.version) else serving.not_here(turn, row.id, row.version)


def known_way(turn: Turn, code: str) -> bool:
    """Whether the invite gives the person nothing new: then it is not used up, and just leads there."""
    led = people.leads_to(turn.tx, code)
    if led is None:
        return False
    project, role = led
    if project is None:
        has_it = turn.person.owner
    else:
        has = people.role(turn.tx, project, turn.person.id)
        has_it = has is not None and RANK[has] >= RANK[role]
    if has_it:
        choose(turn) if project is None else enter(turn, project)
    return has_it


def _give_role(tx: Transaction, project: int, person: int, role: str) -> None:
    """An invite never takes a higher role away."""
    has = people.role(tx, project, person)
    if has is None or RANK[has] < RANK[role]:
        people.set_role(tx, project, person, role)


def greet(turn: Turn, project: int | None) -> None:
    """Says where somebody has arrived, and shows the first card."""
    if project is None:
        turn.tell(_welcome(turn, "owner"))
        choose(turn)
        return
    row = projects.by_id(turn.tx, project)
    schema = turn.schema(row.id, row.version)
    queue.unskip(turn.tx, project, min(schema.skip_limit, people.active(turn.tx, project)))
    turn.tell(_welcome(turn, "welcome", title=schema.title))
    enter(turn, project)


def _welcome(turn: Turn, who: str, **fields: object) -> Phrase:
    if turn.person.name in UNNAMED:
        return phrase(f"join.nameless.{who}", **fields)
    return phrase(f"join.{who}", name=turn.person.name, **fields)


def role_in(turn: Turn, project: int) -> str | None:
    """The owner of the installation has every project, and becomes a member of one by labeling in it."""
    role = people.role(turn.tx, project, turn.person.id)
    if role is None and turn.person.owner:
        people.set_role(turn.tx, project, turn.person.id, "owner")
        return "owner"
    return role


def enter(turn: Turn, project: int) -> None:
    """Shows the person's card in a project they have a role in; default deny."""
    if role_in(turn, project) is None:
        turn.tell(phrase("refused.project"))
        return
    people.choose(turn.tx, turn.person.id, project)
    idle.came(turn.tx, project, turn.person.id)
    serving.serve(turn, project, former=left_behind(turn, project))


def left_behind(turn: Turn, project: int) -> Former | None:
    """The card that stands there already: its message loses its buttons."""
    card = cards.open_card(turn.tx, turn.person.id)
    if card is not None:
        return Former(card, "" if card.project == project else turn.say(phrase("card.aside")))
    card = cards.newest(turn.tx, turn.person.chat, turn.person.id)
    return Former(card, turn.say(phrase("card.expired"))) if card is not None and card.state == "expired" else None


def label(turn: Turn, name: str) -> None:
    """`/label [project]`: the card in hand, the project named, the only one there is, or a choice."""
    if name:
        project = _named(turn, name.strip())
        if project is None:
            turn.tell(phrase("refused.no_project", name=storable(name.strip())[:80]), _choices(turn))
        else:
            enter(turn, project)
        return
    card = cards.open_card(turn.tx, turn.person.id)
    here = turn.person.project if card is None else card.project
    if here is not None and role_in(turn, here) is not None:
        enter(turn, here)
    else:
        choose(turn)


def look_in(turn: Turn) -> None:
    """Somebody is there again: a card, if there is one; the last words they read are not said a second time."""
    here = turn.person.project
    if here is None or role_in(turn, here) is None:
        return
    seat = projects.seat(turn.tx, here, turn.person.id)
    card = serving.next_card(turn, seat) if serving.may_show(turn, here, seat.project.version) else None
    if card is not None:
        idle.came(turn.tx, here, turn.person.id)
        serving.show(turn, card, load(card.draft))


def _named(turn: Turn, name: str) -> int | None:
    """The person's project of that name or title; others are not told from ones that do not exist."""
    for project in _projects(turn):
        row = projects.by_id(turn.tx, project)
        if name.casefold() in (row.name, turn.schema(row.id, row.version).title.casefold()):
            return project
    return None


def choose(turn: Turn) -> None:
    """The person's projects as buttons; the only one at once."""
    found = _projects(turn)
    if len(found) == 1:
        enter(turn, found[0])
    elif not found:
        turn.tell(_no_project(turn))
    else:
        turn.tell(phrase("projects.choose"), _choices(turn))


def _no_project(turn: Turn) -> Phrase:
    return phrase("projects.none_owner" if turn.person.owner else "projects.none")


def _projects(turn: Turn) -> list[int]:
    if turn.person.owner:
        return [row.id for row in projects.every(turn.tx)]
    return [member.project for member in people.memberships(turn.tx, turn.person.id)]


def _choices(turn: Turn) -> tuple[Row, ...]:
    return tuple((finishing.project_button(turn, project),) for project in _projects(turn)[:30])


def home(turn: Turn, event: Opened) -> None:
    """A platform's home place: projects with progress, each with a way to start."""
    parts: list[Part] = [Part(turn.say(phrase("home.title")) + "\n", "bold")]
    rows: list[Row] = []
    for project in _projects(turn)[:20]:
        row = projects.by_id(turn.tx, project)
        member = people.membership(turn.tx, project, turn.person.id)
        done = 0 if member is None else member.answered
        title = turn.schema(row.id, row.version).title
        parts.append(Part("\n" + turn.say(phrase("home.project", title=title, done=done, total=row.total))))
        rows.append((turn.button("home.start", Pressed("", project, "p"), title=title),))
    if not rows:
        parts.append(Part(turn.say(_no_project(turn))))
    turn.send_to_new(turn.account, event.user, Message(text=tuple(parts), kind="home", buttons=tuple(rows)))


def stats(turn: Turn) -> None:
    """A person's own figures, by project."""
    members = people.memberships(turn.tx, turn.person.id)
    if not members:
        turn.tell(_no_project(turn) if not _projects(turn) else phrase("projects.none"))
        return
    parts: list[Part] = [Part(turn.say(phrase("stats.title")), "bold")]
    for member in members:
        row = projects.by_id(turn.tx, member.project)
        today, seconds = answers.today(turn.tx, turn.person.id, row.id, turn.tx.now - timedelta(hours=24))
        said = phrase(
            "stats.project",
            title=turn.schema(row.id, row.version).title,
            done=member.answered,
            total=row.total,
            today=today,
        )
        parts.append(Part("\n" + turn.say(said)))
        parts.append(Part(finishing.pace(turn, seconds)))
    turn.post(Message(text=tuple(parts)))


def stop(turn: Turn) -> None:
    """Lays everything down: items go back to the others; what is begun waits as long as its lease."""
    card = cards.open_card(turn.tx, turn.person.id)
    if card is not None:
        serving.lay_down(turn, card)
        if not load(card.draft).touched:
            while (parked := cards.parked(turn.tx, turn.person.id, card.project)) is not None:
                queue.release(turn.tx, parked)
    message = Message(text=plain(turn.say(phrase("stop.done"))))
    turn.post(place(turn, message, None, None if card is None else Former(card)))


def help_text(turn: Turn, project: Project | None, *, reviews: bool = False) -> Text:
    """What to do, in general or with the labels of a project, their meanings and examples; and for who `reviews`."""
    if project is None:
        return plain(turn.say(phrase("help.general")))
    blocks: list[Text] = [(Part(project.title, "bold"),)]
    if project.instructions:
        blocks.append(plain(cut(project.instructions.strip(), INSTRUCTIONS_LENGTH)))
    for question in project.questions:
        blocks += _question_help(turn, project, question)
    keys = ["help.card"] + ["help.unsure"] * project.unsure + ["help.reviewer"] * reviews
    return (*_short(joined(blocks)), BLANK, Part("\n".join(turn.say(phrase(key)) for key in keys), "quiet"))


def _question_help(turn: Turn, project: Project, question: Question) -> list[Text]:
    blocks: list[Text] = [] if project.single else [(Part(question.title, "bold"),)]
    if not question.labels:
        return [*blocks, plain(turn.say(phrase(f"help.{LABEL_TYPES[question.type].NAME}")))]
    return blocks + [_label_help(turn, each) for each in question.labels]


def _label_help(turn: Turn, each: LabelDef) -> Text:
    parts = [Part(each.title, "bold")]
    if each.help:
        parts.append(Part(f"\n{each.help}"))
    if each.examples:
        parts.append(Part("\n" + turn.say(phrase("help.example", example=each.examples[0])), "italic"))
    return tuple(parts)


def _short(parts: Text) -> Text:
    kept: list[Part] = []
    room = HELP_LENGTH
    for part in parts:
        if room <= 0:
            kept.append(Part("…"))
            break
        kept.append(Part(part.text[:room], part.style))
        room -= len(part.text)
    return tuple(kept)
