// A text as people mark it: its paragraphs, words and letters, and the way between places in a JavaScript string
// (UTF-16, used inside the page) and code points of the original text (used in records).
const ENDS = /\r\n|[\n\r\u2028\u2029]/g;
const WORDY = /^[\p{L}\p{M}\p{N}_]/u;
const JOINED = /^\p{M}/u;
// Scripts that put no space between words: there every letter may begin a word.
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;
const BLANK = /^\s+$/u;

export class Text {
  constructor(text, language) {
    this.text = text;
    this.points = pointsOf(text);
    this.cutters = { word: cutter("word", language), grapheme: cutter("grapheme", language) };
    this.paragraphs = paragraphsOf(text);
    this.known = { word: new Map(), grapheme: new Map() };
  }

  // Of a place in the string the number of code points before it; and back.
  toPoint(at) {
    if (!this.points) return at;
    let [low, high] = [0, this.points.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.points[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  fromPoint(point) {
    return this.points ? this.points[Math.min(point, this.points.length - 1)] : Math.min(point, this.text.length);
  }

  // The pieces of a paragraph by kind, "word" or "grapheme", as [{start, end, blank}].
  units(paragraph, kind) {
    const known = this.known[kind];
    if (!known.has(paragraph)) known.set(paragraph, this.cut(paragraph, kind));
    return known.get(paragraph);
  }

  cut({ start, end }, kind) {
    const pieces = this.cutters[kind](this.text.slice(start, end));
    return pieces.map(([at, piece]) => ({ start: start + at, end: start + at + piece.length, blank: BLANK.test(piece) }));
  }

  paragraphAt(at) {
    return this.paragraphs.findLast(({ start }) => start <= at) ?? this.paragraphs[0];
  }

  // The unit at a place; at the end of a paragraph the last one.
  unitAt(at, kind) {
    const units = this.units(this.paragraphAt(at), kind);
    return units.find(({ end }) => end > at) ?? units.at(-1) ?? null;
  }

  // The next unit that is not blank, `by` 1 or -1 from a place.
  beside(at, by, kind) {
    const here = this.paragraphs.indexOf(this.paragraphAt(at));
    for (let index = here; index >= 0 && index < this.paragraphs.length; index += by) {
      const units = this.units(this.paragraphs[index], kind).filter(({ blank }) => !blank);
      const found = by > 0 ? units.find(({ start }) => start >= at) : units.findLast(({ end }) => end <= at);
      if (found) return found;
    }
    return null;
  }

  // Without the blanks around.
  trimmed(start, end) {
    const inner = this.text.slice(start, end);
    const from = start + inner.length - inner.trimStart().length;
    return inner.trim() ? { start: from, end: from + inner.trim().length } : null;
  }

  // Every other place where the same words stand.
  repeats(start, end) {
    const wanted = this.text.slice(start, end);
    const found = [];
    for (let at = this.text.indexOf(wanted); at !== -1; ) {
      const next = at + wanted.length;
      const apart = next <= start || at >= end;
      const fits = apart && this.free(at) && this.free(next);
      if (fits) found.push({ start: at, end: next });
      at = this.text.indexOf(wanted, fits ? next : at + 1);
    }
    return found;
  }

  // Whether a word may begin or end at this place.
  free(at) {
    const before = lastOf(this.text.slice(Math.max(0, at - 2), at));
    const after = this.text.slice(at, at + 2);
    if (JOINED.test(after)) return before === "";
    return !(WORDY.test(before) && WORDY.test(after)) || UNSPACED.test(before) || UNSPACED.test(after);
  }
}

function lastOf(text) {
  return [...text].at(-1) ?? "";
}

// Where each code point begins, and the end; null where both ways of counting agree.
function pointsOf(text) {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return null;
  const places = [];
  let at = 0;
  for (const character of text) {
    places.push(at);
    at += character.length;
  }
  return Uint32Array.from([...places, at]);
}

function paragraphsOf(text) {
  const paragraphs = [];
  let start = 0;
  for (const match of text.matchAll(ENDS)) {
    paragraphs.push({ start, end: match.index });
    start = match.index + match[0].length;
  }
  return [...paragraphs, { start, end: text.length }];
}

function cutter(granularity, language) {
  if (!Intl.Segmenter) return granularity === "word" ? cutWords : cutLetters;
  const segmenter = segmenterOf(language, granularity);
  return (text) => Array.from(segmenter.segment(text), ({ index, segment }) => [index, segment]);
}

function segmenterOf(language, granularity) {
  try {
    return new Intl.Segmenter(language || undefined, { granularity });
  } catch {
    return new Intl.Segmenter(undefined, { granularity });
  }
}

function cutWords(text) {
  return matchesOf(text, /[\p{L}\p{M}\p{N}_]+(?:['’.][\p{L}\p{N}]+)*|\s+|[^\s\p{L}\p{M}\p{N}_]\p{M}*/gu);
}

function cutLetters(text) {
  return matchesOf(text, /\P{M}\p{M}*|\p{M}+/gsu);
}

function matchesOf(text, pattern) {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match[0]]);
}
