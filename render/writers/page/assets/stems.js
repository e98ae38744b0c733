// The stems: decoded from scripts when first touched, started together on one clock, each behind a gain of its own.

// How a gain follows the hand [s], so that it does not click.
const GLIDE_SECONDS = 0.012;
// Between asking for a start and the start [s].
const LEAD_SECONDS = 0.06;
// Rate at which the stems were encoded [Hz].
const STEM_RATE = 32000;
// Scripts that are read at a time: bounds the memory while loading.
const AT_A_TIME = 3;

class Stems {
  constructor(paths, gainDb, context) {
    this.paths = paths;
    this.context = context || new AudioContext({ sampleRate: STEM_RATE, latencyHint: "interactive" });
    this.pieces = paths.map(() => []);
    this.ready = new Set();
    this.playing = new Set();
    this.bus = this.context.createGain();
    this.bus.gain.value = 10 ** (gainDb / 20);
    // The master's limiter is not here, so peaks that it would have caught are caught by this one.
    const limiter = this.context.createDynamicsCompressor();
    limiter.threshold.value = -2;
    limiter.knee.value = 0;
    limiter.ratio.value = 20;
    limiter.attack.value = 0.002;
    limiter.release.value = 0.08;
    const makeup = this.context.createGain(); // takes back what a compressor of Web Audio adds by itself
    makeup.gain.value = 10 ** ((-0.6 * 2 * (1 - 1 / 20)) / 20);
    this.fade = this.context.createGain();
    this.bus.connect(limiter).connect(makeup).connect(this.fade).connect(this.context.destination);
    this.gains = paths.map(() => this.context.createGain());
    this.meters = this.gains.map((gain) => {
      const meter = this.context.createAnalyser();
      meter.fftSize = 1024;
      gain.connect(meter).connect(this.bus);
      return meter;
    });
    this.measured = new Float32Array(1024);
  }

  // Read and decode every stem, those of `first` before the others; `progress` is called after each.
  async load(first, progress) {
    const waiting = new Map();
    window.stem = (number, pieces) => waiting.get(number)(pieces);
    const rest = [...new Set([...first, ...this.paths.keys()])];
    const work = async () => {
      while (rest.length) {
        const number = rest.shift();
        const encoded = await new Promise((resolve, reject) => {
          waiting.set(number, resolve);
          const script = document.createElement("script");
          script.src = this.paths[number];
          script.onload = () => script.remove();
          script.onerror = () => reject(new Error(`${this.paths[number]} cannot be read`));
          document.head.append(script);
        });
        const pieces = await Promise.all(encoded.map(async ([start, base64]) => ({
          start, buffer: await this.context.decodeAudioData(bytes(base64).buffer),
        })));
        this.pieces[number] = pieces;
        this.ready.add(number);
        progress();
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    delete window.stem;
  }

  // Start all stems at `offset` seconds of the song when the context's clock is at `when`.
  start(offset, when) {
    const rate = this.context.sampleRate;
    const from = Math.round(offset * rate) / rate; // on a sample, so that no piece falls between two
    const at = Math.ceil(when * rate) / rate;
    for (const [number, pieces] of this.pieces.entries()) {
      for (const { start, buffer } of pieces) {
        if (start + buffer.duration <= from) continue;
        const source = this.context.createBufferSource();
        source.buffer = buffer;
        source.connect(this.gains[number]);
        source.start(at + Math.max(start - from, 0), Math.max(from - start, 0));
        const sounding = { source, at };
        source.onended = () => {
          source.disconnect();
          this.playing.delete(sounding);
        };
        this.playing.add(sounding);
      }
    }
    return { offset: from, when: at };
  }

  // Stop everything at `when`; what would begin later never sounds.
  stop(when = 0) {
    for (const { source, at } of this.playing) source.stop(at < when ? when : 0);
  }

  setGain(number, value) {
    const { gain } = this.gains[number];
    gain.cancelScheduledValues(0);
    gain.setTargetAtTime(value, this.context.currentTime, GLIDE_SECONDS);
  }

  // The root mean square of what a stem gives now.
  level(number) {
    this.meters[number].getFloatTimeDomainData(this.measured);
    let sum = 0;
    for (const sample of this.measured) sum += sample * sample;
    return Math.sqrt(sum / this.measured.length);
  }
}
