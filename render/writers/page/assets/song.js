// The song: what render/writers/page/facts.py told, and where things are in it.

const song = {};

const $ = (id) => document.getElementById(id);

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// A time in seconds as m:ss.
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// A level with a true minus sign.
const decibels = (value, digits = 0) => value.toFixed(digits).replace("-", "−");

const bytes = (base64) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const found = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) found[i] = text.charCodeAt(i);
  return found;
};

// The index of the last item whose start is not after a time; −1 before the first.
const lastBefore = (items, start, seconds) => {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (start(items[middle]) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

const sectionAt = (seconds) => Math.max(lastBefore(song.sections, (each) => each.start, seconds), 0);
const barAt = (seconds) => Math.max(lastBefore(song.bars, (each) => each[1], seconds), 0);
const barEnd = (bar) => (bar + 1 < song.bars.length ? song.bars[bar + 1][1] : song.seconds);

// The value of a curve of straight lines between points [second, value].
const valueAt = (curve, seconds) => {
  const at = lastBefore(curve, (each) => each[0], seconds);
  if (at < 0) return curve.length ? curve[0][1] : 0;
  if (at + 1 >= curve.length) return curve[at][1];
  const [[x, a], [y, b]] = [curve[at], curve[at + 1]];
  return y > x ? a + ((b - a) * (seconds - x)) / (y - x) : b;
};

// Take the song from a document: this one, or a newer one.
const readSong = (text) => {
  Object.assign(song, JSON.parse(text));
  for (const part of song.parts) part.heights = bytes(part.heights);
  song.mix = bytes(song.mix);
};

readSong($("song").textContent);
