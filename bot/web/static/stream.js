// Listens to the chat's messages and changes; comes back by itself, from the last change it has.
const PAUSES = [500, 1000, 2000, 5000, 10000];

export class Stream {
  constructor(address, { onAll, onSome, onOpen, onTrouble, onOver }) {
    this.address = address;
    this.told = { onAll, onSome, onOpen, onTrouble, onOver };
    this.last = null;
    this.failures = 0;
    this.source = null;
    this.timer = null;
    document.addEventListener("visibilitychange", () => this.seen());
    addEventListener("online", () => this.again(0));
    addEventListener("offline", () => this.told.onTrouble());
    addEventListener("pageshow", (event) => event.persisted && this.again(0));
    this.open();
  }

  open() {
    this.close();
    const source = new EventSource(this.last === null ? this.address : `${this.address}?after=${this.last}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.failures = 0;
      this.told.onOpen();
    });
    source.addEventListener("all", (event) => this.take(event, this.told.onAll));
    source.addEventListener("some", (event) => this.take(event, this.told.onSome));
    source.addEventListener("error", () => source === this.source && this.broken());
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  take(event, tell) {
    const messages = JSON.parse(event.data);
    this.last = Math.max(this.last ?? 0, Number(event.lastEventId) || 0);
    tell(messages);
  }

  broken() {
    this.told.onTrouble();
    // While it is merely "connecting" the browser tries again; a refusal closes it for good.
    if (this.source.readyState === EventSource.CLOSED) this.afterRefusal();
  }

  async afterRefusal() {
    this.close();
    const status = await fetch("/chat/me").then((response) => response.status, () => 0);
    if (status === 401) this.told.onOver();
    else this.again(PAUSES[Math.min(this.failures++, PAUSES.length - 1)]);
  }

  again(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), milliseconds);
  }

  // A hidden page lets its connection go: browsers allow six to one address, all tabs together.
  seen() {
    clearTimeout(this.timer);
    if (document.hidden) this.timer = setTimeout(() => document.hidden && this.close(), 30000);
    else if (!this.source) this.open();
  }
}
