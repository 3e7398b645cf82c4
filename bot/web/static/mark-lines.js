// The text on the page: paragraphs in which marked pieces are coloured, and what stands at a point of the screen.
import { make } from "./dom.js";
import { ground } from "./mark-tray.js";

const REACH = 26;
const LANE = 4;

export class Lines {
  // `styles`: title and colour by label name.
  constructor(text, styles) {
    this.text = text;
    this.styles = styles;
    this.blocks = text.paragraphs.map((paragraph) => ({ paragraph, element: make("p", { dir: "auto" }), pieces: [], signature: null }));
    this.element = make("div", { class: "lines" }, ...this.blocks.map(({ element }) => element));
  }

  // `spans`: [{start, end, label}] in order; `picked`: {start, end} or null; `chosen`: one of the spans or null.
  draw(spans, picked, chosen) {
    const lanes = lanesOf(spans);
    for (const block of this.blocks) {
      const { start, end } = block.paragraph;
      const here = spans.filter((span) => span.start < end && span.end > start);
      const pick = picked && picked.start < end && picked.end > start ? picked : null;
      const signature = JSON.stringify([here.map((span) => [span, lanes.get(span), span === chosen]), pick]);
      if (signature === block.signature) continue;
      block.signature = signature;
      this.fill(block, here, pick, chosen, lanes);
    }
  }

  fill(block, spans, picked, chosen, lanes) {
    const { start, end } = block.paragraph;
    const cuts = [start, end, ...[...spans, ...(picked ? [picked] : [])].flatMap((span) => [span.start, span.end])];
    const places = [...new Set(cuts)].filter((at) => at >= start && at <= end).sort((a, b) => a - b);
    const known = new Map(block.pieces.map((piece) => [piece.name, piece]));
    const active = []; // The spans over the place where we are; both lists are in order of their starts.
    let next = 0;
    block.pieces = places.slice(1).map((to, index) => {
      const at = places[index];
      while (next < spans.length && spans[next].start <= at) active.push(spans[next++]);
      for (let old = active.length - 1; old >= 0; old--) if (active[old].end <= at) active.splice(old, 1);
      const covering = [...active];
      const isPicked = picked !== null && picked.start <= at && picked.end >= to;
      const shown = { at, to, covering, isPicked, chosen: covering.includes(chosen) ? chosen : null, lanes };
      return known.get(nameOf(shown)) ?? this.piece(shown);
    });
    replace(block.element, block.pieces.flatMap(({ elements }) => elements));
  }

  // A piece of text under the same marks: its node, and its elements with the names of marks that end there.
  piece(shown) {
    const { at, to, covering, isPicked, chosen } = shown;
    const node = document.createTextNode(this.text.text.slice(at, to));
    const piece = { name: nameOf(shown), node, start: at, end: to, elements: [node] };
    if (!covering.length && !isPicked) return piece;
    const ending = covering.filter((span) => span.end === to);
    piece.elements = [this.coloured(node, shown), ...ending.map((span) => this.tag(span, span === chosen))];
    return piece;
  }

  // The innermost mark gives the colour, and each has its own line below the words.
  coloured(node, { covering, isPicked, chosen, lanes }) {
    const names = ["piece", isPicked && "picked", chosen && "chosen"].filter(Boolean);
    const piece = make("mark", { class: names.join(" ") }, node);
    if (!covering.length) return piece;
    const colourOf = (span) => this.styles.get(span.label).colour;
    const innermost = covering.reduce((one, other) => (other.end - other.start < one.end - one.start ? other : one));
    const values = {
      "--colour": colourOf(chosen ?? innermost),
      "--lines": covering.map((span) => `linear-gradient(${colourOf(span)}, ${colourOf(span)})`).join(", "),
      "--places": covering.map((span) => `0 calc(100% - ${lanes.get(span) * LANE}px)`).join(", "),
      "--room": `${(Math.max(...covering.map((span) => lanes.get(span))) + 1) * LANE}px`,
    };
    for (const [name, value] of Object.entries(values)) piece.style.setProperty(name, value);
    return piece;
  }

  // The name beside the mark is drawn by the style sheet: it is no part of the text, to select or to count.
  tag(span, isChosen) {
    const { title, colour } = this.styles.get(span.label);
    const tag = make("span", { class: isChosen ? "tag chosen" : "tag", "data-title": title, "data-at": span.end });
    ground(tag, colour);
    return tag;
  }

  // The unit at a point of the window, or the nearest within a finger's reach.
  at(x, y, kind) {
    const near = this.blocks.filter(({ element }) => {
      const box = element.getBoundingClientRect();
      return box.top - REACH <= y && box.bottom + REACH >= y;
    });
    const found = near.flatMap((block) => this.nearest(block, x, y, kind)).sort((a, b) => a.far - b.far)[0];
    return found && found.far <= REACH ? found.unit : null;
  }

  // Lines follow each other downwards, so that the search may begin a line above the point.
  nearest(block, x, y, kind) {
    const units = this.text.units(block.paragraph, kind);
    const height = parseFloat(getComputedStyle(block.element).lineHeight);
    const middle = (unit) => {
      const box = this.boxes(block, unit)[0];
      return box ? (box.top + box.bottom) / 2 : -Infinity;
    };
    let [low, high] = [0, units.length];
    while (low < high) {
      const half = (low + high) >> 1;
      if (middle(units[half]) < y - height) low = half + 1;
      else high = half;
    }
    const found = [];
    for (let at = Math.max(0, low - 1); at < units.length; at++) {
      const boxes = this.boxes(block, units[at]);
      if (boxes.length && Math.min(...boxes.map((box) => (box.top + box.bottom) / 2)) > y + height) break;
      if (units[at].blank) continue;
      for (const box of boxes) found.push({ unit: units[at], far: distance(box, x, y) });
    }
    return found;
  }

  boxes(block, { start, end }) {
    const range = document.createRange();
    range.setStart(...placeIn(block, start, false));
    range.setEnd(...placeIn(block, end, true));
    return [...range.getClientRects()].filter((box) => box.width > 0);
  }

  boxesOf(unit) {
    return this.boxes(this.blockAt(unit.start), unit);
  }

  blockAt(at) {
    return this.blocks[this.text.paragraphs.indexOf(this.text.paragraphAt(at))];
  }

  // Where a span begins or ends on the screen: {x, top, bottom, side}, `side` -1 where the text goes on to the right.
  edge(at, isStart) {
    const unit = isStart ? this.text.unitAt(at, "grapheme") : this.text.unitAt(at - 1, "grapheme");
    const box = unit && this.boxesOf(unit)[0];
    if (!box) return null;
    const backwards = isBackwards(this.text.text.slice(unit.start, unit.end), this.blockAt(unit.start).element);
    const left = isStart !== backwards;
    return { x: left ? box.left : box.right, top: box.top, bottom: box.bottom, side: left ? -1 : 1 };
  }

  // What a mouse has selected, in places of the string; null where it is nothing of ours.
  selection() {
    const selected = getSelection();
    if (!selected.rangeCount || selected.isCollapsed) return null;
    const range = selected.getRangeAt(0);
    if (!range.intersectsNode(this.element)) return null;
    const [start, end] = [this.place(range.startContainer, range.startOffset), this.place(range.endContainer, range.endOffset)];
    return start < end ? this.text.trimmed(start, end) : null;
  }

  // Of a place in the document the place in the string: all text nodes before it count.
  place(container, offset) {
    const own = this.blocks.flatMap(({ pieces }) => pieces).find(({ node }) => node === container);
    if (own) return own.start + offset;
    const probe = document.createRange();
    probe.setStart(container, offset);
    const after = this.blocks.flatMap(({ pieces }) => pieces).find(({ node }) => probe.comparePoint(node, 0) >= 0);
    return after ? after.start : this.text.text.length;
  }
}

// A place between two pieces belongs to the one that goes on (or ends) there, so that no box of the other is measured.
function placeIn(block, at, ending) {
  const found = block.pieces.find(({ start, end }) => (ending ? at > start && at <= end : at >= start && at < end));
  const { node, start } = found ?? block.pieces.at(-1);
  return [node, Math.min(at - start, node.length)];
}

// Only what differs is taken out and put in: the browser lays out no more than it must.
function replace(block, elements) {
  const staying = new Set(elements);
  for (const child of [...block.childNodes]) if (!staying.has(child)) child.remove();
  let before = block.firstChild;
  for (const element of elements) {
    if (element === before) before = before.nextSibling;
    else block.insertBefore(element, before);
  }
}

function nameOf({ at, to, covering, isPicked, chosen, lanes }) {
  const marks = covering.map((span) => `${span.start}-${span.end}-${span.label}-${lanes.get(span)}-${span === chosen}`);
  return `${at} ${to} ${isPicked} ${marks.join(" ")}`;
}

function distance(box, x, y) {
  const aside = Math.max(box.left - x, 0, x - box.right);
  const above = Math.max(box.top - y, 0, y - box.bottom);
  return aside + 2 * above;
}

// Each span gets the lowest line that no span over the same words has.
function lanesOf(spans) {
  const ends = [];
  return new Map(
    spans.map((span) => {
      const free = ends.findIndex((end) => end <= span.start);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = span.end;
      return [span, lane];
    }),
  );
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

function isBackwards(letter, block) {
  if (RIGHT_TO_LEFT.test(letter)) return true;
  return !/[\p{L}\p{N}]/u.test(letter) && getComputedStyle(block).direction === "rtl";
}
