// The keyboard in the editor of spans: arrows walk over the words, digits label, letters do the rest.
export function spanKey(editor, event) {
  if (event.isComposing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]") || event.target.matches?.("textarea, input")) return;
  const work = workOf(editor, event);
  if (!work) return;
  event.preventDefault();
  work();
  editor.reveal();
}

function workOf(editor, { key, shiftKey }) {
  if (/^[1-9]$/.test(key)) return editor.labels[key - 1] && (() => editor.label(editor.labels[key - 1].name));
  if (key === "ArrowLeft" || key === "ArrowRight") return () => walk(editor, key === "ArrowRight" ? 1 : -1, shiftKey);
  return {
    Escape: () => editor.clear(),
    Delete: () => editor.remove(),
    Backspace: () => editor.remove(),
    l: () => editor.toggleLetters(),
    r: () => editor.repeat(),
    n: () => follow(editor, 1),
    p: () => follow(editor, -1),
  }[key.length === 1 ? key.toLowerCase() : key];
}

// Without Shift to the next word; with it the end of what is picked or chosen moves.
function walk(editor, by, extending) {
  const { text, kind, active } = editor;
  if (extending && active) return stretch(editor, by);
  const from = active ? (by > 0 ? active.end : active.start) : visible(editor);
  const unit = text.beside(from, active ? by : 1, kind);
  if (!unit) return;
  editor.choose(null);
  const under = editor.spans.over(unit);
  if (under.length && !editor.spans.overlap) editor.choose(under[0]);
  else editor.pick({ start: unit.start, end: unit.end }, true);
}

function stretch(editor, by) {
  const { start, end } = editor.active;
  const unit = by > 0 ? editor.text.beside(end, 1, editor.kind) : editor.text.beside(end - 1, -1, editor.kind);
  if (!unit || unit.end <= start) return;
  editor.move({ start, end: unit.end });
  if (editor.chosen) editor.dragged();
}

// Where reading goes on: the first word in sight.
function visible(editor) {
  const box = editor.scroller.getBoundingClientRect();
  return editor.lines.at(box.left + 30, box.top + 30, "word")?.start ?? 0;
}

function follow(editor, by) {
  const { all } = editor.spans;
  if (!all.length) return;
  const here = all.indexOf(editor.chosen);
  editor.choose(all.at(here === -1 ? (by > 0 ? 0 : -1) : (here + by) % all.length));
}
