// The desk: solo, mute and level of each part, and what is heard in words.

class Desk {
  constructor(player) {
    this.player = player;
    this.text = $("heard");
    this.first = this.text.textContent;
    this.read();
    $("reset").addEventListener("click", () => player.useMix());
    player.addEventListener("desk", () => this.show());
    player.addEventListener("source", () => this.show());
  }

  // Find the lanes in the document.
  read() {
    const { player } = this;
    this.lanes = [...document.querySelectorAll(".lane")];
    for (const [number, lane] of this.lanes.entries()) {
      const on = (name, event, change) =>
        lane.querySelector(name)?.addEventListener(event, (happened) => player.touch(number, change(happened)));
      on(".solo", "click", () => ({ solo: !player.desk[number].solo }));
      on(".mute", "click", () => ({ mute: !player.desk[number].mute }));
      on(".level", "input", (happened) => ({ db: Number(happened.target.value) }));
    }
  }

  show() {
    const { player } = this;
    for (const [number, lane] of this.lanes.entries()) {
      const { solo, mute, db } = player.desk[number];
      lane.querySelector(".solo").setAttribute("aria-pressed", solo);
      lane.querySelector(".mute").setAttribute("aria-pressed", mute);
      const level = lane.querySelector(".level");
      level.value = db;
      level.setAttribute("aria-valuetext", db <= LOWEST_DB ? "silent" : `${decibels(db)} dB`);
      lane.classList.toggle("silent", !player.heard(number));
    }
    $("reset").disabled = !player.usesStems && !player.touched();
    this.text.textContent = this.says();
  }

  says() {
    const { player } = this;
    if (player.failed) return `The stems cannot be heard: ${player.failed}.`;
    if (player.isLoading) {
      const heard = player.usesStems ? "the stems that are ready" : "the mix while the stems load";
      return `You hear ${heard}: ${player.stems.ready.size} of ${song.stems.length}.`;
    }
    return player.usesStems ? "You hear the stems before the master, at the loudness of the mix." : this.first;
  }

  // Light the parts that sound.
  at(seconds) {
    const { player } = this;
    for (const [number, lane] of this.lanes.entries()) {
      let level = song.parts[number].heights[Math.floor((seconds / song.seconds) * song.parts[number].heights.length)];
      level = (level || 0) / 255;
      if (player.usesStems) level = clamp(1 + Math.log10(player.stems.level(number) * 4 + 1e-9) / 2, 0, 1);
      const shown = player.isPlaying ? level.toFixed(2) : "0";
      if (lane.shown !== shown) lane.style.setProperty("--level", (lane.shown = shown));
    }
  }
}
