// Sends what a person does, in order and each under its own key: sending it again does no harm.
const TIMEOUT = 15000;
const PAUSES = [300, 1000, 2000, 4000, 8000];
const SERVER_TRIES = 6;
const TOO_MANY = 429;

export class Sending {
  constructor({ onTrouble, onFine, onOver, onRefused }) {
    this.waiting = [];
    this.busy = false;
    this.told = { onTrouble, onFine, onOver, onRefused };
    this.wake = () => {};
    addEventListener("online", () => this.wake());
  }

  // Resolves with the answer, or with null where the server refused it for good.
  post(address, content) {
    return this.queue({ address, method: "POST", body: JSON.stringify({ key: newKey(), ...content }) });
  }

  get(address) {
    return this.queue({ address, method: "GET" });
  }

  queue(job) {
    return new Promise((resolve) => {
      this.waiting.push({ ...job, resolve });
      this.work();
    });
  }

  // What goes with every request beside its content.
  get headers() {
    return {};
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    while (this.waiting.length) {
      const job = this.waiting[0];
      const answer = await this.deliver(job);
      this.waiting.shift();
      job.resolve(answer);
    }
    this.busy = false;
  }

  async deliver(job) {
    for (let attempt = 0, failures = 0; ; attempt++) {
      const response = await this.attempt(job);
      if (response?.ok) return this.fine(response);
      if (response && response.status < 500 && response.status !== TOO_MANY) return this.refused(response);
      failures += response ? 1 : 0;
      if (failures >= SERVER_TRIES) return this.refused(response);
      this.told.onTrouble();
      await this.pause(PAUSES[Math.min(attempt, PAUSES.length - 1)]);
    }
  }

  async attempt(job) {
    try {
      const headers = { "content-type": "application/json", ...this.headers };
      const signal = AbortSignal.timeout(TIMEOUT);
      return await fetch(job.address, { method: job.method, headers, body: job.body, signal });
    } catch {
      return null;
    }
  }

  async fine(response) {
    this.told.onFine();
    return (await asJson(response)) ?? {};
  }

  async refused(response) {
    this.told.onFine();
    if (response.status === 401) this.told.onOver();
    else this.told.onRefused((await asJson(response))?.error ?? "");
    return null;
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}

export async function asJson(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

// randomUUID exists on https and localhost only; a team may well open the page by an address in its own network.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
