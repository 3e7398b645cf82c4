// A channel to read: the summaries that are posted there.
import { Log } from "./log.js";
import { Status } from "./status.js";
import { Stream } from "./stream.js";

const status = new Status();
const empty = document.getElementById("empty");
const log = new Log({ press: () => {}, edit: null }, () => (empty.hidden = log.bubbles.size > 0));
const address = `/channel/${encodeURIComponent(document.getElementById("app").dataset.channel)}/events`;
const stream = new Stream(address, {
  onAll: (messages) => {
    log.all(messages);
    empty.hidden = log.bubbles.size > 0;
  },
  onSome: (messages) => log.some(messages),
  onOpen: () => status.fine("stream"),
  onTrouble: () => status.trouble("stream"),
  onOver: () => {
    stream.close();
    status.over();
  },
});
