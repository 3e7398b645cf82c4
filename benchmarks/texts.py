"""Word error rate of merged transcripts on public crowd answers (CrowdSpeech, test-clean).

Run: python -m benchmarks.texts [folder that holds crowdspeech-test-clean/, else LABELBOT_CROWD_DATA]
"""

import csv
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from benchmarks.measuring import Figure, table
from bot.quality.consensus import medoid
from bot.quality.measures import edit_distance_ratio
from bot.quality.rover import aggregate_texts, merge_texts

SET = "crowdspeech-test-clean"
Answers = dict[str, list[tuple[str, str]]]


def read(folder: Path) -> tuple[Answers, dict[str, str]]:
    """(worker, text) pairs of each item, and the items' true texts."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["item"]: row["truth"] for row in csv.DictReader(file)}
    answers: Answers = {item: [] for item in truth}
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            # In the public files texts of two lines have become two rows, the second without an item (404 of them).
            if row["item"] in truth:
                answers[row["item"]].append((row["worker"], row["text"]))
    return answers, truth


def spoken(text: str) -> list[str]:
    """Words as the true texts are written: lower case, letters and apostrophes only. A hyphen parts words."""
    lower = re.sub("[’´`]", "'", text.lower())
    return re.sub("[^a-z' ]", "", re.sub(r"[-/\s]", " ", lower)).split()


def word_error_rate(merged: Mapping[str, str], truth: Mapping[str, str]) -> float:
    """Edits of all items ÷ words of all true texts."""
    wrong = sum(Levenshtein.distance(spoken(merged[item]), spoken(text)) for item, text in truth.items())
    return wrong / sum(len(spoken(text)) for text in truth.values())


def nearest(answers: Answers) -> dict[str, str]:
    """What the live preview shows; of those that tie, the first."""
    found = {item: medoid([text for _, text in given], edit_distance_ratio) for item, given in answers.items()}
    return {item: one.value if one.value is not None else one.tie[0] for item, one in found.items()}


def unweighted(answers: Answers) -> dict[str, str]:
    return {item: merge_texts([text for _, text in given])[0] for item, given in answers.items()}


def weighted(answers: Answers) -> dict[str, str]:
    return {item: text for item, (text, _) in aggregate_texts(answers).items()}


WAYS = (
    ("text nearest to all others", nearest, ""),
    ("words voted on (ROVER)", unweighted, ""),
    ("words voted on, people weighed", weighted, "≤ .0665"),
)


def figures(data: str = "") -> list[Figure]:
    """None without the data, which does not come with the repository."""
    folder = Path(data or os.environ.get("LABELBOT_CROWD_DATA", "")) / SET
    if not (data or "LABELBOT_CROWD_DATA" in os.environ) or not folder.is_dir():
        print(f"texts: no {SET} in the folder that LABELBOT_CROWD_DATA names", file=sys.stderr)  # noqa: T201
        return []
    answers, truth = read(folder)
    made = []
    for name, merge, goal in WAYS:
        began = time.perf_counter()
        rate = word_error_rate(merge(answers), truth)
        spent = f"{time.perf_counter() - began:.1f} s"
        said = f"{sum(map(len, answers.values()))} texts in {spent}"
        made.append(Figure(f"word error rate, {name}", f"{rate:.4f}"[1:], said, goal=goal))
    return made


if __name__ == "__main__":
    print(table(figures(*sys.argv[1:2])))  # noqa: T201
