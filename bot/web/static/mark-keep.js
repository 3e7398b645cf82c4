// What was marked and not sent yet, kept in the browser until it is sent.
const KEPT = "labelbot-mark-work:";
const DAY = 24 * 3600 * 1000;
const DAYS = 7;

class Shelf {
  setItem(name, value) {
    this[name] = value;
  }

  getItem(name) {
    return this[name] ?? null;
  }

  removeItem(name) {
    delete this[name];
  }
}

// Where the browser gives no room (cookies forbidden, a foreign frame), things are known as long as the page is open.
export const shelf = room();

function room() {
  try {
    localStorage.getItem(KEPT);
    return localStorage;
  } catch {
    return new Shelf();
  }
}

export class Keep {
  constructor(owner) {
    this.owner = owner;
    for (const draft of this.all()) if (Date.now() - draft.at > DAYS * DAY) this.drop(draft);
  }

  // False where the browser has no room for it.
  save(draft) {
    try {
      shelf.setItem(nameOf(draft), JSON.stringify({ ...draft, owner: this.owner, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  drop(draft) {
    shelf.removeItem(nameOf(draft));
  }

  of(item) {
    return this.mine().find((draft) => nameOf(draft) === nameOf(item));
  }

  // The newest work on the same content under another card: it was answered elsewhere meanwhile, or taken back.
  like(item) {
    const about = aboutOf(item);
    return this.mine().filter((draft) => draft.about === about && !draft.key).sort((a, b) => b.at - a.at)[0];
  }

  // What was on its way when the page was closed, oldest first.
  begun() {
    return this.mine().filter((draft) => draft.key).sort((a, b) => a.at - b.at);
  }

  mine() {
    return this.all().filter((draft) => draft.owner === this.owner);
  }

  all() {
    const names = Object.keys(shelf).filter((name) => name.startsWith(KEPT));
    return names.map((name) => JSON.parse(shelf.getItem(name)));
  }
}

export function draftOf(item, marks) {
  return { card: item.card, step: item.step, about: aboutOf(item), marks };
}

function nameOf({ card, step }) {
  return `${KEPT}${card}:${step}`;
}

// The same content asked about in the same way has the same fingerprint. It stands in for the text, which is nobody's
// business later on this device.
function aboutOf(item) {
  const content = item.id ?? `${item.picture?.url ?? ""}\n${item.text ?? ""}`;
  let [high, low] = [0x811c9dc5, 0x1000193];
  for (const character of `${item.type}\n${item.question}\n${content}`) {
    const code = character.codePointAt(0);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 13);
  }
  return [high, low].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}
