// One message: its media, its words, its buttons. Changes in place, keeping what is the same.
import { icon, make } from "./dom.js";
import { mediaOf } from "./media.js";
import { textOf } from "./text.js";
import { word } from "./words.js";

const CHOSEN = "✓ ";
const SUGGESTED = "✨ ";
// Pixels; of the screen, what a picture to be marked has at least, and what any may take at most.
const LEAST_PICTURE = 88;
const LEAST_DRAWN = 0.36;
const LEAST_DRAWN_UPRIGHT = 0.52;
const MOST_PICTURE = 0.6;
const MARGINS = 20;
// Signs that few fonts draw alike, drawn here; what is read aloud is the button's own.
const SIGNS = {
  "↩": "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  "⋯": "M5 12h.01M12 12h.01M19 12h.01",
  "⏭": "M5 5l9 7-9 7zM19 5v14",
};

export class Bubble {
  // `press(message, button, event)`, `edit(message)` and `reply(message)` are what a person may do with it.
  constructor(message, { press, edit, reply, unfold }) {
    this.actions = { press, edit, reply, unfold };
    this.message = null;
    this.buttons = [];
    this.media = make("div", { class: "media", hidden: true });
    this.text = make("div", { class: "text" });
    this.meta = make("p", { class: "meta" });
    this.balloon = make("div", { class: "balloon" }, this.media, this.text, this.meta);
    this.rows = make("div", { class: "rows", role: "group", "aria-label": word("buttons") });
    this.element = make("article", { class: "message", tabindex: "-1" }, this.balloon, this.rows);
    this.update(message);
  }

  update(message) {
    const before = this.message ?? {};
    this.message = message;
    const kind = message.past && message.kind === "card" ? "brief" : message.kind;
    const look = ["message", message.author, kind, message.past ? "past" : ""];
    this.element.className = look.filter(Boolean).join(" ");
    this.element.dataset.id = message.id;
    if (differs(before.media, message.media)) this.showMedia(message.media ?? []);
    if (differs(before.text, message.text)) this.showText(message);
    this.text.hidden = message.text.length === 0;
    this.showMeta(message);
    this.showButtons(message.buttons ?? []);
    return before.id !== undefined && (differs(before.text, message.text) || differs(before.media, message.media));
  }

  showText({ text, author }) {
    this.text.replaceChildren(...textOf(text, this.actions.unfold, author === "me"));
  }

  // What is asked: another item or question, not a mark that was set or a menu.
  get matter() {
    const { media, text } = this.message;
    const words = text.filter((part, at) => at === 0 || !["quiet", "italic"].includes(part.style));
    return JSON.stringify([media?.map((one) => one.url), words]);
  }

  // Whether the buttons lead to the same as another's do.
  choosesAs(other) {
    const [mine, theirs] = [this, other].map(({ buttons }) => buttons.map((element) => element.button.data).join("\n"));
    return mine !== "" && mine === theirs;
  }

  // `former`: its choice stands again below; `aside`: it stands above the card that is open.
  stand({ former, aside }) {
    this.element.classList.toggle("former", former);
    this.element.classList.toggle("aside", aside && !former);
  }

  // A picture's share of the screen: what the words and buttons of its card leave of it.
  fit(height) {
    const shown = [...this.media.querySelectorAll(".picture, video")].map((one) => one.getBoundingClientRect());
    if (!shown.length) return;
    const rows = new Map();
    for (const one of shown) rows.set(Math.round(one.top), Math.max(rows.get(Math.round(one.top)) ?? 0, one.height));
    const taken = [...rows.values()].reduce((sum, one) => sum + one, 0);
    const left = height - MARGINS - (this.element.getBoundingClientRect().height - taken);
    const least = Math.max(LEAST_PICTURE, ...this.message.media.map((one) => height * leastOf(one)));
    const room = Math.max(least, Math.min(height * MOST_PICTURE, left / rows.size));
    if (Math.abs(room - (this.room ?? 0)) > 1) this.media.style.setProperty("--room", `${(this.room = room)}px`);
  }

  showMedia(media) {
    this.media.className = `media of-${media.length}`;
    this.media.hidden = media.length === 0;
    this.media.replaceChildren(...media.map((one) => mediaOf(one, media.length > 1)));
  }

  showMeta(message) {
    const time = new Date(message.at);
    const shown = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const parts = [make("time", { datetime: time.toISOString() }, shown)];
    if (message.edited) parts.unshift(`${word("edited")} `);
    if (message.author === "me" && this.actions.edit && !this.isCommand) parts.unshift(this.link("edit"));
    if (message.kind === "question" && this.actions.reply) parts.unshift(this.link("reply"));
    this.meta.replaceChildren(...parts);
    this.meta.hidden = message.author !== "me" && message.kind === "card";
  }

  // What was typed to the bot, not said to it: changing it afterwards would do nothing.
  get isCommand() {
    const { author, text } = this.message;
    return author === "me" && text.length > 0 && text[0].text.startsWith("/");
  }

  link(action) {
    const button = make("button", { type: "button", class: `link ${action}` }, word(action));
    button.addEventListener("click", () => this.actions[action](this.message));
    return button;
  }

  // Elements are used again by their place, so that the one with the focus keeps it.
  showButtons(rows) {
    this.rows.hidden = rows.length === 0;
    while (this.rows.children.length > rows.length) this.rows.lastChild.remove();
    while (this.rows.children.length < rows.length) this.rows.append(make("div", { class: "row" }));
    this.buttons = rows.flatMap((row, at) => this.showRow(this.rows.children[at], row));
  }

  showRow(line, row) {
    line.classList.toggle("tools", row.every((button) => button.tone === "quiet"));
    const wanted = row.map((button) => (button.url ? "A" : "BUTTON"));
    const there = Array.from(line.children, (element) => element.tagName);
    if (differs(wanted, there)) line.replaceChildren(...row.map((button) => this.elementOf(button)));
    return row.map((button, at) => this.dress(line.children[at], button));
  }

  elementOf(button) {
    if (button.url) return make("a", { class: "key", rel: "noopener noreferrer" });
    const element = make("button", { type: "button", class: "key" });
    element.addEventListener("click", (event) => this.actions.press(this, element, event));
    return element;
  }

  dress(element, button) {
    if (differs(element.button, button)) {
      if (element.button?.data !== button.data) element.since = performance.now();
      element.button = button;
      element.classList.remove("busy");
      element.replaceChildren(titleOf(button.title));
      if (button.url) lead(element, button.url);
    }
    const chosen = button.title.startsWith(CHOSEN) && button.tone === "plain";
    element.className = ["key", button.tone, element.classList.contains("busy") ? "busy" : ""].join(" ");
    element.classList.toggle("chosen", chosen);
    element.classList.toggle("suggested", button.title.includes(SUGGESTED));
    if (button.spoken) element.setAttribute("aria-label", button.spoken);
    else element.removeAttribute("aria-label");
    if (button.spoken && button.tone === "quiet") element.title = button.spoken;
    else element.removeAttribute("title");
    return element;
  }

  // The buttons that answer: all but a last row of small ones.
  get answers() {
    const last = this.rows.lastElementChild;
    return this.buttons.filter((element) => !(element.parentElement === last && last.classList.contains("tools")));
  }

  get tools() {
    return this.buttons.filter((element) => element.button.tone === "quiet");
  }

  // Only the open card shows which key presses which answer.
  number(open) {
    this.element.classList.toggle("open", open);
    this.answers.forEach((element, at) => {
      element.querySelector("kbd")?.remove();
      element.removeAttribute("aria-keyshortcuts");
      if (!open || at > 8) return;
      element.prepend(make("kbd", { "aria-hidden": "true" }, String(at + 1)));
      element.setAttribute("aria-keyshortcuts", String(at + 1));
    });
  }
}

function titleOf(title) {
  if (SIGNS[title]) return icon(SIGNS[title]);
  return make("span", { class: "title", dir: "auto" }, title);
}

function differs(one, other) {
  return one !== other && JSON.stringify(one) !== JSON.stringify(other);
}

// Pages of our own take the chat's place and lead back to it; others get a tab of theirs.
function lead(link, address) {
  link.href = address;
  if (address.startsWith("/")) link.removeAttribute("target");
  else link.target = "_blank";
}

// What is drawn on a picture has to be read; an upright one is narrow where it is low.
function leastOf(media) {
  if (!media.drawn) return 0;
  return media.height > media.width ? LEAST_DRAWN_UPRIGHT : LEAST_DRAWN;
}
