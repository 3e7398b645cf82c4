// The foot of the page: undo, redo, skip, and the button that sends; and their keys.
import { word } from "./words.js";

// A second tap of a double tap must not send the next item unseen; and who takes back one step after the other must not
// find themselves at another item.
const DOUBLE_TAP = 500;

export class Foot {
  constructor({ send, skip, unsure, back, keys }) {
    this.do = { send, skip, unsure, back, keys };
    this.element = document.getElementById("foot");
    const ids = ["undo", "redo", "skip", "unsure", "send"];
    [this.undo, this.redo, this.skip, this.unsure, this.send] = ids.map((id) => document.getElementById(id));
    this.editor = null;
    this.item = null;
    this.busy = false;
    this.quiet = 0;
    this.undone = -Infinity;
    this.undo.addEventListener("click", () => this.takeBack());
    this.redo.addEventListener("click", () => this.again());
    this.skip.addEventListener("click", () => this.busy || skip());
    this.unsure.addEventListener("click", () => this.press(unsure));
    this.send.addEventListener("click", () => this.press(send));
    document.addEventListener("pointerdown", () => (this.pointing = true), true);
    document.addEventListener("keydown", (event) => this.key(event));
  }

  show(item, editor) {
    if (this.item) this.rest();
    this.item = item;
    this.editor = editor;
    this.element.hidden = false;
    this.unsure.hidden = !item.unsure;
    this.refresh();
  }

  hide() {
    this.editor = null;
    this.item = null;
    this.element.hidden = true;
  }

  rest() {
    this.quiet = performance.now() + DOUBLE_TAP;
  }

  get resting() {
    return performance.now() < this.quiet;
  }

  refresh() {
    if (this.busy || !this.editor) return;
    const count = this.editor.marks.length;
    const name = count === 0 ? "none" : count === 1 ? "one" : "many";
    this.send.textContent = word(`mark.send.${name}`).replace("#", count);
    this.send.classList.toggle("empty", count === 0);
    const previous = !this.editor.canUndo && this.item.can_undo;
    this.undo.lastElementChild.textContent = word(previous ? "mark.previous" : "mark.undo");
    this.undo.disabled = !this.editor.canUndo && !this.item.can_undo;
    this.redo.disabled = !this.editor.canRedo;
    for (const button of [this.skip, this.unsure, this.send]) button.disabled = false;
  }

  wait(sentence) {
    this.busy = true;
    this.send.textContent = sentence;
    for (const button of [this.undo, this.redo, this.skip, this.unsure, this.send]) button.disabled = true;
  }

  done() {
    this.busy = false;
    this.refresh();
  }

  press(work) {
    if (!this.busy && !this.resting && this.editor) work();
  }

  // First what was done here, then the answer before.
  takeBack() {
    if (this.busy || !this.editor) return;
    if (this.editor.canUndo) {
      this.editor.undo();
      this.undone = performance.now();
    } else if (this.item.can_undo && !this.resting && performance.now() - this.undone > DOUBLE_TAP) this.do.back();
    this.refresh();
  }

  again() {
    if (this.busy || !this.editor?.canRedo) return;
    this.editor.redo();
    this.refresh();
  }

  key(event) {
    if (event.key === "Tab") this.pointing = false;
    if (!this.editor || event.isComposing || document.querySelector("dialog[open]") || writes(event.target)) return;
    if (event.ctrlKey || event.metaKey) this.command(event);
    else if (!event.altKey && this.plain(event)) event.preventDefault();
  }

  command(event) {
    const key = event.key.toLowerCase();
    const undoing = key === "z" && !event.shiftKey;
    const redoing = key === "y" || (key === "z" && event.shiftKey);
    if (!undoing && !redoing) return;
    event.preventDefault();
    // By keyboard the way back ends at this item: Ctrl+Z is pressed many times in a row.
    if (undoing && this.editor.canUndo) this.takeBack();
    if (redoing) this.again();
  }

  plain(event) {
    if (event.key === "Enter") return this.enter(event);
    const work = { "?": this.do.keys, s: this.do.skip, S: this.do.skip }[event.key];
    if (!work || event.repeat || this.busy) return false;
    work();
    return true;
  }

  // Enter presses a button that was reached by keyboard; one that was only clicked last must not be pressed again. And it
  // ends what an editor has begun.
  enter(event) {
    const reached = event.target.closest?.("button, a, summary") && !this.pointing && !isShut(event.target);
    if (reached || event.repeat || this.editor.unfinished) return false;
    this.press(this.do.send);
    return true;
  }
}

function writes(target) {
  return (target.matches?.("textarea, input:not([type=range])") && !isShut(target)) ?? false;
}

// A dialog that was just closed has the focus for a moment still.
function isShut(target) {
  return Boolean(target.closest?.("dialog:not([open])"));
}
