// The words of a message: paragraphs and quotes of styled parts. Everything is text; nothing is read as markup.
import { make } from "./dom.js";
import { word } from "./words.js";

const TAGS = { plain: "span", bold: "strong", italic: "em", code: "code", strike: "s", quiet: "small", quote: "span" };
const LONG_TEXT = 700;
const LONG_LINES = 14;
const MY_LONG_TEXT = 220;
const MY_LONG_LINES = 5;

// What they typed themselves people know: `mine` folds early, so that the card it is about stays in sight.
export function textOf(parts, unfold, mine = false) {
  const most = mine ? [MY_LONG_TEXT, MY_LONG_LINES] : [LONG_TEXT, LONG_LINES];
  return blocksOf(parts).map((block) => foldable(block, unfold, most));
}

// A quote stands by itself; an empty line begins a new paragraph.
function blocksOf(parts) {
  const blocks = [];
  let open = null;
  for (const part of parts) {
    if (part.style === "quote") {
      blocks.push({ quote: true, parts: [part] });
      open = null;
      continue;
    }
    part.text.split(/\n{2,}/).forEach((text, at) => {
      if (at > 0) open = null;
      if (text === "") return;
      if (open === null) blocks.push((open = { quote: false, parts: [] }));
      open.parts.push({ text, style: part.style });
    });
  }
  return blocks.map(trimmed).filter((block) => block.parts.length);
}

function trimmed(block) {
  if (block.quote) return block;
  const parts = block.parts.map((part) => ({ ...part }));
  parts[0].text = parts[0].text.replace(/^\n+/, "");
  parts.at(-1).text = parts.at(-1).text.replace(/\n+$/, "");
  return { quote: false, parts: parts.filter((part) => part.text !== "") };
}

function foldable(block, unfold, [length, lines]) {
  const element = make(block.quote ? "blockquote" : "p", { dir: "auto" }, ...block.parts.map(partOf));
  const text = element.textContent;
  if (text.length <= length && text.split("\n").length <= lines) return element;
  return fold(element, unfold);
}

function partOf(part) {
  return make(TAGS[part.style] ?? "span", { class: part.style }, part.text);
}

function fold(element, unfold) {
  const button = make("button", { type: "button", class: "link", "aria-expanded": "false" }, word("more"));
  const folded = make("div", { class: "fold folded" }, element, button);
  button.addEventListener("click", () => {
    const shut = folded.classList.toggle("folded");
    button.textContent = word(shut ? "more" : "less");
    button.setAttribute("aria-expanded", String(!shut));
    unfold(folded, shut);
  });
  return folded;
}
