// What the page says beside the editor: help, keys, the reasons to skip, the end, and what to do when it cannot go on.
import { keyList, show, tell } from "./dialogs.js";
import { icon, make } from "./dom.js";
import { word } from "./words.js";

const DONE = "M5 12.5l4.5 4.5L19 7.5";
const SHUT = "M12 7v6M12 16.6v.1";
const REASONS = ["unsure", "unclear", "unrelated"];
const SHELL_KEYS = [["Enter", "mark.keys.send"], ["Ctrl+Z", "mark.keys.undo"], ["S", "mark.keys.skip"], ["?", "mark.keys.help"]];

// `note(kind)` follows where something is to be told the admins: the item is broken, or a question.
export function showHelp(item, keys, note) {
  const labels = item.labels.map((label) => {
    const name = make("dt", { dir: "auto" }, label.title);
    name.style.setProperty("--colour", label.colour);
    return make("div", {}, name, make("dd", { dir: "auto" }, label.help || ""));
  });
  const parts = [make("p", { class: "mark-asked", dir: "auto" }, item.question), make("dl", { class: "mark-labels" }, ...labels)];
  if (item.help) parts.splice(1, 0, make("p", { dir: "auto" }, item.help));
  parts.push(make("div", { class: "mark-reasons" }, ...["flag", "ask"].map((kind) => noting(kind, note))));
  if (matchMedia("(hover: hover) and (pointer: fine)").matches) parts.push(keysOf(keys));
  tell(word("mark.help"), ...parts);
}

function noting(kind, note) {
  const button = make("button", { type: "button", class: "key" }, word(`mark.${kind}`));
  button.addEventListener("click", () => {
    button.closest("dialog").close();
    note(kind);
  });
  return button;
}

export function showKeys(keys) {
  tell(word("keys.title"), keyList([...SHELL_KEYS, ...keys]));
}

function keysOf(keys) {
  return make("details", {}, make("summary", {}, word("keys.title")), keyList([...SHELL_KEYS, ...keys]));
}

// `skip(reason)` follows: a tap on one of the project's reasons, or words of one's own.
export function showSkip(item, skip) {
  const reasons = item.reasons ?? REASONS.map((name) => ({ value: word(`mark.skip.${name}`), title: word(`mark.skip.${name}`) }));
  const line = make("input", { maxlength: 200, dir: "auto", placeholder: word("mark.skip.other") });
  line.setAttribute("aria-label", word("mark.skip.other"));
  const buttons = reasons.map(({ value, title: said }) => make("button", { type: "button", class: "key", value, dir: "auto" }, said));
  const dialog = showLine("skip", word("mark.skip.why"), make("div", { class: "mark-reasons" }, ...buttons), line, skip);
  const chosen = (reason) => {
    dialog.close();
    skip(reason);
  };
  for (const button of buttons) button.addEventListener("click", () => chosen(button.value));
}

// `kind` is flag, which needs no words, or ask.
export function showNote(kind, note) {
  const line = make("textarea", { maxlength: 1000, dir: "auto", rows: 3 });
  line.setAttribute("aria-label", word(`mark.${kind}.how`));
  showLine(kind, word(`mark.${kind}`), make("p", {}, word(`mark.${kind}.how`)), line, note, kind === "flag");
  line.focus();
}

// A dialog with one field of text, which is told `done` once it is sent; an `empty` one may be.
function showLine(kind, heading, above, line, done, empty = false) {
  const title = make("h2", { id: "line-title" }, heading);
  const cancel = make("button", { type: "button", class: "key" }, word("cancel"));
  const submit = make("button", { type: "submit", class: "key main" }, word(`mark.${kind}.go`));
  const choices = make("div", { class: "choices" }, cancel, submit);
  const form = make("form", {}, title, above, make("div", { class: "field" }, line), choices);
  const dialog = make("dialog", { class: "card-dialog", "aria-labelledby": "line-title" }, form);
  cancel.addEventListener("click", () => dialog.close());
  submit.disabled = !empty;
  line.addEventListener("input", () => (submit.disabled = !empty && !line.value.trim()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    dialog.close();
    done(line.value.trim());
  });
  show(dialog);
  return dialog;
}

export function showEnd(place, item, { kind, close, back, look }) {
  const again = make("button", { type: "button", class: "link" }, word("mark.look"));
  again.addEventListener("click", look);
  const parts = [wayBack(kind, close), make("p", { class: "mark-more" }, again)];
  if (item.can_undo) {
    const undo = make("button", { type: "button", class: "link" }, word("mark.previous.long"));
    undo.addEventListener("click", back);
    parts.at(-1).append(undo);
  }
  place.replaceChildren(sheet(DONE, word(item.held ? "mark.held" : "mark.end"), item.said || word("mark.end.text"), parts));
}

// `status` 401 means that whoever is here may not (or no longer) come in, which the server explains best; anything else is
// our own failing.
export function showOver(place, { status, said, kind, kept, close }) {
  const sentence = said || word(status === 401 ? `mark.over.${kind}` : "mark.failed");
  const parts = kept ? [make("p", { class: "mark-kept" }, word("mark.over.kept"))] : [];
  const again = make("button", { type: "button", class: "link" }, word("mark.again"));
  again.addEventListener("click", () => location.reload());
  parts.push(wayBack(kind, close), make("p", { class: "mark-more" }, again));
  place.replaceChildren(sheet(SHUT, word(status === 401 ? "mark.over" : "error.title"), sentence, parts));
}

function sheet(sign, title, sentence, parts) {
  const heading = make("h2", { tabindex: "-1" }, title);
  const said = make("p", { dir: "auto" }, sentence);
  return make("section", { class: "mark-sheet" }, make("div", { class: "mark-sign" }, icon(sign)), heading, said, ...parts);
}

// Out of a page that a link opened there is no way by a button: only the person can close it.
function wayBack(kind, close) {
  if (kind === "link") return make("p", {}, word("mark.close_it"));
  if (kind === "browser") return make("a", { class: "main", href: "/" }, word("back"));
  const button = make("button", { type: "button", class: "main" }, word("back"));
  button.addEventListener("click", close);
  return button;
}
