// What the page is made of, and what happens on each frame.

const player = new Player();
const timeline = new Timeline(player);
const words = new Words(player);
const desk = new Desk(player);
let sections = [];

const loopSection = () => {
  if (player.loop) {
    player.loopOver(null);
    return;
  }
  const { start, end } = song.sections[sectionAt(player.seconds + 0.02)];
  player.loopOver({ start, end });
};

const readSections = () => {
  sections = [...document.querySelectorAll("[data-section]")];
  for (const button of sections) {
    button.addEventListener("click", () => {
      const { start, end } = song.sections[button.dataset.section];
      if (player.loop) player.loopOver({ start, end });
      player.seek(start);
    });
  }
};
readSections();
$("play").addEventListener("click", () => player.toggle());
$("loop").addEventListener("click", loopSection);
$("in").addEventListener("click", () => timeline.zoomBy(1.6));
$("out").addEventListener("click", () => timeline.zoomBy(1 / 1.6));
$("help").addEventListener("click", () => $("keys").showModal());
$("seek").addEventListener("input", (event) => player.seek(Number(event.target.value)));
listenToKeys(player, timeline, loopSection);

player.addEventListener("state", () => {
  document.body.classList.toggle("playing", player.isPlaying);
  $("play").setAttribute("aria-label", player.isPlaying ? "Pause" : "Play");
});
player.addEventListener("loop", () => {
  $("loop").setAttribute("aria-pressed", Boolean(player.loop));
  timeline.showLoop(player.loop);
  if (!player.loop) return;
  const [from, to] = [barAt(player.loop.start + 0.02), barAt(player.loop.end - 0.02)].map((bar) => song.bars[bar][0]);
  $("status").textContent = `Looping bars ${from} to ${to}`;
});

if ("mediaSession" in navigator) { // the keys of a keyboard, a headset or a locked phone
  navigator.mediaSession.metadata = new MediaMetadata({ title: song.title, artist: song.artist });
  navigator.mediaSession.setActionHandler("play", () => player.play());
  navigator.mediaSession.setActionHandler("pause", () => player.pause());
  navigator.mediaSession.setActionHandler("seekto", ({ seekTime }) => player.seek(seekTime));
}

const set = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

window.page = { player, timeline, words, Stems }; // for the console

let current = -1;
let temperature = -1;
let drawn = "";

const show = () => {
  const seconds = player.seconds;
  const section = sectionAt(seconds);
  const warmth = valueAt(song.temperature, seconds);
  const view = `${seconds}|${timeline.start}|${timeline.zoom}`;
  timeline.follow(seconds);
  desk.at(seconds);
  if (view !== drawn) {
    words.at(seconds);
    set($("now"), clock(seconds));
    set($("where"), `${song.sections[section].name}, bar ${song.bars[barAt(seconds)][0]}`);
    set($("temperature"), warmth.toFixed(2));
    set($("glitch"), valueAt(song.glitch, seconds).toFixed(2));
    const lufs = valueAt(song.loudness, seconds);
    set($("loudness"), song.loudness.length && lufs > -69 ? `${decibels(lufs, 1)} LUFS` : "");
    const seek = $("seek");
    if (document.activeElement !== seek || player.isPlaying) seek.value = seconds;
    const said = `${clock(seconds)}, ${song.sections[section].name}`;
    if (seek.ariaValueText !== said) seek.ariaValueText = said;
  }
  if (section !== current) {
    if (current >= 0) sections[current].removeAttribute("aria-current");
    sections[section].setAttribute("aria-current", "true");
    const list = sections[section].closest("nav");
    list.scrollTo({ left: sections[section].offsetLeft - list.clientWidth / 2 + sections[section].offsetWidth / 2 });
    current = section;
  }
  if (Math.abs(warmth - temperature) > 0.01) {
    const style = document.documentElement.style;
    style.setProperty("--now", `oklch(var(--accent-lightness) var(--accent-chroma) ${hue(warmth).toFixed(1)})`);
    temperature = warmth;
  }
  drawn = view;
  requestAnimationFrame(show);
};

show();
