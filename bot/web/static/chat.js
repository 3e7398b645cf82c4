// The chat: puts the parts together.
import { Composer } from "./composer.js";
import { alert, hush, keyHelp, openForm, toast } from "./dialogs.js";
import { Keys } from "./keys.js";
import { Log } from "./log.js";
import { bindMenu } from "./menu.js";
import { Sending } from "./sending.js";
import { Status } from "./status.js";
import { Stream } from "./stream.js";
import { word } from "./words.js";

const DOUBLE_TAP = 250;
const SAME_PLACE = 30;

const status = new Status();
const sending = new Sending({
  onTrouble: () => status.trouble("sending"),
  onFine: () => status.fine("sending"),
  onOver: over,
  onRefused: (sentence) => toast(sentence || word("failed")),
});
const log = new Log(
  { press, edit: (message) => composer.edit(message), reply: (message) => composer.reply(message) },
  () => composer.refresh(),
);
const composer = new Composer({ say, correct, open: () => log.open, last: () => log.mine });
new Keys({ log, composer, press, command });
bindMenu({ say: (text) => say(text, ""), keyHelp });
const stream = new Stream("/chat/events", {
  onAll: (messages) => log.all(messages),
  onSome: (messages) => log.some(messages),
  onOpen: () => status.fine("stream"),
  onTrouble: () => status.trouble("stream"),
  onOver: over,
});
sending.post("/chat/open", {}).then(acknowledge);

let lastPress = { at: -Infinity, place: "", x: 0, y: 0 };

async function press(bubble, element, event) {
  if (isDoubleTap(element, event)) return;
  const { id, shown } = bubble.message;
  hush();
  element.classList.add("busy");
  const data = element.button.data;
  acknowledge(await sending.post("/chat/press", { message: String(id), kind: shown, data }));
  if (element.button.data === data) element.classList.remove("busy");
}

// The second tap of a double tap would answer the next item, unseen: what came under the finger since the first does
// not count for a moment.
function isDoubleTap(element, event) {
  const now = performance.now();
  const before = lastPress;
  lastPress = { at: now, place: event.key ?? "pointer", x: event.clientX ?? 0, y: event.clientY ?? 0 };
  const there = Math.hypot(lastPress.x - before.x, lastPress.y - before.y) < SAME_PLACE && lastPress.place === before.place;
  return there && now - before.at < DOUBLE_TAP && element.since > before.at;
}

async function say(text, to) {
  hush();
  const done = log.waiting(text);
  acknowledge(await sending.post("/chat/say", { text, to }));
  done();
}

async function command(text) {
  hush();
  acknowledge(await sending.post("/chat/say", { text, silent: true }));
}

async function correct(message, text) {
  hush();
  acknowledge(await sending.post("/chat/edit", { message: String(message.id), text }));
}

function acknowledge(answer) {
  if (!answer) return;
  if (answer.toast) (answer.alert ? alert : toast)(answer.toast);
  if (answer.form) openForm(answer.form, (values) => submit(answer.form.data, values), () => log.attend());
}

async function submit(data, values) {
  const answer = await sending.post("/chat/submit", { data, values });
  acknowledge(answer);
  return answer;
}

function over() {
  stream.close();
  status.over();
}
