"""Plays key strokes on a SoundFont: seconds in, stereo samples out."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bandstand.delivery.starter.model import StarterError, Stroke, Voice

RATE: Final = 44_100
_TAIL_S: Final = 3.0


class Band:
    """A loaded SoundFont. Loading decodes all samples and takes about 1.5 s: load once, play often."""

    def __init__(self, soundfont: Path) -> None:
        if not soundfont.is_file():
            message = (
                f"The SoundFont {soundfont} is missing. `make setup` fetches it (npm, folder tools/starter)."
            )
            raise StarterError(message)
        try:
            from tinysoundfont import Synth  # noqa: PLC0415 (native library, wanted only when something is played)
        except ImportError as error:
            message = "The package tinysoundfont is missing. `make setup` installs it."
            raise StarterError(message) from error
        self._synth: Any = Synth(samplerate=RATE)
        try:
            self._font = self._synth.sfload(str(soundfont), max_voices=256)
        except Exception as error:  # the library raises its own bare exceptions
            message = (
                f"{soundfont} is not a SoundFont that can be read. Delete it and run `make setup` again."
            )
            raise StarterError(message) from error

    def play(self, strokes: list[Stroke], voices: tuple[Voice, ...]) -> NDArray[np.float32]:
        """Return samples (frames, 2) of `strokes`, unlimited in level, with room for the last note to die away."""
        self._seat(voices)
        moves = [(round(s.at_s * RATE), 1, s) for s in strokes] + [
            (round(s.end_s * RATE), 0, s) for s in strokes
        ]
        moves.sort(key=lambda move: (move[0], move[1], move[2].voice, move[2].pitch))
        total = moves[-1][0] + int(_TAIL_S * RATE)
        sound, now = np.zeros((total, 2), dtype=np.float32), 0
        for at, is_down, stroke in moves:
            now = self._fill(sound, now, at)
            if is_down:
                strength = stroke.velocity * 10 ** (voices[stroke.voice].gain_db / 20)
                self._synth.noteon(stroke.voice, stroke.pitch, int(np.clip(round(100 * strength), 1, 127)))
            else:
                self._synth.noteoff(stroke.voice, stroke.pitch)
        self._fill(sound, now, total)
        return sound

    def _fill(self, sound: NDArray[np.float32], now: int, until: int) -> int:
        if until > now:
            block = np.frombuffer(self._synth.generate(until - now), dtype=np.float32)
            sound[now:until] = block.reshape(-1, 2)
        return max(now, until)

    def _seat(self, voices: tuple[Voice, ...]) -> None:
        self._synth.sounds_off()
        self._synth.generate(RATE // 10)
        for channel, voice in enumerate(voices):
            self._synth.program_select(channel, self._font, 0, voice.program)
            self._synth.control_change(channel, 7, 100)
            self._synth.control_change(channel, 10, round(64 + 63 * max(-1.0, min(1.0, voice.pan))))
