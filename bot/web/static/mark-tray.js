// Below the text: what is picked or chosen and what can be done with it, and the labels.
import { icon, make } from "./dom.js";
import { word } from "./words.js";

const SIGNS = {
  remove: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
  close: "M6 6l12 12M18 6L6 18",
  letters: "M4 18L8.5 6 13 18M5.5 14h6M20 12v6M20 15a2.5 3 0 1 1-5 0 2.5 3 0 0 1 5 0z",
};

export class Tray {
  // `told`: label(name), remove(), repeat(), letters(), close().
  constructor(labels, told) {
    this.line = make("p", { class: "tray-line", role: "status", dir: "auto" });
    this.more = make("button", { type: "button", class: "tray-button tray-more" });
    this.more.addEventListener("click", () => told.repeat());
    this.letters = tool("letters", told.letters);
    this.remove = tool("remove", told.remove);
    this.close = tool("close", told.close);
    this.chips = new Map(labels.map((label, at) => [label.name, chip(label, at, () => told.label(label.name))]));
    this.names = make("div", { class: "tray-labels", role: "group", "aria-label": word("mark.spans.labels") }, ...this.chips.values());
    const tools = make("div", { class: "tray-tools" }, this.line, this.more, this.letters, this.remove, this.close);
    this.element = make("div", { class: "tray" }, tools, this.names);
  }

  // `said`: a sentence, or the words in question; `repeats`: how many more places; `current`: the label that is on.
  show({ said, quoted, canLetter, isLetter, canRemove, canClose, repeats, current }) {
    this.line.textContent = said;
    this.line.classList.toggle("quoted", quoted);
    this.remove.hidden = !canRemove;
    this.close.hidden = !canClose;
    this.letters.hidden = !canLetter;
    this.letters.setAttribute("aria-pressed", String(isLetter));
    this.more.hidden = !repeats;
    this.more.textContent = word("mark.spans.repeat").replace("#", repeats);
    for (const [name, element] of this.chips) element.setAttribute("aria-pressed", String(name === current));
    if (current !== this.current) this.reveal(this.chips.get(current));
    this.current = current;
  }

  // Of many labels the one that is on may be out of sight.
  reveal(element) {
    if (!element) return;
    const [place, box] = [this.names.getBoundingClientRect(), element.getBoundingClientRect()];
    if (box.top < place.top) this.names.scrollTop += box.top - place.top - 4;
    else if (box.bottom > place.bottom) this.names.scrollTop += box.bottom - place.bottom + 4;
  }
}

function tool(name, press) {
  const said = word(`mark.spans.${name}`);
  const button = make("button", { type: "button", class: "tray-button", "aria-label": said, title: said }, icon(SIGNS[name]));
  button.addEventListener("click", press);
  return button;
}

function chip(label, at, press) {
  const key = at < 9 ? [make("kbd", { "aria-hidden": "true" }, at + 1)] : [];
  const name = make("span", { class: "name", dir: "auto" }, label.title);
  const attributes = { type: "button", class: "chip", title: label.help || false, "aria-pressed": "false" };
  const button = make("button", attributes, make("i"), name, ...key);
  ground(button, label.colour);
  button.addEventListener("click", press);
  return button;
}

// A colour as the ground of words, and the words on it: white ones on a ground made deep enough, black on a light one.
export function ground(element, colour) {
  const light = lightness(colour) > 0.3;
  element.style.setProperty("--colour", colour);
  element.style.setProperty("--ground", light ? colour : `color-mix(in srgb, ${colour} 78%, black)`);
  element.style.setProperty("--on-ground", light ? "black" : "white");
}

function lightness(colour) {
  const [red, green, blue] = colour.match(/[\da-f]{2}/gi).map((part) => {
    const share = parseInt(part, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
