// Objects that may lie over one another. The map shows them all, small ones over large ones and the active one on top:
// its pixels are those that the map shows. Of the others, which may be covered, the runs are kept.
export class Pile {
  constructor(map) {
    this.map = map;
    this.clear();
  }

  clear() {
    this.kept = new Map();
    this.active = 0;
  }

  take(value, mask) {
    this.kept.set(value, this.map.runsOf(mask));
  }

  // Another object, or with 0 none, becomes the active one.
  raise(value) {
    this.gather();
    this.active = value;
    this.lay();
  }

  // After the active one was taken away somewhere: what is below it shows.
  settle() {
    this.raise(this.active);
  }

  gather() {
    if (this.active) this.kept.set(this.active, this.map.runs().get(this.active) ?? []);
  }

  lay() {
    const others = Array.from(this.kept).filter(([value]) => value !== this.active);
    const areas = new Map(others.map(([value, runs]) => [value, area(runs)]));
    others.sort(([one], [two]) => areas.get(two) - areas.get(one));
    this.map.values.fill(0);
    for (const [value, runs] of others) this.map.draw(value, runs);
    this.map.draw(this.active, this.kept.get(this.active) ?? []);
  }

  // {size, counts} as COCO has them, by value.
  encoded() {
    this.gather();
    const there = Array.from(this.kept).filter(([, runs]) => runs.length);
    return new Map(there.map(([value, runs]) => [value, this.map.mask(runs)]));
  }
}

function area(runs) {
  let sum = 0;
  for (let at = 1; at < runs.length; at += 2) sum += runs[at];
  return sum;
}
