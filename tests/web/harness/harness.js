// Mounts one editor as the shell of the marking page does.
import { BoxesEditor } from "/static/mark-boxes.js";
import { MasksEditor } from "/static/mark-masks.js";
import { countsOf, compress, eachRun, expand } from "/static/mark-rle.js";

const EDITORS = { boxes: BoxesEditor, masks: MasksEditor };

window.told = null;
window.rle = { countsOf, compress, eachRun, expand };

window.mount = async (kind, item) => {
  const onChange = (marks) => (window.told = marks);
  const editor = new EDITORS[kind](document.getElementById("root"), item, { onChange, load: (url) => fetch(url) });
  window.editor = editor;
  await editor.view.ready;
  if (item.regions) await editor.regionsReady;
  await drawn();
};

const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
window.drawn = drawn;
