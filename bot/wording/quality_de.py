"""The sentences of gold, tests, review, watching and counted work in German."""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "gold.right": "✓ {label} – das stimmt.",
    "gold.wrong": "Deine Antwort: {label}. Hier ist {gold} richtig.",
    "gold.unsure": "Du warst nicht sicher. Hier ist {gold} richtig.",
    "gold.apart": "Deine Antwort: {label}. Sie liegt nicht ganz dort, wo die richtige liegt.",
    "gold.make": "⭐ Zu Gold machen: {label}",
    "gold.unmake": "Nicht mehr Gold",
    "gold.is": "⭐ Gold: {label}",
    "gold.made": "⭐ Eintrag {item} ist jetzt Gold: {label}. Er misst die Leute, ohne dass sie es sehen.",
    "gold.gone": "✓ Eintrag {item} ist kein Gold mehr.",
    "gold.not": "Das ging nicht: Der Eintrag ist schon Gold, herausgenommen oder beiseitegelegt.",
    "gold.not_gold": "Dieser Eintrag ist kein Gold.",
    "gold.changed": "Die Antworten haben sich seitdem geändert. Schreibe noch einmal {/item} {item}.",
    "test.begins_again": (
        "Noch ein Versuch für „{title}“: {count} andere Einträge zum Üben. Mit {right} richtigen bist du dabei."
    ),
    "test.begins": "Willkommen! Vor den echten Einträgen von „{title}“ kommen {count} zum Üben. Nach jedem sage ich "
    "dir, ob er richtig war. Mit {right} richtigen bist du dabei.",
    "test.count": "Übung: {done} von {count} geschafft.",
    "test.passed": "🎉 {right} von {count} richtig: Du bist dabei. Ab hier sind die Einträge echt. Danke!",
    "test.failed": "{right} von {count} waren richtig, nötig sind {needed}. Das kommt vor: "
    "Die Einträge sind knifflig, und die Admins wissen Bescheid.",
    "test.failed_alone": "{right} von {count} waren richtig, nötig sind {needed}. Das kommt vor: "
    "Die Einträge sind knifflig. Frag, wer dich eingeladen hat, ob du es noch einmal versuchen darfst.",
    "test.admin": "{person} hatte im Test von „{title}“ {right} von {count} richtig, zu wenige für den Anfang.",
    "test.no_more": "Für einen weiteren Versuch gibt es zu wenige andere Gold-Einträge.",
    "test.again": "Noch einmal versuchen lassen",
    "test.in": "Hereinlassen",
    "test.told_again": "✓ {person} darf es mit anderen Einträgen noch einmal versuchen.",
    "test.told_in": "✓ {person} ist dabei.",
    "test.decided": "Das ist schon entschieden.",
    "test.try_again": "Du darfst den Test von „{title}“ mit anderen Einträgen noch einmal versuchen. Viel Erfolg!",
    "test.let_in": "Die Admins haben dich in „{title}“ hereingelassen. Willkommen!",
    "item.consensus": "Konsens ({confidence}): {label}",
    "item.likely": "Konsens ({count} von {people}, zu {percent} % sicher): {label}",
    "item.gone": "{label} – nicht mehr im Projekt",
    "item.decided": "In der Prüfung entschieden: {label}",
    "item.sure": "Konsens {confidence}",
    "item.tie": "Kein Konsens: unentschieden",
    "item.nobody": "Noch niemand hat geantwortet.",
    "item.which": "Welcher Eintrag? Schreibe seine Id dahinter: {/item} 17. Bericht und Exporte nennen die Ids.",
    "item.unknown": "Dieses Projekt hat keinen Eintrag „{item}“.",
    "refused.reviewer": "Nur Reviewer und Admins eines Projekts sehen die Antworten anderer.",
    "review.off": "„{title}“ hat keine Prüfung. Sein Admin kann die Tabelle [review] in die Projektdatei schreiben.",
    "review.waits": "👀 {count} Einträge in „{title}“ warten auf eine Durchsicht.",
    "review.waits_one": "👀 Ein Eintrag in „{title}“ wartet auf eine Durchsicht.",
    "review.begin": "👀 Strittiges prüfen ({count})",
    "review.disputed": "👀 Prüfung · Antworten gehen auseinander · offen: {count} · {title}",
    "review.flagged": "👀 Prüfung · gemeldet · offen: {count} · {title}",
    "review.hint": "Tippe auf das, was gilt. Schreibe vorher einen Grund: Wer anders geantwortet hat, liest ihn.",
    "review.hint_again": "Tippe auf das, was gilt. Schreibe noch einmal, um deinen Grund zu ändern.",
    "review.below": "👀 {item}: siehe unten",
    "review.note": "Dein Grund: „{note}“",
    "review.take": "Nimm {number}",
    "review.take_merged": "Nimm das Gemeinsame",
    "review.back": "↻ Noch eine Antwort",
    "review.out": "🗑 Herausnehmen",
    "review.later": "Später",
    "review.undo": "↩ Letzte zurücknehmen",
    "review.gold": "⭐ Letzte zu Gold machen",
    "review.add": "➕ Deren Grund in die Anleitung",
    "review.added": (
        "✓ Es steht jetzt in der Anleitung. Übernimm es in die Projektdatei, sonst fällt es beim nächsten apply weg."
    ),
    "review.too_long": "In der Anleitung ist dafür kein Platz mehr.",
    "review.saved": "✓ {item}: {label}",
    "review.sent_back": "↻ {item} geht an noch jemanden.",
    "review.undone": "↩ {item} ist wieder offen.",
    "review.none": "🎉 Nichts wartet auf Prüfung. {/label} bringt deine eigene Karte.",
    "review.left": "Für später oder bei anderen Reviewern: {count}. {/review} macht weiter.",
    "review.moot": "Dieser Eintrag wurde inzwischen neu beantwortet.",
    "review.changed": "Inzwischen hat sich etwas geändert. So steht es jetzt.",
    "review.decided": "Das ist schon entschieden.",
    "review.said.flag": "⚑",
    "review.said.ask": "💬",
    "review.said.skip": "⏭",
    "review.said.answer": "↪",
    "review.feedback": (
        "👀 Ein Reviewer hat sich einen Eintrag angesehen, den du in „{title}“ beantwortet hast: „{item}“\n"
        "Es gilt: {label}. Du hattest gesagt: {mine}. Solche Einträge sind schwer; danke für deine Antwort."
    ),
    "review.corrected": (
        "👀 Ein Reviewer hat geändert, was ich dir zu einem Eintrag in „{title}“ gesagt habe: „{item}“\n"
        "Es gilt: {label}, und nicht: {before}. Du hattest gesagt: {mine}."
    ),
    "review.right_after_all": (
        "👀 Ein Reviewer hat geändert, was ich dir zu einem Eintrag in „{title}“ gesagt habe: „{item}“\n"
        "Es gilt, was du gesagt hattest: {label}. Entschuldige das Hin und Her, und danke."
    ),
    "review.retracted": (
        "👀 Ein Reviewer hat zurückgenommen, was ich dir zu einem Eintrag in „{title}“ gesagt habe: „{item}“\n"
        "Es gilt nicht mehr: {label}. Du brauchst nichts zu tun."
    ),
    "review.because": "Warum: {note}",
    "undo.reviewed": "Ein Reviewer hat diesen Eintrag inzwischen entschieden, das bleibt so.",
    "command.review": "Strittige Einträge, für Reviewer",
    "ask.answered": "💬 Die Admins von „{title}“ zu Eintrag {item}: {words}",
    "ask.said": "💬 Die Admins von „{title}“ sagen: {words}",
    "ask.reply": "Um weiterzufragen, antworte auf diese Nachricht.",
    "ask.passed_on": "✓ Deine Antwort ist unterwegs.",
    "ask.gone": "Die Person ist nicht mehr im Projekt oder nicht zu erreichen.",
    "recall.more": "🔔 In „{title}“ gibt es wieder etwas zu tun.",
    "recall.go": "▶ Den nächsten zeigen",
    "watch.note": "👁 Bitte sieh dir die Antworten von {person} in „{title}“ an",
    "watch.spammer": (
        "Die Antworten hängen kaum vom Eintrag ab: {score} Punkte, wo 1 immer richtig und 0 geraten ist; "
        "üblich sind hier {usual}."
    ),
    "watch.careless": (
        "Von {all} Antworten sind nach denen anderer {share} ({low} bis {high}) richtig; üblich sind hier {usual}."
    ),
    "watch.fast": "{run} Antworten nacheinander dauerten je {seconds} s; üblich sind hier {usual} s.",
    "watch.same": (
        "{run}-mal nacheinander dieselbe Antwort; von den Antworten anderer auf diese Einträge waren es {share}."
    ),
    "watch.drift": "Übereinstimmung mit anderen: anfangs {first}, zuletzt {last}, um {low} bis {high} gefallen.",
    "watch.gold": "{right} von {all} Goldantworten sind richtig ({low} bis {high}); die anderen zusammen: {usual}.",
    "watch.few_people": "Zu wenige, um zu sagen, wessen Antworten auffallen: {count} von {least} Leuten.",
    "watch.few_answers": "Zu wenige Antworten, um Auffälliges zu nennen: Noch niemand hat {least} gegeben.",
    "watch.at": "{person} ansehen: {said}",
    "watch.nobody": "Niemandes Antworten fallen auf.",
    "watch.look": "Letzte Antworten",
    "watch.serve": "Andere danach fragen",
    "watch.pause": "Pausieren",
    "watch.dismiss": "Alles in Ordnung",
    "watch.resume": "Weitermachen lassen",
    "watch.latest": "Die letzten Antworten von {person}",
    "watch.served": "✓ {count} Antworten von {person} zählen nicht mehr, andere werden gefragt.",
    "watch.served_most": (
        "✓ {count} Antworten von {person} zählen nicht mehr, andere werden gefragt. Tippe noch einmal für die davor."
    ),
    "watch.served_none": "Von {person} ist keine Antwort mehr da, nach der andere zu fragen wären.",
    "watch.paused": "⏸ {person} ist pausiert und weiß, warum.",
    "watch.dismissed": "✓ Vermerkt: mit {person} ist alles in Ordnung.",
    "watch.resumed": "▶ {person} darf weitermachen.",
    "watch.decided": "Das hat schon jemand entschieden.",
    "watch.says": "💬 {person}, pausiert in „{title}“, sagt: {words}",
    "watch.resume_how": "Wieder zulassen, wo labelbot läuft: labelbot people {name} --resume {person}",
    "paused.spammer": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: Deine Antworten weichen oft von denen anderer ab. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.careless": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: Deine Antworten weichen öfter als üblich von denen anderer ab. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.fast": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: Viele Antworten kamen sehr schnell. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.same": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: Viele Antworten nacheinander waren gleich. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.drift": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: Zuletzt weichen deine Antworten öfter von denen anderer ab. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.gold": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: Bei einigen Einträgen mit bekannter Antwort lagst du daneben. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.other": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert. "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.because": (
        "⏸ Ein Admin hat dich in „{title}“ pausiert: „{why}“ "
        "Schreibe hier, wenn du fragen oder etwas erklären willst; die Admins lesen es."
    ),
    "paused.enough": "Fürs Erste habe ich genug weitergegeben. Die Admins antworten dir.",
    "paused.passed_on": "✓ Das habe ich an die Admins weitergegeben.",
    "paused.over": "▶ In „{title}“ geht es weiter. {/label} bringt eine Karte.",
    "work.title": "Deine Arbeit in „{title}“",
    "work.today": "Heute: {answers} beantwortet, {time} aktiv",
    "work.week": "Die letzten sieben Tage: {answers} beantwortet, {time} aktiv",
    "work.minutes": "{count} min",
    "work.under": "unter einer Minute",
    "work.accepted": "{count} von der Prüfung bestätigt",
    "work.late": "{count} zu spät",
    "work.superseded": "{count} zurückgenommen",
    "work.skips": "{count} übersprungen",
    "work.flags": "{count} gemeldet",
    "work.newest": "Nur aus deinen neuesten {count} Antworten gezählt; wer das Projekt leitet, kann alle zählen.",
    "command.work": "Deine Arbeit, gezählt",
}
