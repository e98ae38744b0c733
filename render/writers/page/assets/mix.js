// The mastered mix: an audio element, which sounds at once while it is still being read.

class Mix {
  constructor(element) {
    this.element = element;
  }

  get seconds() {
    return this.element.currentTime;
  }

  start(seconds) {
    if (Math.abs(this.element.currentTime - seconds) > 1e-3) this.element.currentTime = seconds;
    return this.element.play();
  }

  stop() {
    this.element.pause();
  }

  seek(seconds) {
    this.element.currentTime = seconds;
  }
}
