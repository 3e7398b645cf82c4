// What a value of the label map stands for: a label, or with `apart` one object of several with the same label.
import { make } from "./dom.js";
import { paint, press, reveal, titleOf } from "./mark-bench.js";
import { word } from "./words.js";

const FEW = 255;
const MANY = 65535;

export class Objects {
  constructor(labels, apart) {
    this.labels = labels;
    this.apart = apart;
    this.most = apart || labels.length > FEW / 2 ? MANY : FEW;
    this.clear();
  }

  clear() {
    this.names = this.apart ? [] : this.labels.map((label) => label.name);
    this.active = 0;
  }

  // The value that stands for a label, or for a new object; 0 where there are none left.
  value(name, fresh) {
    const at = fresh ? -1 : this.names.indexOf(name);
    if (at >= 0) return at + 1;
    return this.names.length < this.most ? this.names.push(name) : 0;
  }

  name(value) {
    return this.names[value - 1];
  }

  label(value) {
    return this.labels.findIndex((label) => label.name === this.name(value));
  }

  rename(value, name) {
    this.names = this.names.map((other, at) => (at === value - 1 ? name : other));
  }

  // A chip for a new object, and those of the objects that are there; the active one is pressed.
  show(row, values, choose) {
    const chips = values.map((value, at) => {
      const label = this.labels[this.label(value)];
      const title = `${at + 1} ${label ? titleOf(label) : this.name(value)}`;
      return chip(title, label?.colour, value === this.active, () => choose(value));
    });
    const fresh = chip(`+ ${word("mark.new")}`, null, !this.active, () => choose(0));
    row.replaceChildren(fresh, ...chips);
    reveal(row, chips[values.indexOf(this.active)] ?? fresh);
  }
}

function chip(text, colour, down, act) {
  const element = make("button", { type: "button", class: "chip small" }, make("span", { dir: "auto" }, text));
  if (colour) {
    element.prepend(make("span", { class: "dot", "aria-hidden": "true" }));
    paint(element, colour);
  }
  press(element, down);
  element.addEventListener("click", act);
  return element;
}
