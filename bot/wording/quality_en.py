"""The sentences of gold, tests, review, watching and counted work in English."""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "gold.right": "✓ {label} – that is right.",
    "gold.wrong": "You said {label}. Here {gold} is right.",
    "gold.unsure": "You were not sure. Here {gold} is right.",
    "gold.apart": "You said {label}. It is not quite where the right answer is.",
    "gold.make": "⭐ Make gold: {label}",
    "gold.unmake": "No longer gold",
    "gold.is": "⭐ Gold: {label}",
    "gold.made": "⭐ Item {item} is gold now: {label}. It measures people, unseen.",
    "gold.gone": "✓ Item {item} is no longer gold.",
    "gold.not": "That did not work: the item is gold already, or was taken out or set aside.",
    "gold.not_gold": "That item is not gold.",
    "gold.changed": "The answers have changed since. Type {/item} {item} again.",
    "test.begins_again": (
        "Another try for “{title}”: {count} other items to practise on. With {right} right you are in."
    ),
    "test.begins": "Welcome! Before the real items of “{title}” there are {count} to practise on. After each I tell "
    "you whether it was right. With {right} right you are in.",
    "test.count": "Practice: {done} of {count} done.",
    "test.passed": "🎉 {right} of {count} right: you are in. From here on the items are real. Thank you!",
    "test.failed": "{right} of {count} were right, and it takes {needed}. That happens: "
    "the items are tricky, and the admins know of it.",
    "test.failed_alone": "{right} of {count} were right, and it takes {needed}. That happens: "
    "the items are tricky. Ask whoever invited you whether you may try again.",
    "test.admin": "{person} had {right} of {count} right in the test of “{title}”, too few to begin.",
    "test.no_more": "There are too few other gold items for another try.",
    "test.again": "Let them try again",
    "test.in": "Let them in",
    "test.told_again": "✓ {person} may try again, with other items.",
    "test.told_in": "✓ {person} is in.",
    "test.decided": "That is decided already.",
    "test.try_again": "You may try the test of “{title}” again, with other items. Good luck!",
    "test.let_in": "The admins have let you in to “{title}”. Welcome!",
    "item.consensus": "Consensus ({confidence}): {label}",
    "item.likely": "Consensus ({count} of {people}, {percent} % sure): {label}",
    "item.gone": "{label} – no longer in the project",
    "item.decided": "Decided in review: {label}",
    "item.sure": "Consensus {confidence}",
    "item.tie": "No consensus: a tie",
    "item.nobody": "Nobody has answered it yet.",
    "item.which": "Which item? Type its id behind it: {/item} 17. The report and exports name the ids.",
    "item.unknown": "This project has no item “{item}”.",
    "refused.reviewer": "Only reviewers and admins of a project see other people's answers.",
    "review.off": "“{title}” has no review. Its admin can add a [review] table to the project file.",
    "review.waits": "👀 {count} items of “{title}” wait for a reviewer.",
    "review.waits_one": "👀 An item of “{title}” waits for a reviewer.",
    "review.begin": "👀 Review what is in question ({count})",
    "review.disputed": "👀 Review · people differ · {count} waiting · {title}",
    "review.flagged": "👀 Review · flagged · {count} waiting · {title}",
    "review.hint": "Tap what counts. Type a reason first, and people who answered otherwise will read it.",
    "review.hint_again": "Tap what counts. Type again to change your reason.",
    "review.below": "👀 {item}: see below",
    "review.note": "Your reason: “{note}”",
    "review.take": "Take {number}",
    "review.take_merged": "Take the merged one",
    "review.back": "↻ One more answer",
    "review.out": "🗑 Take it out",
    "review.later": "Later",
    "review.undo": "↩ Undo the last one",
    "review.gold": "⭐ Make the last one gold",
    "review.add": "➕ Add its reason to the instructions",
    "review.added": "✓ It is in the instructions now. Copy it into the project file, or the next apply drops it.",
    "review.too_long": "The instructions have no room left for it.",
    "review.saved": "✓ {item}: {label}",
    "review.sent_back": "↻ {item} goes to one more person.",
    "review.undone": "↩ {item} is open again.",
    "review.none": "🎉 Nothing is waiting for review. {/label} brings your own card.",
    "review.left": "Waiting for later, or with other reviewers: {count}. {/review} goes on.",
    "review.moot": "That item was answered anew meanwhile.",
    "review.changed": "Something changed meanwhile. Here it is as it is now.",
    "review.decided": "That one is decided already.",
    "review.said.flag": "⚑",
    "review.said.ask": "💬",
    "review.said.skip": "⏭",
    "review.said.answer": "↪",
    "review.feedback": (
        "👀 A reviewer has looked at an item that you answered in “{title}”: “{item}”\nIt counts as: {label}. "
        "You had said: {mine}. Such items are hard; thank you for your answer."
    ),
    "review.corrected": (
        "👀 A reviewer has changed what I told you of an item in “{title}”: “{item}”\nIt counts as: {label}, and not "
        "as: {before}. You had said: {mine}."
    ),
    "review.right_after_all": (
        "👀 A reviewer has changed what I told you of an item in “{title}”: “{item}”\nIt counts as you had said: "
        "{label}. Sorry for the confusion, and thank you."
    ),
    "review.retracted": (
        "👀 A reviewer has taken back what I told you of an item in “{title}”: “{item}”\nIt no longer counts as: "
        "{label}. There is nothing for you to do."
    ),
    "review.because": "Why: {note}",
    "undo.reviewed": "A reviewer has decided that item by now, so this cannot be undone.",
    "command.review": "Items in question, for reviewers",
    "ask.answered": "💬 The admins of “{title}” on item {item}: {words}",
    "ask.said": "💬 The admins of “{title}” say: {words}",
    "ask.reply": "To ask on, reply to this message.",
    "ask.passed_on": "✓ Your reply is on its way to them.",
    "ask.gone": "They are in the project no more, or cannot be reached.",
    "recall.more": "🔔 There is more to label in “{title}”.",
    "recall.go": "▶ Show me the next one",
    "watch.note": "👁 Please look at the answers of {person} in “{title}”",
    "watch.spammer": (
        "Their answers hardly depend on the item: a score of {score}, where 1 is always right and 0 is guessing; "
        "usual here: {usual}."
    ),
    "watch.careless": ("Of {all} answers {share} ({low} to {high}) are right by those of others; usual here: {usual}."),
    "watch.fast": "{run} answers in a row took {seconds} s each; usual here: {usual} s.",
    "watch.same": "{run} times the same answer in a row; of the others' answers to these items {share} were that.",
    "watch.drift": "They agreed with others in {first} at first and in {last} lately, a fall between {low} and {high}.",
    "watch.gold": "{right} of {all} gold answers are right ({low} to {high}); the others together: {usual}.",
    "watch.few_people": "Too few people to say whose answers want a look: {count} of {least}.",
    "watch.few_answers": "Too few answers to say whose want a look: nobody has given {least} yet.",
    "watch.at": "Look at {person}: {said}",
    "watch.nobody": "Nobody's answers want a look.",
    "watch.look": "Their last answers",
    "watch.serve": "Ask others for their items",
    "watch.pause": "Pause them",
    "watch.dismiss": "All is well",
    "watch.resume": "Let them go on",
    "watch.latest": "The last answers of {person}",
    "watch.served": "✓ {count} answers of {person} are set aside; others are asked.",
    "watch.served_most": "✓ {count} answers of {person} are set aside; others are asked. Tap again for those before.",
    "watch.served_none": "There are no answers of {person} left to ask others for.",
    "watch.paused": "⏸ {person} is paused and was told why.",
    "watch.dismissed": "✓ Noted: all is well with {person}.",
    "watch.resumed": "▶ {person} may go on.",
    "watch.decided": "Somebody has decided that already.",
    "watch.says": "💬 {person}, paused in “{title}”, says: {words}",
    "watch.resume_how": "To let them go on, type where labelbot runs: labelbot people {name} --resume {person}",
    "paused.spammer": (
        "⏸ An admin has paused you in “{title}”: your answers often differ from those of others. "
        "Write here to ask or to explain; the admins read it."
    ),
    "paused.careless": (
        "⏸ An admin has paused you in “{title}”: your answers differ from those of others more often than usual. "
        "Write here to ask or to explain; the admins read it."
    ),
    "paused.fast": (
        "⏸ An admin has paused you in “{title}”: many answers came very fast. "
        "Write here to ask or to explain; the admins read it."
    ),
    "paused.same": (
        "⏸ An admin has paused you in “{title}”: many answers in a row were the same. "
        "Write here to ask or to explain; the admins read it."
    ),
    "paused.drift": (
        "⏸ An admin has paused you in “{title}”: lately your answers differ more from those of others. "
        "Write here to ask or to explain; the admins read it."
    ),
    "paused.gold": (
        "⏸ An admin has paused you in “{title}”: some items whose answer is known were answered wrongly. "
        "Write here to ask or to explain; the admins read it."
    ),
    "paused.other": "⏸ An admin has paused you in “{title}”. Write here to ask or to explain; the admins read it.",
    "paused.because": (
        "⏸ An admin has paused you in “{title}”: “{why}” Write here to ask or to explain; the admins read it."
    ),
    "paused.enough": "I have passed on enough for now. The admins will answer you.",
    "paused.passed_on": "✓ I have passed that on to the admins.",
    "paused.over": "▶ You can go on in “{title}”. Type {/label} for a card.",
    "work.title": "Your work in “{title}”",
    "work.today": "Today: {answers} answered, {time} active",
    "work.week": "Last seven days: {answers} answered, {time} active",
    "work.minutes": "{count} min",
    "work.under": "under a minute",
    "work.accepted": "{count} accepted in review",
    "work.late": "{count} late",
    "work.superseded": "{count} taken back",
    "work.skips": "{count} skipped",
    "work.flags": "{count} flagged",
    "work.newest": "Counted from your newest {count} answers only; the project's owner can count them all.",
    "command.work": "Your work, counted",
}
