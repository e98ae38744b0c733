// The page while the song is written: its server tells of each new sound, of what is wrong, and of the work it does.

// How often the server is told where the playhead is [ms].
const TELL_MS = 250;
// What of the document is exchanged for that of the newer one.
const EXCHANGED = [".head", ".sections ol", ".heard + .rows", "#words", ".time .of"];

class Live {
  constructor(player) {
    this.player = player;
    this.asked = 0; // sounds that were asked for
    this.heard = 0; // the number of the one that is heard: an older one that is ready later is not
    this.note = document.body.appendChild(Object.assign(document.createElement("aside"), { id: "live" }));
    this.note.setAttribute("role", "status");
    this.faults = document.querySelector("main").insertBefore(
      Object.assign(document.createElement("section"), { id: "faults", hidden: true }), $("timeline"));
    this.faults.setAttribute("role", "alert");
    this.why = new Why(player);
    this.takes = new Takes(player, (path, volume) => this.hear(path, null, () => player.seconds, volume));
    const events = new EventSource("events");
    const on = (name, act) => events.addEventListener(name, (event) => act(JSON.parse(event.data)));
    on("state", ({ working }) => this.says(working ? "Rendering …" : ""));
    on("faults", (told) => showFaults(this.faults, told, true));
    on("song", (told) => this.hearSong(told));
    on("moment", (told) => this.hearMoment(told));
    on("takes", (told) => this.takes.show(told));
    events.addEventListener("error", () => this.says("The program that renders has ended, or cannot be reached."));
    setInterval(() => this.tellPlace(), TELL_MS);
    player.addEventListener("seek", () => this.tellPlace());
    this.tellPlace();
  }

  says(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  tellPlace() {
    const body = { seconds: this.player.seconds, plays: this.player.isPlaying };
    if (JSON.stringify(body) === this.told) return;
    this.told = JSON.stringify(body);
    ask("place", body).catch(() => {});
  }

  // The same place in the newer song: bar for bar, where these have moved.
  placeIn(bars) {
    const here = this.player.seconds;
    const bar = barAt(here);
    if (this.player.mix.whole || bar >= bars.length) return here; // a stretch is the newer song's already
    const [start, end] = [song.bars[bar][1], barEnd(bar)];
    const next = bar + 1 < bars.length ? bars[bar + 1][1] : bars[bar][1] + end - start;
    return bars[bar][1] + ((here - start) / Math.max(end - start, 1e-3)) * (next - bars[bar][1]);
  }

  // Hear another sound from where the playhead is, as soon as it can be.
  async hear(path, stretchFrom, place, volume = 1) {
    const offset = stretchFrom || 0;
    const number = ++this.asked;
    const { player } = this;
    const sound = Object.assign(new Audio(), { preload: "auto", src: path, volume });
    const until = (name) => new Promise((done, fail) => {
      sound.addEventListener(name, done, { once: true });
      sound.addEventListener("error", () => fail(new Error(path)), { once: true });
    });
    try {
      await until("loadedmetadata");
      sound.currentTime = Math.max(place() - offset, 0);
      await until("canplay");
      if (number < this.heard) return false;
      if (player.isPlaying) {
        sound.currentTime = Math.max(place() - offset, 0);
        await sound.play();
      }
    } catch (error) {
      return false;
    }
    if (number < this.heard || (sound.paused && player.isPlaying)) {
      sound.pause();
      return false;
    }
    this.heard = number;
    player.mix.take(sound, stretchFrom);
    return true;
  }

  async hearMoment({ sound, start, end, shift }) {
    const { player } = this;
    // what it is heard in place of is the song as it was, whose bars may have had other times
    const place = () => player.seconds + (player.mix.whole ? 0 : shift);
    if (place() < start || place() >= end - 1) return;
    const here = place();
    const isHeard = await this.hear(sound, start, place);
    if (!isHeard) return;
    if (!player.isPlaying) player.seek(here);
    document.dispatchEvent(new Event("heard"));
  }

  async hearSong({ sound }) {
    if (new URL(sound, location).href === this.player.mix.element.currentSrc) return; // the page came with it
    const text = await (await fetch("./")).text();
    const newer = new DOMParser().parseFromString(text, "text/html");
    const told = newer.getElementById("song").textContent;
    const { bars } = JSON.parse(told);
    let place = 0;
    const isHeard = await this.hear(sound, null, () => (place = this.placeIn(bars)));
    if (!isHeard) return;
    this.exchange(newer, told);
    if (!this.player.isPlaying) this.player.seek(place);
    document.dispatchEvent(new Event("heard"));
  }

  exchange(newer, told) {
    const { player } = this;
    document.title = newer.title;
    for (const place of EXCHANGED) {
      const [old, now] = [document.querySelector(place), newer.querySelector(place)];
      if (old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
    }
    $("seek").max = newer.getElementById("seek").max;
    readSong(told);
    player.desk = song.parts.map(() => ({ solo: false, mute: false, db: 0 }));
    if (player.loop && player.loop.end > song.seconds) player.loopOver(null);
    words.read();
    timeline.read();
    desk.read();
    readSections();
    this.why.read();
    this.takes.song = this.player.mix.element.currentSrc;
    current = -1;
    drawn = "";
  }
}

window.page.live = new Live(player);
