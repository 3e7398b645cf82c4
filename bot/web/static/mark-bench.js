// What stands around the canvas of both picture editors: zoom buttons, the count, tools, label chips, the keyboard.
import { icon, make } from "./dom.js";
import { word } from "./words.js";

// How much of the chip before the chosen one stays in sight.
const PEEK = 40;
const ICONS = {
  remove: "M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3",
  duplicate: "M9 9h11v11H9zM5 15H4V4h11v1",
  nearer: "M12 5v14M5 12h14",
  farther: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  brush: "M4 20c4 0 6-1 6-4a3 3 0 0 0-5-2c-2 2 0 4-1 6zM10 14L19 4l1 1-9 11",
  eraser: "M8 20h12M5 15L14 5l6 6-9 9H9z M9.5 10l6 6",
  regions: "M4 4h16v16H4zM4 11l6 2 3-9M10 13l-1 7M10 13l10 3",
  polygon: "M12 4l8 6-3 10H7L4 10z",
  finer: "M4 4h16v16H4zM12 4v16M4 12h16",
};

export function button(name, act) {
  const said = word(`mark.${name}`);
  const element = make("button", { type: "button", class: `tool ${name}`, "aria-label": said, title: said }, icon(ICONS[name]));
  element.addEventListener("click", act);
  return element;
}

// A button that stays down: one of several tools, or a switch.
export function toggle(name, act) {
  const element = button(name, act);
  element.setAttribute("aria-pressed", "false");
  return element;
}

export function press(element, down) {
  element.setAttribute("aria-pressed", String(down));
}

export function slider(name, { min, max, step = 1, value }, act) {
  const line = make("input", { type: "range", min, max, step, value, "aria-label": word(`mark.${name}`) });
  line.addEventListener("input", () => act(Number(line.value)));
  return make("label", { class: `slider ${name}` }, make("span", {}, word(`mark.${name}`)), line);
}

export class Bench {
  // `view` has the canvas; `tools` are rows of elements, the first of which gets the count; `pick(at)` is told which
  // label was tapped.
  constructor(root, { view, labels, tools, pick }) {
    this.labels = labels;
    this.status = make("p", { class: "mark-count", role: "status" });
    this.trouble = make("p", { class: "mark-trouble", role: "alert", hidden: true });
    const zoom = make("div", { class: "mark-zoom", role: "group", "aria-label": word("mark.zoom") });
    zoom.append(button("nearer", () => view.zoomIn()), button("farther", () => view.zoomOut()), button("fit", () => view.fit()));
    const stage = make("div", { class: "mark-stage" }, view.canvas, this.trouble, zoom);
    this.chips = labels.map((label, at) => chip(label, at, () => pick(at)));
    this.row = make("div", { class: "mark-chips", role: "group", "aria-label": word("mark.labels") }, ...this.chips);
    const rows = tools.map((row) => make("div", { class: "mark-tools" }, ...row));
    rows[0].append(this.status);
    this.element = make("div", { class: "mark-editor" }, stage, make("div", { class: "mark-bench" }, ...rows, this.row));
    root.append(this.element);
    view.ready.catch(() => this.fail(word("mark.no_picture")));
  }

  fail(sentence) {
    this.trouble.hidden = false;
    this.trouble.textContent = sentence;
  }

  say(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  choose(at) {
    this.chips.forEach((element, place) => press(element, place === at));
    if (this.chips[at]) reveal(this.row, this.chips[at]);
  }
}

// Scrolls a row of chips to one that is out of sight.
export function reveal(row, chosen) {
  const { scrollLeft, clientWidth } = row;
  const { offsetLeft, offsetWidth } = chosen;
  const seen = offsetLeft >= scrollLeft && offsetLeft + offsetWidth <= scrollLeft + clientWidth;
  if (!seen) row.scrollLeft = offsetLeft - PEEK;
}

function chip(label, at, act) {
  const dot = make("span", { class: "dot", "aria-hidden": "true" });
  const title = make("span", { dir: "auto" }, titleOf(label));
  const element = make("button", { type: "button", class: "chip", title: label.help || false }, dot, title);
  press(element, false);
  paint(element, label.colour);
  if (at < 9) element.append(make("kbd", { "aria-hidden": "true" }, String(at + 1)));
  element.addEventListener("click", act);
  return element;
}

export function paint(element, colour) {
  element.style.setProperty("--colour", colour);
  element.style.setProperty("--on-colour", inkOn(colour));
}

export function titleOf(label) {
  return label.title || label.name;
}

// Dark or light words on a colour "#rrggbb".
export function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? "#10161c" : "#fff";
}

// Keys wherever the focus is, but not while somebody types, moves a slider or a dialog is open. `told` answers whether
// the key was for it; then nobody else hears of it.
export function listen(told, signal) {
  const busy = (target) => target.matches?.("textarea, select, input") || document.querySelector("dialog[open]");
  const down = (event) => {
    if (event.isComposing || busy(event.target) || !told(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("keydown", down, { signal, capture: true });
}

// The keys that both editors share; null where it is none of them.
export function sharedKey(event, editor) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (/^[1-9]$/.test(key) && Number(key) <= editor.labels.length) return () => editor.pick(Number(key) - 1);
  return { "+": () => editor.view.zoomIn(), "-": () => editor.view.zoomOut(), 0: () => editor.view.fit() }[key] ?? null;
}

// Space held down lets the mouse move the picture.
export function spacePans(view, signal) {
  const held = (event) => {
    if (event.code !== "Space" || event.target.closest?.("button, input, textarea, a")) return;
    view.gestures.space = event.type === "keydown";
    event.preventDefault();
  };
  for (const type of ["keydown", "keyup"]) document.addEventListener(type, held, { signal });
  addEventListener("blur", () => (view.gestures.space = false), { signal });
}
