// The marks of a text, in order, with what was done to them: what may overlap, repeats, undo and redo.
const MOST = 300;

export class Spans {
  constructor(text, { overlap }) {
    this.text = text;
    this.overlap = overlap;
    this.all = [];
    this.past = [];
    this.future = [];
    this.before = null;
  }

  // Where the work begins: nothing before it is to be undone.
  start(records) {
    this.all = this.read(records);
  }

  replace(records) {
    this.keep();
    this.all = this.read(records);
  }

  read(records) {
    const spans = records.map(({ start, end, label }) => ({ start: this.text.fromPoint(start), end: this.text.fromPoint(end), label }));
    return sorted(spans.filter(({ start, end }) => start < end));
  }

  get records() {
    return this.all.map(({ start, end, label }) => {
      const text = this.text.text.slice(start, end);
      return { start: this.text.toPoint(start), end: this.text.toPoint(end), label, text };
    });
  }

  // Those over a word, the shortest first.
  over({ start, end }) {
    return this.all.filter((span) => meet(span, { start, end })).sort((a, b) => a.end - a.start - (b.end - b.start));
  }

  // Whether a mark may stand there, `but` one that it takes the place of.
  fits(range, but = null) {
    return this.overlap || !this.all.some((span) => span !== but && meet(span, range));
  }

  // The new mark; null where the very same is there already.
  add(span) {
    if (this.has(span)) return null;
    this.keep();
    this.all = sorted([...this.all, span]);
    return span;
  }

  has({ start, end, label }) {
    return this.all.some((span) => span.start === start && span.end === end && span.label === label);
  }

  change(span, changed) {
    this.keep();
    const same = this.has(changed);
    this.all = sorted(this.all.filter((other) => other !== span).concat(same ? [] : [changed]));
    return this.all.find((other) => other.start === changed.start && other.end === changed.end && other.label === changed.label);
  }

  remove(span) {
    this.keep();
    this.all = this.all.filter((other) => other !== span);
  }

  // Where the same words stand unmarked.
  repeats(span) {
    const found = this.text.repeats(span.start, span.end).map((range) => ({ ...range, label: span.label }));
    return found.filter((range) => this.fits(range) && !this.has(range));
  }

  repeat(span) {
    const found = this.repeats(span);
    if (!found.length) return 0;
    this.keep();
    this.all = sorted([...this.all, ...found]);
    return found.length;
  }

  // A change that is shown while a finger moves; `settle` makes one step of all of them.
  preview(span, changed) {
    this.before ??= this.all;
    this.all = sorted(this.all.map((other) => (other === span ? changed : other)));
    return changed;
  }

  settle() {
    if (!this.before) return false;
    const after = this.all;
    this.all = this.before;
    this.before = null;
    this.keep();
    this.all = after;
    return true;
  }

  keep() {
    this.past.push(this.all);
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
  }

  get canUndo() {
    return this.past.length > 0;
  }

  get canRedo() {
    return this.future.length > 0;
  }

  undo() {
    return this.shift(this.past, this.future);
  }

  redo() {
    return this.shift(this.future, this.past);
  }

  shift(from, to) {
    if (!from.length) return false;
    to.push(this.all);
    this.all = from.pop();
    return true;
  }
}

function meet(one, other) {
  return one.start < other.end && one.end > other.start;
}

function sorted(spans) {
  return spans.sort((a, b) => a.start - b.start || a.end - b.end || (a.label < b.label ? -1 : 1));
}
