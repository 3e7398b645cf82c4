// The page's sentences, in the reader's language.
const sentences = JSON.parse(document.getElementById("words").textContent);

export function word(key) {
  return sentences[key] ?? key;
}
