// The player: one place in the song, heard from the mix until a part is touched, and from the stems after that.

// Before the end of a loop, the stems' next round is put on the clock [s]: more than a hidden page sleeps.
const AHEAD_SECONDS = 1.5;
// Rounds of a loop that are remembered: as many of the shortest bars as lie ahead, and the one that sounds.
const KEPT_ROUNDS = 8;

class Player extends EventTarget {
  constructor() {
    super();
    this.mix = new Mix($("audio"));
    this.stems = null;
    this.isLoading = false;
    this.usesStems = false;
    this.isPlaying = false;
    this.loop = null;
    this.place = 0; // where it stands while it does not play
    this.rounds = []; // of the stems: song second and clock second at which each begins
    this.desk = song.parts.map(() => ({ solo: false, mute: false, db: 0 }));
    this.mix.addEventListener("ended", () => !this.usesStems && this.ended());
    this.mix.addEventListener("timeupdate", () => this.watch());
    setInterval(() => this.watch(), 200);
  }

  get seconds() {
    if (!this.isPlaying) return this.place;
    if (!this.usesStems) return this.mix.seconds;
    const now = this.stems.context.currentTime - (this.stems.context.outputLatency || 0);
    const round = this.rounds.findLast((each) => each.when <= now) || this.rounds[0];
    return round.offset + Math.max(now - round.when, 0);
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  async play() {
    if (this.isPlaying) return;
    this.isPlaying = true;
    this.begin(this.place);
    this.tell("state");
  }

  pause() {
    if (!this.isPlaying) return;
    this.place = clamp(this.seconds, 0, song.seconds);
    this.isPlaying = false;
    this.halt();
    this.tell("state");
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  seek(seconds) {
    this.place = clamp(seconds, 0, song.seconds - 0.02);
    if (this.loop && (this.place < this.loop.start || this.place >= this.loop.end)) this.loopOver(null);
    if (this.isPlaying) this.begin(this.place);
    else this.mix.seek(this.place);
    this.tell("seek");
  }

  // Loop over `{start, end}`, or over nothing.
  loopOver(range) {
    const here = this.seconds;
    this.loop = range;
    if (range && (here < range.start || here >= range.end)) this.seek(range.start);
    else this.carryOn();
    this.tell("loop");
  }

  begin(seconds) {
    if (!this.usesStems) {
      this.mix.start(seconds).catch((error) => {
        if (error.name === "AbortError") return; // paused before it began
        this.isPlaying = false;
        this.tell("state");
      });
      return;
    }
    const { context } = this.stems;
    context.resume();
    const when = context.currentTime + LEAD_SECONDS;
    this.stems.stop(when);
    this.rounds = [this.stems.start(seconds, when)];
    this.watch();
  }

  halt() {
    this.mix.stop();
    if (this.stems) this.stems.stop();
  }

  ended() {
    this.isPlaying = false;
    this.place = 0;
    this.halt();
    this.mix.seek(0);
    this.tell("state");
  }

  // Keep a loop going, and end with the song.
  watch() {
    if (!this.isPlaying) return;
    if (!this.usesStems) {
      if (this.loop && this.mix.seconds >= this.loop.end) this.mix.seek(this.loop.start);
      return;
    }
    const last = this.rounds[this.rounds.length - 1];
    const now = this.stems.context.currentTime;
    if (this.loop) {
      const end = last.when + this.loop.end - last.offset;
      if (end - now > AHEAD_SECONDS) return;
      this.stems.stop(end);
      this.rounds = [...this.rounds.slice(-KEPT_ROUNDS), this.stems.start(this.loop.start, end)];
    } else if (last.offset + now - last.when >= song.seconds) {
      this.ended();
    }
  }

  // Change a part's desk: `solo`, `mute` or `db`. The first touch asks for the stems.
  touch(number, change) {
    if (!song.stems.length) return;
    Object.assign(this.desk[number], change);
    if (this.stems) this.settle();
    else this.load();
    this.tell("desk");
  }

  heard(number) {
    const solos = this.desk.some((each) => each.solo);
    const { solo, mute, db } = this.desk[number];
    return mute || (solos && !solo) || db <= LOWEST_DB ? 0 : 10 ** (db / 20);
  }

  setGains() {
    if (this.stems) this.desk.forEach((_, number) => this.stems.setGain(number, this.heard(number)));
  }

  async load() {
    this.stems = new Stems(song.stems, song.gain);
    this.stems.context.resume(); // now, while the hand that asked for it counts
    this.isLoading = true;
    try {
      await this.stems.load([...this.desk.keys()].filter((number) => this.heard(number)), () => {
        if (this.usesStems) this.carryOn();
        else this.settle();
        this.tell("source");
      });
    } catch (error) {
      this.failed = error.message;
      if (!this.usesStems) this.stems = null;
    }
    this.isLoading = false;
    this.tell("source");
  }

  // Hear the desk, from the stems as soon as those that are to be heard are ready.
  settle() {
    this.setGains();
    const isReady = this.desk.every((_, number) => !this.heard(number) || this.stems.ready.has(number));
    if (this.usesStems || !this.touched() || !isReady) return;
    this.usesStems = true;
    if (this.isPlaying) {
      const { context, fade } = this.stems;
      const when = context.currentTime + LEAD_SECONDS;
      fade.gain.setValueAtTime(0, context.currentTime);
      fade.gain.setValueAtTime(0, when);
      fade.gain.linearRampToValueAtTime(1, when + 0.03);
      this.rounds = [this.stems.start(this.mix.seconds + LEAD_SECONDS, when)];
      setTimeout(() => this.usesStems && this.mix.stop(), 1000 * LEAD_SECONDS);
    }
    this.tell("source");
  }

  // Go on from where it is: with a stem that has become ready, or with another loop.
  carryOn() {
    if (!this.isPlaying || !this.usesStems) return;
    const { sampleRate, currentTime } = this.stems.context;
    const when = Math.ceil((currentTime + LEAD_SECONDS) * sampleRate) / sampleRate;
    const round = this.rounds.findLast((each) => each.when <= when);
    this.stems.stop(when);
    this.rounds = [round, this.stems.start(round.offset + when - round.when, when)];
    this.watch();
  }

  touched() {
    return this.desk.some((each) => each.solo || each.mute || each.db !== 0);
  }

  useMix() {
    const here = this.seconds;
    for (const each of this.desk) Object.assign(each, { solo: false, mute: false, db: 0 });
    this.setGains();
    if (this.usesStems) {
      this.usesStems = false;
      this.stems.stop();
      if (this.isPlaying) this.begin(here);
      else this.mix.seek(here);
    }
    this.tell("desk");
    this.tell("source");
  }
}

const LOWEST_DB = -30;
