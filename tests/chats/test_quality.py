"""Quality work as people meet it in each chat: the adapters and their platforms' fakes, with the bot behind them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.lookout import told
from bot.project import LabelDef, Project, Qualification, Question, Review
from bot.quality.watch import Finding
from storage import people, projects
from storage.database import Transaction, run
from tests.chats.living import PLATFORMS, Living, living

FEELING = Question(
    "label", "How does it sound?", "choice", (LabelDef("positive", "Positive"), LabelDef("negative", "Negative"))
)
REVIEWS = Project("reviews", "Reviews", (FEELING,), gold_share=0.0, withhold=0.0)
KNOWN = [
    {"data": {"text": f"Known {at}"}, "gold": {"label": "positive"}, "explanation": "It is praise."} for at in range(4)
]
REAL = [{"data": {"text": f"Text {at}"}} for at in range(4)]


@pytest.fixture(params=PLATFORMS)
def bot(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Living]:
    with living(request.param, sqlite_url) as running:
        yield running


def project(**rules: object) -> Project:
    return replace(REVIEWS, **rules)  # type: ignore[arg-type]


def test_a_test_is_failed_repeated_and_passed(bot: Living) -> None:
    bot.add(project(qualification=Qualification(items=2, right=2)), *KNOWN, *REAL)
    ada, bo = bot.member("Ada", "admin"), bot.member("Bo")
    assert bo.says_of("With 2 right you are in.")
    bo.taps("Negative")
    assert bo.says_of("You said Negative. Here Positive is right. It is praise.")
    bo.taps("Positive")
    assert bo.says_of("1 of 2 were right, and it takes 2.")
    bo.says("label")
    assert bo.says_of("The admins decide whether you may try again.")
    ada.taps("Let them try again")
    assert bo.says_of("You may try the test of “Reviews” again")
    bo.taps("▶ Reviews")
    assert bo.says_of("Another try for “Reviews”: 2 other items")
    bo.taps("Positive")
    bo.taps("Positive")
    assert bo.says_of("🎉 2 of 2 right: you are in.")
    assert bo.says_of("Text 1")


def test_an_admin_replies_to_a_question_and_is_asked_on(bot: Living) -> None:
    bot.add(REVIEWS, *REAL)
    ada, bo = bot.member("Ada", "admin"), bot.member("Bo")
    bo.taps("⋯")
    bo.taps("Ask about this item")
    bo.types("Is irony negative?")
    assert ada.says_of("A reply to this message goes back to them.")
    ada.replies("Is irony negative?", "Yes, it is.")
    assert ada.says_of("✓ Your reply is on its way to them.")
    assert bo.says_of("💬 The admins of “Reviews” on item reviews-1: Yes, it is.")
    bo.replies("Yes, it is.", "Sarcasm too?")
    assert ada.says_of("Sarcasm too?")
    bo.taps("Negative")
    assert bo.says_of("✓ Negative")


def test_who_was_told_that_nothing_is_left_is_called_back(bot: Living) -> None:
    bot.add(REVIEWS)
    bo = bot.member("Bo")
    bot.add(REVIEWS, *REAL)
    bot.wait(minutes=16)
    assert bo.says_of("🔔 There is more to label in “Reviews”.")
    bo.taps("Show me the next one")
    bo.taps("Negative")
    assert bo.says_of("✓ Negative")


def test_who_is_paused_hears_why_and_answers_and_goes_on(bot: Living) -> None:
    bot.add(REVIEWS, *REAL)
    ada, bo = bot.member("Ada", "admin"), bot.member("Bo")
    bo.taps("Positive")
    _notes(bot, "Bo", Finding("fast", {"run": 25, "seconds": 0.4, "usual": 4.0}))
    assert ada.says_of("25 answers in a row took 0.40 s each; usual here: 4.00 s.")
    ada.taps("Their last answers")
    assert ada.says_of("reviews-1: Positive")
    ada.taps("Pause them")
    assert bo.says_of("An admin has paused you in “Reviews”: many answers came very fast.")
    bo.taps("Negative")
    assert bo.hears("An admin has paused you")
    bo.types("My phone was in my pocket")
    assert bo.says_of("✓ I have passed that on to the admins.")
    assert ada.says_of("says: My phone was in my pocket")
    ada.taps("Let them go on")
    assert bo.says_of("▶ You can go on in “Reviews”.")
    bo.says("label")
    bo.taps("Negative")
    assert bo.says_of("✓ Negative")


def _notes(bot: Living, name: str, found: Finding) -> None:
    """What the daily look finds, as it reaches the admins."""

    def raised(tx: Transaction) -> None:
        project = projects.named(tx, "reviews").id
        who = next(one.id for one in people.roster(tx, project) if one.name.casefold() == name.casefold())
        for account, admin, message in told(tx, project, "Reviews", ((who, found),), people.admins(tx, project)):
            bot.sends(tx, account, admin, message)

    run(bot.database, raised)
    bot.delivers()


def test_who_is_not_sure_says_so_with_one_tap_and_takes_it_back(bot: Living) -> None:
    bot.add(project(unsure=True), *REAL)
    bo = bot.member("Bo")
    bo.taps("🤷 Not sure")
    assert bo.says_of("✓ 🤷 Not sure")
    assert bo.says_of("Text 1")
    bo.taps("↩")
    bo.taps("Positive")
    bo.says("help")
    assert bo.says_of("🤷 says that you are not sure: an honest answer, and others decide")


def test_a_reviewer_decides_and_who_had_answered_otherwise_hears_why(bot: Living) -> None:
    bot.add(project(overlap=2, review=Review()), REAL[0])
    bo, cleo, rita = bot.member("Bo"), bot.member("Cleo"), bot.member("Rita", "reviewer")
    bo.taps("Positive")
    cleo.taps("Negative")
    rita.says("help")
    rita.taps("👀 Review what is in question (1)")
    assert rita.says_of("No consensus: a tie")
    assert rita.buttons == ["Positive", "Negative", "↻ One more answer", "Later"]
    rita.types("It says so.")
    rita.taps("Positive")
    assert rita.says_of("✓ reviews-0: Positive")
    assert rita.buttons == ["↩ Undo the last one", "⭐ Make the last one gold", "➕ Add its reason to the instructions"]
    rita.taps("➕ Add its reason")
    assert rita.hears("✓ It is in the instructions now.")
    bot.wait(minutes=4)
    assert cleo.says_of("It counts as: Positive. You had said: Negative.")
    assert cleo.says_of("Why: It says so.")
    assert not bo.says_of("👀")
    rita.taps("↩ Undo the last one")
    rita.taps("Negative")
    bot.wait(minutes=4)
    assert cleo.says_of("It counts as you had said: Negative.")
    assert bo.says_of("It counts as: Negative. You had said: Positive.")
    rita.taps("⭐ Make the last one gold")
    assert rita.says_of("⭐ Item reviews-0 is gold now: Negative.")


def test_the_longest_titles_labels_explanations_and_reasons_are_taken(bot: Living) -> None:
    """What a platform refuses fails the test at its end."""
    labels = tuple(LabelDef(f"l{at}", f"Label {at}" + " goes on" * 9) for at in range(6))
    asked = (
        Question("label", "Which of them? " * 20, "choice", labels),
        Question("said", "What is said? " * 20, "transcript"),
    )
    rules = {"title": "A title " * 15, "overlap": 2, "review": Review(), "qualification": Qualification(1, 1)}
    gold = {"gold": {"label": "l1", "said": "word " * 200}, "explanation": "Because " * 480}
    bot.add(
        project(questions=asked, instructions="Look. " * 600, **rules),
        {"data": {"text": "😀" * 3000}} | gold,
        {"data": {"text": "x" * 6000}},
    )
    ada, bo = bot.member("Ada", "admin"), bot.member("Bo")
    bo.taps("Label 2")
    bo.types("other " * 200)
    assert bo.says_of("Here Label 1")
    ada.taps("Let them in")
    ada.says("label")
    bo.says("label")
    for seat, number, words in ((ada, 4, "one " * 300), (bo, 5, "two " * 300)):
        seat.taps(f"Label {number}")
        seat.types(words)
    ada.says("review")
    ada.types("reason " * 100)
    ada.taps("Label 4")
    ada.taps("Take 1")
    assert ada.says_of("✓ reviews-1: Label 4")
    bot.wait(minutes=4)
    assert bo.says_of("It counts as: Label 4")
    ada.says("item", "reviews-1")
    assert ada.says_of("Decided in review: Label 4")
    bo.says("help")
