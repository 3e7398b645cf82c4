// What was done and can be taken back: steps that know how to undo and redo themselves.
const MOST = 200;

export class History {
  constructor(onChange) {
    this.onChange = onChange;
    this.clear();
  }

  clear() {
    this.done = [];
    this.undone = [];
    this.lost = false;
  }

  // Whether all is as it was in the beginning.
  get untouched() {
    return !this.done.length && !this.lost;
  }

  // The step has been taken already.
  add(step) {
    this.done.push(step);
    if (this.done.length > MOST) this.lost = Boolean(this.done.shift());
    this.undone = [];
    this.onChange();
  }

  undo() {
    this.shift(this.done, this.undone, "undo");
  }

  redo() {
    this.shift(this.undone, this.done, "redo");
  }

  shift(from, to, verb) {
    const step = from.pop();
    if (!step) return;
    step[verb]();
    to.push(step);
    this.onChange();
  }

  // As if the last step had never been.
  forget() {
    this.undo();
    this.undone.pop();
  }

  get last() {
    return this.done.at(-1);
  }
}
