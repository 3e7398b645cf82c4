// Mounts one editor as the shell of the marking page does.
import { BoxesEditor } from "/static/mark-boxes.js";
import { MasksEditor } from "/static/mark-masks.js";
import { countsOf, compress, eachRun, expand } from "/static/mark-rle.js";

const EDITORS = { boxes: BoxesEditor, masks: MasksEditor };

window.told = null;
window.rle = { countsOf, compress, eachRun, expand };

const undo = document.getElementById("undo");
const redo = document.getElementById("redo");

undo.addEventListener("click", () => window.editor.undo());
redo.addEventListener("click", () => window.editor.redo());

const show = () => {
  undo.disabled = !window.editor.canUndo;
  redo.disabled = !window.editor.canRedo;
};

window.mount = async (kind, item) => {
  const onChange = (marks) => {
    window.told = marks;
    show();
  };
  const editor = new EDITORS[kind](document.getElementById("root"), item, { onChange, load: (url) => fetch(url) });
  window.editor = editor;
  show();
  await editor.view.ready;
  if (item.regions) await editor.regionsReady;
  await drawn();
};

const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
window.drawn = drawn;

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter") window.sent = true;
  if (!event.ctrlKey || event.key.toLowerCase() !== "z") return;
  if (event.shiftKey) window.editor.redo();
  else window.editor.undo();
});
