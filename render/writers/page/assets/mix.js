// The mastered mix: an audio element, which sounds at once while it is still being read. While the song is written another
// takes its place as it plays: of the whole song, or of a stretch of it, behind which the whole waits.

class Mix extends EventTarget {
  constructor(element) {
    super();
    this.known = new WeakSet();
    this.take(element);
  }

  // Hear an element from now on. A stretch begins at a second of the song.
  take(element, stretchFrom = null) {
    const before = this.element;
    this.whole = stretchFrom === null ? null : this.whole || before;
    this.element = element;
    this.offset = stretchFrom || 0;
    if (before && before !== element) {
      before.pause();
      if (before !== this.whole) {
        before.removeAttribute("src"); // it reads no further
        before.load();
      }
    }
    if (this.known.has(element)) return;
    this.known.add(element);
    element.addEventListener("timeupdate", () => element === this.element && this.tell("timeupdate"));
    element.addEventListener("ended", () => {
      if (element !== this.element) return;
      if (this.whole) this.leave(this.seconds, true);
      else this.tell("ended");
    });
  }

  // Leave a stretch for the whole song behind it.
  leave(seconds, plays) {
    this.take(this.whole);
    this.element.currentTime = seconds;
    if (plays) this.element.play();
    this.tell("left");
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  get seconds() {
    return this.element.currentTime + this.offset;
  }

  start(seconds) {
    if (Math.abs(this.seconds - seconds) > 1e-3) this.seek(seconds);
    return this.element.play();
  }

  stop() {
    this.element.pause();
  }

  seek(seconds) {
    const isOut = seconds < this.offset || seconds > this.offset + this.element.duration - 0.1;
    if (this.whole && isOut) this.leave(seconds, !this.element.paused);
    else this.element.currentTime = seconds - this.offset;
  }
}
