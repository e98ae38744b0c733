"""Real VST3 plug-ins for tests: those on the machine, and two that are compiled here where a compiler is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ZAM = Path("/usr/lib/vst3")
DPF = Path("/usr/share/dpf/distrho")  # Debian's dpf-source

CRASHES = """
#include <signal.h>
int ModuleEntry(void *handle) { return 1; }
int ModuleExit(void) { return 1; }
void *GetPluginFactory(void) { raise(SIGSEGV); return 0; }
"""
HANGS = CRASHES.replace("raise(SIGSEGV)", "for (;;) { }")

INFO = """
#define DISTRHO_PLUGIN_BRAND "Test"
#define DISTRHO_PLUGIN_NAME "TestSine"
#define DISTRHO_PLUGIN_URI "urn:test:sine"
#define DISTRHO_PLUGIN_CLAP_ID "test.sine"
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS OUTPUTS
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#define DISTRHO_PLUGIN_UNIQUE_ID 'T', 's', 'i', 'n'
#define DISTRHO_PLUGIN_BRAND_ID Tbrd
"""
SINE = r"""
#include "DistrhoPlugin.hpp"
#include <cmath>
#include <cstdlib>
START_NAMESPACE_DISTRHO
class Sine : public Plugin {  // each key a cosine from its note-on to its note-off
    float gain = 0.25f, level[128] = {};
    double phase[128] = {}, bend = 0;
public:
    Sine() : Plugin(1, 0, 0) {}
    const char* getLabel() const override { return "TestSine"; }
    const char* getMaker() const override { return "Test"; }
    const char* getLicense() const override { return "GPL"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('T', 's', 'i', 'n'); }
    void initParameter(uint32_t, Parameter& p) override {
        p.hints = kParameterIsAutomatable; p.name = "Gain"; p.symbol = "gain";
        p.ranges.def = 0.25f; p.ranges.min = 0; p.ranges.max = 1;
    }
    float getParameterValue(uint32_t) const override { return gain; }
    void setParameterValue(uint32_t, float value) override { gain = value; }
    void run(const float**, float** out, uint32_t frames, const MidiEvent* events, uint32_t count) override {
        uint32_t next = 0;
        for (uint32_t i = 0; i < frames; ++i) {
            while (next < count && events[next].frame <= i) {
                const uint8_t* d = events[next++].data;
                const uint8_t kind = d[0] & 0xF0;
                if (kind == 0x90 && d[2]) { level[d[1]] = d[2] / 127.f; phase[d[1]] = 0; }
                else if (kind == 0x80 || kind == 0x90) level[d[1]] = 0;
                else if (kind == 0xB0 && d[1] == 123) for (float& each : level) each = 0;
                else if (kind == 0xE0) bend = ((d[1] | d[2] << 7) - 8192) / 4096.0;
            }
            float sum = 0;
            for (int key = 0; key < 128; ++key) if (level[key] > 0) {
                sum += gain * level[key] * std::cos(phase[key]);
                phase[key] += 2 * M_PI * 440.0 * std::pow(2.0, (key - 69 + bend) / 12) / getSampleRate();
            }
            if (HISS > 0) sum += HISS * std::rand() / RAND_MAX;
            for (int side = 0; side < OUTPUTS; ++side) out[side][i] = sum;
        }
    }
};
Plugin* createPlugin() { return new Sine(); }
END_NAMESPACE_DISTRHO
"""


def bundle(folder: Path, name: str) -> Path:
    """Where the library of a VST3 bundle stands on Linux, its folder made."""
    library = folder / f"{name}.vst3" / "Contents" / "x86_64-linux" / f"{name}.so"
    library.parent.mkdir(parents=True)
    return library


def broken(folder: Path, name: str, source: str) -> Path:
    """A library that is loaded and then does what ``source`` says; skips where there is no C compiler."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed: no plug-in that crashes can be made")
    library = bundle(folder, name)
    (folder / f"{name}.c").write_text(source)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(folder / f"{name}.c")], check=True, timeout=60)
    return folder / f"{name}.vst3"


def sine(folder: Path, outputs: int = 2, hiss: float = 0) -> Path:
    """A VST3 instrument with one output or two, by chance a little noisy; skips where there is no compiler or no
    framework for it."""
    if shutil.which("g++") is None or not DPF.is_dir():
        pytest.skip("a VST3 instrument needs g++ and Debian's dpf-source to be made")
    (folder / "DistrhoPluginInfo.h").write_text(INFO)
    (folder / "sine.cpp").write_text(SINE)
    subprocess.run(["g++", "-O0", "-fPIC", "-shared", "-DDISTRHO_PLUGIN_TARGET_VST3", f"-DOUTPUTS={outputs}",
                    f"-DHISS={hiss}",
                    f"-I{folder}", f"-I{DPF}", f"-I{DPF.parent}", str(folder / "sine.cpp"),
                    str(DPF / "DistrhoPluginMain.cpp"), "-o",
                    str(bundle(folder, "Sine"))], check=True, capture_output=True, timeout=120)
    return folder / "Sine.vst3"


def zam(name: str) -> Path:
    """An effect of Debian's zam-plugins; skips where they are not installed."""
    path = ZAM / f"{name}.vst3"
    if not path.exists():
        pytest.skip("Debian's zam-plugins are not installed")
    return path
