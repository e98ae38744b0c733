// The words: the line that is sung on the stage, and the lyrics below it; beside them the chords.

// How long before its first word a line is on the stage, and after its last [s].
const BEFORE = 1.2;
const AFTER = 1.6;
// Chords on the stage; the one in the middle sounds.
const CHORDS = 5;
const MIDDLE = 2;

class Words {
  constructor(player) {
    this.player = player;
    this.line = $("line");
    this.next = $("next");
    this.cells = Array.from({ length: CHORDS }, () => $("chords").appendChild(document.createElement("span")));
    this.cells[MIDDLE].className = "now";
    new ResizeObserver(() => this.fit()).observe(this.line);
    this.read();
  }

  // Find the lines in the document.
  read() {
    this.lines = [...document.querySelectorAll("[data-line]")];
    this.shown = undefined; // number of the line on the stage; −1 for none
    this.word = this.chord = undefined;
    for (const button of this.lines) {
      button.addEventListener("click", () => this.player.seek(song.lines[button.dataset.line].start - 0.05));
    }
  }

  // Show what is sung at a time.
  at(seconds) {
    this.showChords(seconds);
    const number = lastBefore(song.lines, (line) => line.start - BEFORE, seconds);
    let found = number >= 0 && seconds < song.lines[number].end + AFTER ? number : -1;
    if (found > 0 && seconds < song.lines[found].start && seconds < song.lines[found - 1].end + 0.3) found -= 1;
    if (found !== this.shown || found < 0) this.showLine(found, seconds);
    if (found < 0) return;
    const { words } = song.lines[found];
    const word = lastBefore(words, (each) => each[0], seconds);
    if (word === this.word) return;
    this.word = word;
    for (const spans of [this.line.children, this.lines[found].children]) {
      for (let i = 0; i < spans.length; i++) spans[i].className = i === word ? "now" : i < word ? "sung" : "";
    }
  }

  showLine(number, seconds) {
    const following = song.lines.find((line) => line.start > seconds);
    if (number < 0) {
      const name = song.sections[sectionAt(seconds)].name;
      if (this.shown !== -1 || this.silent !== name) this.line.textContent = name;
      this.silent = name;
    }
    if (number === this.shown) return;
    if (this.shown >= 0) {
      this.lines[this.shown].removeAttribute("aria-current");
      for (const span of this.lines[this.shown].children) span.className = "";
    }
    this.shown = number;
    this.word = null;
    this.line.classList.toggle("silent", number < 0);
    if (number >= 0) {
      this.line.replaceChildren(...song.lines[number].words.map(([, , text]) =>
        Object.assign(document.createElement("span"), { textContent: text })));
      this.lines[number].setAttribute("aria-current", "true");
    }
    this.fit();
    const after = number >= 0 ? song.lines[number + 1] : following;
    this.next.textContent = after ? after.words.map(([, , text]) => text).join(" ") : "";
  }

  // Make the letters smaller until the line has room.
  fit() {
    for (let size = 1; size > 0.4; size *= 0.93) {
      this.line.style.setProperty("--fit", size.toFixed(3));
      if (this.line.scrollHeight <= this.line.clientHeight + 1 && this.line.scrollWidth <= this.line.clientWidth) return;
    }
  }

  showChords(seconds) {
    const chord = lastBefore(song.chords, (each) => each[0], seconds);
    if (chord === this.chord) return;
    this.chord = chord;
    this.cells.forEach((cell, i) => {
      const found = song.chords[chord + i - MIDDLE];
      cell.textContent = found ? found[1] : "";
    });
  }
}
