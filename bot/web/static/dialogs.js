// Toasts, sentences that must be closed, and forms.
import { make } from "./dom.js";
import { word } from "./words.js";

export function toast(text) {
  const shown = make("p", { class: "toast", dir: "auto" }, text);
  const place = document.getElementById("toasts");
  place.replaceChildren(shown);
  setTimeout(() => shown.remove(), Math.min(9000, 2200 + 55 * text.length));
}

// What was said of the last thing done is not true of the next.
export function hush() {
  document.getElementById("toasts").replaceChildren();
}

export function alert(text) {
  const close = make("button", { type: "submit", class: "key main" }, word("ok"));
  const words = make("p", { id: "alert-text", dir: "auto" }, text);
  const form = make("form", { method: "dialog" }, words, make("div", { class: "choices" }, close));
  show(make("dialog", { class: "card-dialog", role: "alertdialog", "aria-labelledby": "alert-text" }, form));
}

export function keyHelp() {
  const keys = [
    ["1–9", "digit"], ["U", "undo"], ["S", "skip"], ["M", "more"], ["Space", "space"], ["/", "compose"],
    ["Enter", "enter"], ["↑", "up"], ["Esc", "escape"],
  ];
  tell(word("keys.title"), keyList(keys.map(([key, name]) => [key, `keys.${name}`])));
}

// `keys`: pairs of a key and the name of the sentence that says what it does.
export function keyList(keys) {
  const rows = keys.flatMap(([key, name]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, word(name))]);
  return make("dl", {}, ...rows);
}

// Something to read and close.
export function tell(heading, ...content) {
  const close = make("button", { type: "submit", class: "key main" }, word("ok"));
  const title = make("h2", { id: "told-title", dir: "auto" }, heading);
  const form = make("form", { method: "dialog" }, title, ...content, make("div", { class: "choices" }, close));
  show(make("dialog", { class: "card-dialog", "aria-labelledby": "told-title" }, form));
}

// `send(values)` resolves with the server's answer, or null; wrong fields keep the form open. `done` follows the rest.
export function openForm(form, send, done) {
  const fields = form.fields.map(fieldOf);
  const submit = make("button", { type: "submit", class: "key main" }, form.submit);
  const cancel = make("button", { type: "button", class: "key" }, word("cancel"));
  const title = make("h2", { id: "form-title", dir: "auto" }, form.title);
  const body = make("form", { novalidate: true }, title, ...fields.map((field) => field.element));
  body.append(make("div", { class: "choices" }, cancel, submit));
  const dialog = make("dialog", { class: "card-dialog", "aria-labelledby": "form-title" }, body);
  cancel.addEventListener("click", () => dialog.close());
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled || !complete(fields)) return;
    submit.disabled = true;
    const answer = await send(Object.fromEntries(fields.map((field) => [field.name, field.input.value])));
    submit.disabled = false;
    if (answer === null) return;
    if (answer.errors) complain(fields, answer.errors);
    else {
      dialog.close();
      done();
    }
  });
  show(dialog);
  fields[0]?.input.focus();
}

function fieldOf({ name, title, value, long, optional, limit }) {
  const input = make(long ? "textarea" : "input", { id: `field-${name}`, maxlength: limit, dir: "auto" });
  input.value = value;
  input.required = !optional;
  const error = make("p", { class: "wrong", id: `error-${name}`, role: "alert" });
  const label = make("label", { for: `field-${name}`, dir: "auto" }, title);
  input.setAttribute("aria-describedby", error.id);
  input.addEventListener("keydown", (event) => {
    if (long && event.key === "Enter" && (event.ctrlKey || event.metaKey)) input.form.requestSubmit();
  });
  return { name, input, error, element: make("div", { class: "field" }, label, input, error) };
}

function complete(fields) {
  const empty = fields.filter(({ input }) => input.required && !input.value.trim());
  complain(fields, Object.fromEntries(empty.map(({ name }) => [name, word("required")])));
  return empty.length === 0;
}

function complain(fields, errors) {
  for (const { name, input, error } of fields) {
    error.textContent = errors[name] ?? "";
    input.toggleAttribute("aria-invalid", Boolean(errors[name]));
  }
  fields.find(({ name }) => errors[name])?.input.focus();
}

export function show(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
