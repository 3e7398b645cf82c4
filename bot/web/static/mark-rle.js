// COCO's compressed run-length strings: column by column, runs of 0 and 1 in turn, each as the difference to the run
// two before it, in groups of five bits.
export function compress(counts) {
  const signs = [];
  for (let at = 0; at < counts.length; at++) {
    let rest = at > 2 ? counts[at] - counts[at - 2] : counts[at];
    for (let more = true; more; ) {
      let sign = rest & 0x1f;
      rest >>= 5;
      more = sign & 0x10 ? rest !== -1 : rest !== 0;
      if (more) sign |= 0x20;
      signs.push(sign + 48);
    }
  }
  return textOf(signs);
}

// Throws RangeError where the text is cut off or holds signs that no encoder writes.
export function expand(text) {
  const counts = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let sign;
    let shift = 0;
    do {
      sign = text.charCodeAt(at++) - 48;
      if (!(sign >= 0 && sign < 64)) throw new RangeError("not a run-length string");
      value |= (sign & 0x1f) << shift;
      shift += 5;
    } while (sign & 0x20);
    if (sign & 0x10 && shift < 32) value |= -1 << shift;
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
  }
  return counts;
}

// Counts of a mask of `total` pixels from its [start, length, start, length …], which must be in order.
export function countsOf(runs, total) {
  const counts = [];
  let end = 0;
  for (let at = 0; at < runs.length; at += 2) {
    if (runs[at] === end && counts.length) counts[counts.length - 1] += runs[at + 1];
    else counts.push(runs[at] - end, runs[at + 1]);
    end = runs[at] + runs[at + 1];
  }
  if (end < total || !counts.length) counts.push(total - end);
  return counts;
}

// The other way: calls back with start and length of each run of ones.
export function eachRun(counts, told) {
  let start = 0;
  counts.forEach((length, at) => {
    if (at % 2 && length) told(start, length);
    start += length;
  });
}

function textOf(signs) {
  const parts = [];
  for (let at = 0; at < signs.length; at += 8192) parts.push(String.fromCharCode(...signs.slice(at, at + 8192)));
  return parts.join("");
}
