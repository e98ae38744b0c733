// The rows over time. Each is a canvas that is drawn when the view, the width or the scheme changes; while the song plays
// only the playhead moves, by a style.

const MOST_ZOOM = 24;
// Bars of a waveform: width and distance [px].
const BAR = 2;
const STEP = 3;
// Ends of the loudness axis [LUFS].
const [QUIETEST, LOUDEST] = [-42, -6];

class Timeline {
  constructor(player) {
    this.player = player;
    this.root = $("timeline");
    this.zoom = 1;
    this.start = 0;
    this.fingers = new Map();
    this.attended = new WeakSet();
    this.colours = scheme();
    this.listen();
    this.read();
  }

  // Find the rows in the document, and what they show of the song.
  read() {
    const strip = (name) => this.root.querySelector(`.${name} .strip`);
    this.rows = [
      [strip("ruler"), (...drawn) => this.ruler(...drawn)],
      [strip("mix"), (...drawn) => this.mix(...drawn)],
      [strip("curves"), (...drawn) => this.curves(...drawn)],
      [strip("loudness"), (...drawn) => this.loudness(...drawn)],
      [strip("spectrogram"), (...drawn) => this.spectrogram(...drawn)],
      ...[...this.root.querySelectorAll(".lane")].map((lane) => {
        const part = song.parts[lane.dataset.part];
        return [lane.querySelector(".strip"), (...drawn) => this.lane(part, ...drawn)];
      }),
    ].map(([element, draw]) => ({ element, canvas: element.querySelector("canvas"), draw }));
    this.marks = [...song.sends.flatMap((send) => send.glitches.map((each) => [...each, send.name]))];
    for (const { element } of this.rows) this.attend(element);
    this.inkedWith = null;
    const shades = new Image();
    shades.onload = () => {
      this.shades = shades;
      this.redraw();
    };
    shades.src = song.spectrogram;
    this.redraw();
  }

  get shown() {
    return song.seconds / this.zoom;
  }

  x(seconds, width) {
    return ((seconds - this.start) / this.shown) * width;
  }

  secondsAt(clientX) {
    const box = this.rows[0].element.getBoundingClientRect();
    return this.start + (clamp((clientX - box.left) / box.width, 0, 1)) * this.shown;
  }

  // view

  look(start, zoom = this.zoom) {
    this.zoom = clamp(zoom, 1, MOST_ZOOM);
    this.start = clamp(start, 0, song.seconds - this.shown);
    $("tip").hidden = true;
    this.redraw();
  }

  // Zoom by a factor; what is at a second stays where it is.
  zoomBy(factor, seconds = this.player.seconds) {
    const share = clamp((seconds - this.start) / this.shown, 0, 1);
    const zoom = clamp(this.zoom * factor, 1, MOST_ZOOM);
    this.look(seconds - (share * song.seconds) / zoom, zoom);
  }

  // Move the playhead, and turn the page when it leaves.
  follow(seconds) {
    const isIn = seconds >= this.start && seconds <= this.start + this.shown;
    if (!isIn && this.player.isPlaying && !this.isHeld) this.look(seconds - 0.02 * this.shown);
    this.root.style.setProperty("--at", ((seconds - this.start) / this.shown).toFixed(5));
  }

  showLoop(range) {
    const share = (seconds) => ((seconds - this.start) / this.shown).toFixed(5);
    this.root.style.setProperty("--from", range ? share(range.start) : 0);
    this.root.style.setProperty("--to", range ? share(range.end) : 0);
  }

  redraw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      const ratio = window.devicePixelRatio || 1;
      for (const { element, canvas, draw } of this.rows) {
        const [width, height] = [element.clientWidth, element.clientHeight];
        if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
          canvas.width = Math.round(width * ratio);
          canvas.height = Math.round(height * ratio);
        }
        const pen = canvas.getContext("2d");
        pen.setTransform(ratio, 0, 0, ratio, 0, 0);
        pen.clearRect(0, 0, width, height);
        draw(pen, width, height);
      }
      this.showLoop(this.player.loop);
      this.follow(this.player.seconds);
    });
  }

  // hands

  listen() {
    new ResizeObserver(() => this.redraw()).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = scheme();
      this.redraw();
    });
  }

  // Listen to the hands on a row, once.
  attend(element) {
    if (this.attended.has(element)) return;
    this.attended.add(element);
    const loops = element.parentElement.classList.contains("ruler");
    element.addEventListener("pointerdown", (event) => this.hold(event, element, loops));
    element.addEventListener("pointermove", (event) => !this.isHeld && this.hint(event, element));
    element.addEventListener("pointerleave", () => { $("tip").hidden = true; });
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  // A click seeks; a drag scrubs, moves the view where it is a finger's, and loops bars where it is on the ruler.
  hold(event, element, loops) {
    if (event.button || (this.fingers.size && this.held !== element)) return;
    const from = this.secondsAt(event.clientX);
    const [at, start] = [event.clientX, this.start];
    const isFinger = event.pointerType !== "mouse";
    let hasMoved = false;
    this.fingers.set(event.pointerId, event.clientX);
    if (this.fingers.size > 1) return; // the first finger's hold goes on, as a pinch
    this.isHeld = true;
    this.held = element;
    $("tip").hidden = true;
    element.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const apart = this.apart();
      this.fingers.set(moved.pointerId, moved.clientX);
      if (apart) {
        hasMoved = true;
        this.zoomBy(this.apart() / apart, this.secondsAt([...this.fingers.values()].reduce((a, b) => a + b) / 2));
        return;
      }
      if (Math.abs(moved.clientX - at) < 5 && !hasMoved) return;
      hasMoved = true;
      const to = this.secondsAt(moved.clientX);
      if (loops) this.player.loopOver(this.bars(Math.min(from, to), Math.max(from, to)));
      else if (isFinger && this.zoom > 1) this.look(start - ((moved.clientX - at) / element.clientWidth) * this.shown);
      else this.player.seek(to);
    };
    const end = (ended) => {
      this.fingers.delete(ended.pointerId);
      if (this.fingers.size) return;
      for (const name of ["pointermove", "pointerup", "pointercancel"]) {
        element.removeEventListener(name, name === "pointermove" ? move : end);
      }
      this.isHeld = false;
      if (hasMoved || ended.type !== "pointerup") return;
      this.player.seek(from);
      element.dispatchEvent(new CustomEvent("place", { bubbles: true, detail: from }));
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  }

  // How far two fingers are apart [px]; 0 if there are not two.
  apart() {
    const [one, other] = this.fingers.values();
    return this.fingers.size === 2 ? Math.max(Math.abs(one - other), 1) : 0;
  }

  // Whole bars that hold a stretch.
  bars(from, to) {
    return { start: song.bars[barAt(from)][1], end: barEnd(barAt(to)) };
  }

  wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 200), this.secondsAt(event.clientX));
    } else if (this.zoom > 1 && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
      event.preventDefault();
      const width = this.rows[0].element.clientWidth;
      this.look(this.start + ((event.deltaX || event.deltaY) / width) * this.shown);
    }
  }

  // Say what a glitch is where the mouse is on it.
  hint(event, element) {
    const lane = element.closest(".lane");
    const marks = lane ? song.parts[lane.dataset.part].glitches : element.closest(".curves") ? this.marks : [];
    const seconds = this.secondsAt(event.clientX);
    const near = (3 / element.clientWidth) * this.shown;
    const found = marks.find(([start, end]) => seconds >= start - near && seconds <= end + near);
    const tip = $("tip");
    tip.hidden = !found;
    if (!found) return;
    const [, , effect, depth, send] = found;
    tip.textContent = `${effect}, depth ${depth.toFixed(2)}${send ? `, on ${send}` : ""}`;
    const [box, own] = [this.root.getBoundingClientRect(), element.getBoundingClientRect()];
    const left = clamp(event.clientX - box.left - tip.offsetWidth / 2, 0, box.width - tip.offsetWidth);
    tip.style.transform = `translate(${left}px, ${own.top - box.top - tip.offsetHeight - 4}px)`;
  }

  // rows

  wave(pen, width, height, heights, colour) {
    const scale = heights.length / song.seconds;
    const long = (STEP / width) * this.shown; // of a bar [s]; bars keep their place in the song while the view moves
    for (let bar = Math.floor(this.start / long); bar * long < this.start + this.shown; bar++) {
      const from = bar * long;
      const to = from + long;
      const left = this.x(from, width);
      const last = Math.min(Math.max(Math.ceil(to * scale), Math.floor(from * scale) + 1), heights.length);
      let most = 0;
      for (let i = Math.floor(from * scale); i < last; i++) most = Math.max(most, heights[i]);
      if (!most) continue;
      pen.fillStyle = colour(from);
      const tall = Math.max((most / 255) * height, 1);
      pen.fillRect(left, (height - tall) / 2, BAR, tall);
    }
  }

  ruler(pen, width, height) {
    pen.font = `12px ${this.colours.sans}`;
    pen.textBaseline = "alphabetic";
    let free = 0;
    for (const { name, start, end } of song.sections) {
      const [left, right] = [this.x(start, width), this.x(end, width)];
      if (right < 0 || left > width) continue;
      pen.fillStyle = this.colours.rule;
      pen.fillRect(Math.round(left), 0, 1, height);
      const at = Math.max(left, 0) + 6;
      if (pen.measureText(name).width > right - at - 4) continue;
      pen.fillStyle = this.colours.ink;
      pen.fillText(name, at, 13);
    }
    const perBar = width / (song.bars.length / this.zoom);
    const every = [1, 2, 4, 8, 16, 32, 64].find((count) => count * perBar > 34) || 128;
    pen.font = `11px ${this.colours.sans}`;
    for (const [bar, start] of song.bars) {
      const left = this.x(start, width);
      if (left < -30 || left > width || bar < 1) continue;
      const isShown = (bar - 1) % every === 0;
      pen.fillStyle = isShown ? this.colours.faint : this.colours.rule;
      if (perBar > 4 || isShown) pen.fillRect(Math.round(left), height - (isShown ? 7 : 4), 1, isShown ? 7 : 4);
      if (!isShown || left < free || left > width - 24) continue;
      pen.fillStyle = this.colours.quiet;
      pen.fillText(bar, left + 4, height - 3);
      free = left + 30;
    }
  }

  borders(pen, width, height) {
    pen.fillStyle = this.colours.rule;
    for (const { start } of song.sections.slice(1)) pen.fillRect(Math.round(this.x(start, width)), 0, 1, height);
  }

  mix(pen, width, height) {
    this.borders(pen, width, height);
    this.wave(pen, width, height, song.mix, (seconds) => this.colours.warm(valueAt(song.temperature, seconds)));
  }

  curves(pen, width, height) {
    this.borders(pen, width, height);
    const most = Math.max(...song.temperature.map(([, value]) => value), 1);
    const low = height - 1.5;
    const path = (curve, top) => {
      pen.beginPath();
      curve.forEach(([at, value], i) => pen[i ? "lineTo" : "moveTo"](this.x(at, width), low - (value / top) * (low - 3)));
    };
    path(song.glitch, 1);
    pen.lineTo(this.x(song.seconds, width), height);
    pen.lineTo(this.x(0, width), height);
    pen.globalAlpha = 0.22;
    pen.fillStyle = this.colours.glitch;
    pen.fill();
    pen.globalAlpha = 1;
    path(song.glitch, 1);
    pen.lineWidth = 1;
    pen.strokeStyle = this.colours.glitch;
    pen.stroke();
    const warm = pen.createLinearGradient(0, 0, width, 0);
    for (let i = 0; i <= 48; i++) {
      warm.addColorStop(i / 48, this.colours.warm(valueAt(song.temperature, this.start + (i / 48) * this.shown)));
    }
    path(song.temperature, most);
    pen.lineWidth = 2.5;
    pen.lineJoin = "round";
    pen.strokeStyle = warm;
    pen.stroke();
    this.glitches(pen, width, height, this.marks);
  }

  loudness(pen, width, height) {
    this.borders(pen, width, height);
    const y = (lufs) => height * clamp((LOUDEST - lufs) / (LOUDEST - QUIETEST), 0, 1);
    pen.strokeStyle = this.colours.faint;
    pen.lineWidth = 1;
    pen.setLineDash([3, 4]);
    pen.beginPath();
    pen.moveTo(0, Math.round(y(song.target)) + 0.5);
    pen.lineTo(width, Math.round(y(song.target)) + 0.5);
    pen.stroke();
    pen.setLineDash([]);
    if (!song.loudness.length) return;
    pen.beginPath();
    song.loudness.forEach(([at, lufs], i) => pen[i ? "lineTo" : "moveTo"](this.x(at, width), y(lufs)));
    pen.lineWidth = 1.5;
    pen.strokeStyle = this.colours.ink;
    pen.stroke();
    pen.lineTo(this.x(song.loudness[song.loudness.length - 1][0], width), height);
    pen.lineTo(this.x(song.loudness[0][0], width), height);
    pen.globalAlpha = 0.07;
    pen.fillStyle = this.colours.ink;
    pen.fill();
    pen.globalAlpha = 1;
  }

  spectrogram(pen, width, height) {
    if (!this.shades) return;
    if (this.inkedWith !== this.colours.ink) this.inkSpectrogram();
    const whole = this.inked.width;
    pen.drawImage(this.inked, (this.start / song.seconds) * whole, 0, whole / this.zoom, this.inked.height,
      0, 0, width, height);
  }

  // Make the grey picture one of ink: the louder, the less transparent.
  inkSpectrogram() {
    this.inkedWith = this.colours.ink;
    const { width, height } = this.shades;
    this.inked = Object.assign(document.createElement("canvas"), { width, height });
    const pen = this.inked.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.shades, 0, 0);
    const image = pen.getImageData(0, 0, width, height);
    for (let i = 0; i < image.data.length; i += 4) {
      image.data[i + 3] = (image.data[i] / 255) ** 1.6 * 255;
    }
    pen.putImageData(image, 0, 0);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = this.colours.ink;
    pen.fillRect(0, 0, width, height);
  }

  lane(part, pen, width, height) {
    this.borders(pen, width, height);
    pen.globalAlpha = 0.62;
    this.wave(pen, width, height - 6, part.heights, () => this.colours.ink);
    pen.globalAlpha = 1;
    this.glitches(pen, width, height, part.glitches);
  }

  // Marks of the glitch plan along the lower edge: as long as they last, the deeper the taller.
  glitches(pen, width, height, marks) {
    pen.fillStyle = this.colours.glitch;
    for (const [start, end, , depth] of marks) {
      const left = this.x(start, width);
      const long = Math.max(this.x(end, width) - left, 1.5);
      if (left + long < 0 || left > width) continue;
      const tall = 2 + 6 * depth;
      pen.fillRect(left, height - tall, long, tall);
    }
  }
}
