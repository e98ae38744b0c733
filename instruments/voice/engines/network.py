"""The network of hibari-tts: a file of ONNX, opened where durations, pitch and energy cross from one half to the other.

The package runs it in one go, from symbols to spectra, at a pace and a pitch that the network chooses. A singer has
to choose them. Three names in the file are changed for others of the same length, and inputs and outputs are appended
(messages of protobuf that follow one another are merged); so each half can be asked by itself, and the spectra for
any durations and any pitch. With the network's own values the spectra are those of the package to the bit.

Its weights are numbers of 8 bits with a sign, which processors without instructions for sums of bytes multiply in
pairs that they clip at 16 bits. They are read as numbers without a sign, 128 higher, as is their zero: products are
then exact on every processor, in two fifths more time where they always were.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from instruments.dsp.arrays import Floats, Integers
from instruments.voice.source import Spectra
from scores.faults import InputError

# Length of a unit of duration [s]; it has two rows of spectra.
UNIT_SECONDS = 0.025
ROWS_A_UNIT = 2
# Bins of a row, from 0 Hz to half the rate.
BINS = 601
# Names in the file: what leaves the first half, and what the second half takes in its place.
_DURATIONS, _DURATIONS_OWN = "/Cast_32_output_0", "/Cast_32_own_out_"
_PITCH, _PITCH_OWN = "hz", "f0"
_ENERGY, _ENERGY_OWN = "/Mul_62_output_0", "/Mul_62_own_out_"
_SPECTRA = ("lh", "theta", "lr", "phi")
# Variable by which onnxruntime is told not to report its use.
SENDS_NOTHING = "ORT_DISABLE_TELEMETRY"
_NO_NETWORK = "{} is no network of hibari-tts"
# Types of elements in ONNX.
_FLOAT, _UINT8, _INT8, _INT64 = 1, 2, 3, 7
# Fields of a model, of its graph and of a tensor.
_GRAPH, _TENSOR, _TYPE, _SMALL, _RAW = 7, 5, 2, 5, 9


class NetworkError(InputError):
    """A file that is no such network."""


class Network:
    """The network in this process; it may be asked by several threads at once.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    NetworkError
        Where the file is not such a network.
    OSError
        Where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        os.environ[SENDS_NOTHING] = "1"  # a version that reports its use to its maker reads this as it is loaded
        import onnxruntime

        self._name = path.name
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums do not depend on the machine's cores
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = False  # lines differ in length, and it would keep room for each
        model = _opened(path)
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # what onnxruntime raises has no class in common but this one
            raise NetworkError(_NO_NETWORK.format(path.name)) from error
        self._options = onnxruntime.RunOptions()
        self._options.add_run_config_entry("only_execute_path_to_fetches", "1")

    def check(self, symbols: Integers) -> None:
        """Try the network on some symbols.

        Raises
        ------
        NetworkError
            Where an answer is missing or of another shape than this file's functions need.
        """
        lengths = np.full(len(symbols), 2, np.int64)
        rows = ROWS_A_UNIT * int(lengths.sum())
        try:
            told, prosody = self.durations(symbols), self.prosody(symbols, lengths)
            spectra = self.spectra(symbols, lengths, *prosody)
        except Exception as error:  # as above
            raise NetworkError(f"{self._name} does not answer as a network of hibari-tts does") from error
        shapes = [told.shape, *(each.shape for each in (*prosody, *spectra))]
        if shapes != [(len(symbols),), *[(rows,)] * 2, *[(rows, BINS)] * 4]:
            raise NetworkError(f"{self._name} does not answer as a network of hibari-tts does")

    def durations(self, symbols: Integers) -> Integers:
        """Return how long each symbol lasts in speech [units]; int64, shape (symbols,)."""
        durations: Integers = self._run([_DURATIONS_OWN], symbols, np.ones(len(symbols), np.int64))[0]
        return durations

    def prosody(self, symbols: Integers, durations: Integers) -> tuple[Floats, Floats]:
        """Return the melody of speech at these durations [Hz, near 0 without voice] and its energy; shape (rows,)."""
        pitch, energy = self._run([_PITCH_OWN, _ENERGY_OWN], symbols, durations)
        return pitch[0], energy[0]

    def spectra(self, symbols: Integers, durations: Integers, pitch_hz: Floats, energy: Floats) -> Spectra:
        """Return the spectra of symbols at these durations and this pitch and energy, each of shape (rows,)."""
        found = self._run(list(_SPECTRA), symbols, durations, pitch_hz, energy)
        voice, turn, breath, scatter = (np.ascontiguousarray(rows[0].T) for rows in found)
        return Spectra(voice, np.float32(np.pi) * np.tanh(turn), breath, scatter)

    def _run(self, wanted: list[str], symbols: Integers, durations: Integers, pitch_hz: Floats | None = None,
             energy: Floats | None = None) -> list[Any]:
        nothing = np.zeros(ROWS_A_UNIT * int(durations.sum()), np.float32)
        fed = {"ids": np.asarray(symbols, np.int64)[None], "speed": np.ones(1, np.float32),
               _DURATIONS: np.asarray(durations, np.int64)}
        for name, rows in ((_PITCH, pitch_hz), (_ENERGY, energy)):
            fed[name] = (nothing if rows is None else np.asarray(rows, np.float32))[None]
        answer: list[Any] = self._session.run(wanted, fed, self._options)
        return answer


def _opened(path: Path) -> bytes:
    """Return the model in a file with its halves apart."""
    model = path.read_bytes()
    for was, now in ((_made(_DURATIONS), _made(_DURATIONS_OWN)), (_made(_ENERGY), _made(_ENERGY_OWN)),
                     (_taken(_PITCH_OWN) + _made("/Relu_output_0"), _taken(_PITCH) + _made("/Relu_output_0"))):
        if model.count(was) != 1:
            raise NetworkError(_NO_NETWORK.format(path.name))
        model = model.replace(was, now)
    try:
        model = _unsigned(model)
    except IndexError as error:  # the file ends too early
        raise NetworkError(_NO_NETWORK.format(path.name)) from error
    inputs = (_typed(_DURATIONS, _INT64, "symbols"), _typed(_PITCH, _FLOAT, 1, "rows"),
              _typed(_ENERGY, _FLOAT, 1, "rows"))
    outputs = _part(1, _DURATIONS_OWN.encode()), _part(1, _ENERGY_OWN.encode())
    return model + _part(7, b"".join([*(_part(11, one) for one in inputs), *(_part(12, one) for one in outputs)]))


def _unsigned(model: bytes) -> bytes:
    """Return the model with its 8-bit numbers without a sign, each 128 higher."""
    changed = bytearray(model)
    graphs = [place for field, *place in _fields(model, 0, len(model)) if field == _GRAPH]
    for tensor in (place for graph in graphs for field, *place in _fields(model, *graph) if field == _TENSOR):
        parts = {field: place for field, *place in _fields(model, *tensor)}
        if _TYPE not in parts or model[parts[_TYPE][0]] != _INT8:
            continue
        changed[parts[_TYPE][0]] = _UINT8
        if _RAW in parts:
            start, end = parts[_RAW]
            changed[start:end] = (np.frombuffer(model[start:end], np.uint8) ^ 128).tobytes()
        elif _SMALL in parts and model[parts[_SMALL][0] - 1:parts[_SMALL][1]] == b"\1\0":  # a zero, packed
            start = parts[_SMALL][0]
            changed[start - 2:start + 1] = _part(_RAW, b"\x80")
    return bytes(changed)


def _fields(message: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number of each field of a protobuf message, and where its content begins and ends."""
    while at < end:
        key, at = _number(message, at)
        start = at
        if key & 7 == 2:
            size, start = _number(message, at)
            at = start + size
        else:
            at = _number(message, at)[1] if key & 7 == 0 else at + (4 if key & 7 == 5 else 8)
        yield key >> 3, start, at


def _number(message: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def _part(field: int, content: bytes) -> bytes:
    """Return a field of a protobuf message that holds bytes."""
    length, rest = b"", len(content)
    while rest > 127:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return bytes([field << 3 | 2]) + length + bytes([rest]) + content


def _taken(name: str) -> bytes:
    """Return a node's input."""
    return _part(1, name.encode())


def _made(name: str) -> bytes:
    """Return a node's output."""
    return _part(2, name.encode())


def _typed(name: str, element: int, *shape: int | str) -> bytes:
    """Return a tensor with its name, its type and its shape, as a graph declares it."""
    dimensions = b"".join(_part(1, bytes([1 << 3, size]) if isinstance(size, int) else _part(2, size.encode()))
                          for size in shape)
    return _part(1, name.encode()) + _part(2, _part(1, bytes([1 << 3, element]) + _part(2, dimensions)))
