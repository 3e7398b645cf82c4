// The page to mark on: shows one item after the other in its editor, keeps what is not sent yet, and sends it.
import { alert, hush, toast } from "./dialogs.js";
import { make } from "./dom.js";
import { Foot } from "./mark-foot.js";
import { Keep, draftOf } from "./mark-keep.js";
import { Session } from "./mark-session.js";
import { showEnd, showHelp, showKeys, showNote, showOver, showSkip } from "./mark-sheets.js";
import { Telegram } from "./mark-telegram.js";
import { Status } from "./status.js";
import { newKey } from "./sending.js";
import { word } from "./words.js";

const EDITORS = {
  boxes: () => import("./mark-boxes.js").then((module) => module.BoxesEditor),
  masks: () => import("./mark-masks.js").then((module) => module.MasksEditor),
  spans: () => import("./mark-spans.js").then((module) => module.SpansEditor),
};

const NOTE = 2600;
// Characters that fit on the line of a phone and are read in passing.
const GLANCE = 44;

class Marking {
  constructor() {
    const status = new Status();
    this.session = new Session({ onTrouble: () => status.trouble("page"), onFine: () => status.fine("page") });
    this.keep = new Keep(this.session.owner);
    this.telegram = new Telegram({ onBack: () => this.telegram.close() });
    this.place = document.getElementById("place");
    this.offer = document.getElementById("offer");
    this.foot = new Foot({
      send: () => this.send(),
      skip: () => this.skip(),
      unsure: () => this.move("/mark/unsure", this.here),
      back: () => this.back(),
      keys: () => showKeys(this.keys),
    });
    this.item = null;
    this.editor = null;
    this.dirty = false;
    document.getElementById("leave").hidden = this.session.way.kind !== "browser";
    document.getElementById("help").addEventListener("click", () => this.help());
    document.addEventListener("visibilitychange", () => this.seen());
  }

  // What was on its way when the page was closed goes out first, under the keys it had.
  async start() {
    for (const draft of this.keep.begun()) await this.deliver(draft);
    if (this.item === null) await this.look();
  }

  async look() {
    const answer = await this.session.ask("/mark/item");
    if (answer.status === 200) await this.show(answer.body);
    else this.failed(answer);
  }

  // Seen again after a while: the item may have been answered in the chat meanwhile.
  async seen() {
    if (document.hidden || this.dirty || this.foot.busy || this.item === null) return;
    const answer = await this.session.ask("/mark/item");
    const { card, step } = answer.body;
    const same = card === this.item.card && step === this.item.step;
    if (answer.status === 200 && !same && !this.dirty && !this.foot.busy) await this.show(answer.body);
  }

  async show(item) {
    this.editor?.destroy();
    this.editor = null;
    this.item = item;
    this.hide(null);
    this.touched(false);
    head(item);
    if (!item.card) this.end(item);
    else await this.open(item);
    ready();
  }

  async open(item) {
    const Editor = await EDITORS[item.type]();
    const root = make("div", { class: `editor ${item.type}` });
    this.place.replaceChildren(root);
    this.editor = new Editor(root, item, {
      onChange: (marks) => this.changed(marks),
      say: (sentence) => toast(sentence),
      load: (address) => this.session.fetch(address),
    });
    this.keys = Editor.keys ?? [];
    this.foot.show(item, this.editor);
    this.resume(item);
  }

  // Work on this very card comes back by itself; work on the same content under another card is offered.
  resume(item) {
    const draft = this.keep.of(item);
    const like = this.keep.like(item);
    if (draft) {
      this.editor.load(draft.marks);
      this.touched(true);
      this.foot.refresh();
      toast(word("mark.restored"));
    } else if (like) this.propose(like);
  }

  propose(draft) {
    const use = make("button", { type: "button", class: "key main" }, word("mark.offer.use"));
    const drop = make("button", { type: "button", class: "key" }, word("mark.offer.drop"));
    use.addEventListener("click", () => this.adopt(draft));
    drop.addEventListener("click", () => this.hide(draft));
    this.offer.replaceChildren(make("p", {}, word("mark.offer")), make("div", { class: "choices" }, drop, use));
    this.offer.hidden = false;
  }

  adopt(draft) {
    this.hide(draft);
    this.editor.load(draft.marks);
    this.changed(this.editor.marks);
  }

  hide(draft) {
    if (draft) this.keep.drop(draft);
    this.offer.hidden = true;
  }

  changed(marks) {
    hush();
    if (!this.keep.save(draftOf(this.item, marks)) && !this.warned) {
      this.warned = true;
      toast(word("mark.no_room"));
    }
    this.touched(true);
    this.foot.refresh();
    this.telegram.nod("marked");
  }

  touched(dirty) {
    this.dirty = dirty;
    this.telegram.guard(dirty);
  }

  // The key is kept with the work: should this page be closed now, the next one sends the same thing again.
  async send() {
    const draft = { ...draftOf(this.item, this.editor.marks), key: this.keep.of(this.item)?.key ?? newKey() };
    this.keep.save(draft);
    await this.during("mark.sending", () => this.deliver(draft));
  }

  async deliver(draft) {
    const { key, card, step, marks } = draft;
    const answer = await this.session.ask("/mark/send", { key, card, step, marks });
    if (answer.status === 200) {
      this.keep.drop(draft);
      await this.next(answer.body);
      this.telegram.nod("sent");
      return;
    }
    const open = answer.status === 401 || answer.status >= 500 || answer.status === 429;
    if (!open) this.keep.save({ ...draft, key: undefined });
    await this.refused(answer, marks.length > 0 && !open);
  }

  skip() {
    showSkip(this.item, (reason) => this.move("/mark/skip", { ...this.here, reason }));
  }

  help() {
    const after = { flag: (body) => this.next(body, toast), ask: (body) => this.asked(body) };
    const tell = (kind) => showNote(kind, (note) => this.move(`/mark/${kind}`, { ...this.here, note }, after[kind]));
    showHelp(this.item, this.keys, tell);
  }

  get here() {
    return { card: this.item.card, step: this.item.step };
  }

  back() {
    return this.move("/mark/undo", {});
  }

  async move(address, content, after = (body) => this.next(body)) {
    await this.during("mark.waiting", async () => {
      const answer = await this.session.ask(address, content);
      if (answer.status === 200) await after(answer.body);
      else await this.refused(answer);
    });
  }

  async during(sentence, work) {
    if (this.foot.busy) return;
    this.foot.wait(word(sentence));
    this.place.inert = true;
    await work();
    this.place.inert = false;
    this.foot.done();
  }

  // What is right there is to be read, also where it was the last item: it is not only said for a moment.
  async next({ said, item, lasting }, speak = note) {
    await this.show(item);
    if (lasting && said.length > GLANCE) alert(said);
    else if (said && item.card) speak(said);
  }

  // A question to the admins leaves the item, and what is marked on it, where it is.
  async asked({ said, item }) {
    if (item.card === this.item.card && item.step === this.item.step) toast(said);
    else await this.next({ said, item }, toast);
  }

  // A refusal brings what stands there now and says why; what was marked stays kept and is offered where it fits.
  async refused({ status, body }, kept = false) {
    if (status === 401) return this.failed({ status, body });
    const gone = body.item && body.item.card !== this.item?.card;
    if (body.item) await this.show(body.item);
    toast(`${body.error || word("failed")}${kept && gone ? ` ${word("mark.kept")}` : ""}`);
  }

  failed({ status, body }) {
    this.editor?.destroy();
    this.editor = null;
    this.foot.hide();
    head(null);
    ready();
    const kept = this.keep.mine().length > 0;
    showOver(this.place, { status, said: body.error, kind: this.session.way.kind, kept, close: () => this.telegram.close() });
  }

  end(item) {
    this.foot.hide();
    showEnd(this.place, item, {
      kind: this.session.way.kind,
      close: () => this.telegram.close(),
      back: () => this.back(),
      look: () => this.look(),
    });
  }
}

// What became of the last item, for a moment in place of where we are: it must not cover what is read next.
function note(said) {
  const line = document.getElementById("where");
  const before = line.textContent;
  line.textContent = said;
  line.classList.add("fine");
  clearTimeout(note.timer);
  note.timer = setTimeout(() => line.textContent === said && where(before), NOTE);
}

function where(text) {
  const line = document.getElementById("where");
  line.textContent = text;
  line.classList.remove("fine");
}

function ready() {
  document.getElementById("marking").setAttribute("aria-busy", "false");
}

function head(item) {
  const open = Boolean(item?.card);
  where(open && item.total ? `${item.done + 1} / ${item.total} · ${item.title}` : (item?.title ?? ""));
  document.getElementById("question").textContent = open ? item.question : word("mark.title");
  document.getElementById("help").hidden = !open;
  const share = document.getElementById("share");
  share.hidden = !open || !item.total;
  share.max = item?.total || 1;
  share.value = item?.done ?? 0;
}

new Marking().start();
