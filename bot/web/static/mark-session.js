// The way into the page and the session it was exchanged for; every request carries the session.
import { Sending, asJson, newKey } from "./sending.js";
import { shelf } from "./mark-keep.js";
import { initData, person } from "./mark-telegram.js";

const KEPT = "labelbot-mark-session:";
const ENTERING = "labelbot-mark-entering:";
const OVER = 401;

export class Session extends Sending {
  constructor({ onTrouble, onFine }) {
    super({ onTrouble, onFine });
    this.way = wayOf(location.pathname);
    this.token = shelf.getItem(KEPT + location.pathname);
  }

  // Resolves with {status, body}; without `content` something is only asked for. A session that ended is exchanged anew
  // once: who may still come in need not notice.
  async ask(address, content) {
    const job = content && { key: newKey(), ...content };
    const answer = await this.askOnce(address, job);
    if (answer.status !== OVER || !this.token) return answer;
    this.keep(null);
    return this.askOnce(address, job);
  }

  async askOnce(address, job) {
    if (!this.token) {
      const entered = await this.enter();
      if (!this.token) return entered;
    }
    return job ? this.post(address, job) : this.get(address);
  }

  // A way in is good for once; should the page be closed before the answer is here, the same request is made again.
  async enter() {
    const place = ENTERING + location.pathname;
    const proof = this.way.proof();
    const begun = JSON.parse(shelf.getItem(place) ?? "{}");
    const same = JSON.stringify(begun.proof) === JSON.stringify(proof);
    const key = same ? begun.key : newKey();
    shelf.setItem(place, JSON.stringify({ proof, key }));
    const answer = await this.post("/mark/enter", { key, ...proof });
    shelf.removeItem(place);
    if (answer.status === 200) this.keep(answer.body.session);
    return answer.status === 200 ? answer : { ...answer, status: answer.status < 500 ? OVER : answer.status };
  }

  // Media and the like: as the browser's own fetch, with our session.
  fetch(address) {
    return fetch(address, { headers: this.headers });
  }

  get headers() {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }

  // Work that one person left behind is not shown to another on the same device.
  get owner() {
    return this.way.kind === "telegram" ? `telegram ${person()}` : this.way.kind === "link" ? location.pathname : "browser";
  }

  keep(token) {
    this.token = token;
    if (token) shelf.setItem(KEPT + location.pathname, token);
    else shelf.removeItem(KEPT + location.pathname);
  }

  async fine(response) {
    this.told.onFine();
    return { status: response.status, body: (await asJson(response)) ?? {} };
  }

  async refused(response) {
    return this.fine(response);
  }
}

function wayOf(path) {
  const [, , kind, rest] = path.split("/");
  if (kind === "telegram") return { kind, proof: () => ({ card: rest, init_data: initData() }) };
  if (kind === "link") return { kind, proof: () => ({ card: "", link: decodeURIComponent(rest) }) };
  return { kind: "browser", proof: () => ({ card: kind }) };
}
