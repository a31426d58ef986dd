"""Training the codec, in five stages that each begin where a kill left them.

    autoencoder   encoder and decoder learn together, nothing is quantised
    codebooks     k-means on the latents, one codebook after another on what the ones before leave over
    joint         encoder and decoder learn through the codebooks, which follow them: gradients pass straight through
                  (arXiv 1711.00937, section 3.2), latents are drawn to their codes
    decoder       encoder and codebooks stand still from here on, so tokens stay what they are; the decoder learns to
                  make sound of quantised latents
    adversarial   the same against a discriminator that looks at spectra; slow, so on CUDA only unless settings say so

A training that begins with a codec that has learned before leaves out the first: the codebooks are fitted again from
where they are, which also fills the running averages that a checkpoint does not store, and all learn on, gently.

Why this order: `codebooks` tells. What each step sees is decided by its number alone, so a resumed training is the
training that was not interrupted.
"""

import shutil
import time
from dataclasses import asdict, replace
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from musicgen_studio.compute.precision import has_fast_bfloat16, mixed
from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.model.cuda.graphs import GraphRecorder
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.training.ahead import drawn_ahead
from musicgen_studio.training.codec.codebooks import fit_codebooks, follow, refit_codebooks
from musicgen_studio.training.codec.crops import draw_crops, read_sounds
from musicgen_studio.training.codec.discriminator import Discriminator, deception_loss, judge_loss
from musicgen_studio.training.codec.figures import as_float, codec_figures, reconstruct
from musicgen_studio.training.codec.network import (
    build_codec,
    codec_config,
    config_from,
    config_values,
    fingerprint,
    latents_of,
    quantised,
    save_codec,
    sound_of,
)
from musicgen_studio.training.muon import optimizers, set_rates, steered
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.pace import Limits, Report, StageClock, learning_rate
from musicgen_studio.training.pictures import spectrograms_png
from musicgen_studio.training.recorded import RecordedStep, Records
from musicgen_studio.training.settings import CodecSettings, TrainingSettings
from musicgen_studio.training.spectral import reconstruction_loss
from musicgen_studio.training.state import load_state, optimizer_states, restore_optimizers, save_state
from musicgen_studio.training.workspace import Workspace, write_json, written_whole

if TYPE_CHECKING:
    from transformers import EncodecModel

STAGES = ("autoencoder", "codebooks", "joint", "decoder", "adversarial")
_HIGHEST_GRADIENT = 20.0
_WARM_UP, _WARM_DOWN = 0.01, 0.5
_JUDGE_RATE = 3e-4
_MEL_SHARE_FOR_PITCH = 0.3
_COMMITMENT = 1.5
_DECEPTION = 3.0

_USUAL_LATENT, _FARTHEST_LATENT = 3.0, 30.0
"""Latents beyond the first are drawn back; the few beyond the second are cut off before they meet the codebooks. A
network that has learned for thousands of steps makes some that are many powers of ten too large, and one of them spoils
the codebooks and the whole step."""

_REFIT_UNTIL = 0.8
_EXAMPLES = 4
_EXAMPLE_S = 8.0


class CodecTraining:
    """One run of the codec's training.

    Args:
        workspace: Where corpus and results lie.
        settings: Of the whole training.
        device: Where it runs.
        limits: What ends the run.
        report: Takes lines for the person.
        workers: Processes that cut crops ahead of time.
        begin_with: A codec on the processor to train further, of the sizes that the settings say; None begins from
            nothing. A run that goes on may give the same codec or none.

    Raises:
        UserProblem: If there is no corpus, or the saved state is damaged, of another shape or begun otherwise.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: TrainingSettings,
        device: torch.device,
        limits: Limits,
        report: Report,
        workers: int = 0,
        begin_with: "EncodecModel | None" = None,
    ) -> None:
        self._workspace, self._settings, self._device, self._workers = workspace, settings, device, workers
        self._limits, self._report, self._started_s = limits, report, time.monotonic()
        self._state_path = workspace.codec / "state.pt"
        ensure_folder(workspace.codec)
        self._sounds, self._held_out = read_sounds(workspace, settings.codec)
        self._saved = load_state(self._state_path) or _beginning(begin_with)
        self._origin = {name: self._saved.pop(name) for name in ("from", "config") if name in self._saved}
        if begin_with is not None and self._origin.get("from") != fingerprint(begin_with, with_decoder=True):
            raise UserProblem(
                "The codec cannot be trained further from this one.",
                f"{self._state_path} was begun with another codec, or from nothing.",
                f"Go on without it, or move the folder {workspace.codec} away to begin anew.",
            )
        if self._saved.get("settings", _shape(settings.codec)) != _shape(settings.codec):
            raise UserProblem(
                "The codec cannot be trained further.",
                f"{self._state_path} was begun with other sizes: {self._saved['settings']}.",
                "Take those settings again, or remove the folder to begin anew.",
            )
        self._codec_settings = _gentle(settings.codec) if self._origin else settings.codec
        config = config_from(self._origin["config"]) if self._origin else codec_config(settings.codec)
        self.codec = build_codec(config, settings.codec.seed).to(device)
        if "codec" in self._saved:
            self.codec.load_state_dict(self._saved.pop("codec"))

    def run(self) -> bool:
        """Train until everything is done or the limits say stop.

        Returns:
            Whether the codec is complete.
        """
        for stage in STAGES[STAGES.index(self._saved["stage"]) :] if self._saved["stage"] in STAGES else ():
            if not self._run_stage(stage):
                return False
            following = [*STAGES, "done"][STAGES.index(stage) + 1]
            self._saved = {"stage": following, "step": 0, "trained_s": 0.0}
            self._save(self._saved)
            if stage in ("decoder", "adversarial"):
                self._finish()
        return True

    def _run_stage(self, stage: str) -> bool:
        if stage == "codebooks" and self._origin:
            self._write_figures("figures-before.json", "codec, as it begins")
            self._refit(0)
            return True
        if stage == "codebooks":
            fit_codebooks(self.codec, self._latents("codebooks"), self._codec_settings, self._report)
            return True
        if stage == "adversarial" and self._device.type != "cuda" and not self._codec_settings.adversarial_on_cpu:
            self._report("codec: the adversarial stage needs CUDA and is left out; run again with one to add it")
            return False
        learning = _Learning(self.codec, stage, self._codec_settings, self._device, self._report)
        is_done = self._learn(stage, learning)
        if is_done and stage == "joint" and self._codec_settings.joint_steps:
            self._refit(self._codec_settings.joint_steps)
        return is_done

    def _is_time_to_refit(self, pace: StageClock) -> bool:
        is_due = pace.step > 0 and pace.step % self._codec_settings.refit_every == 0
        return is_due and pace.fraction < _REFIT_UNTIL

    def _refit(self, step: int) -> None:
        """Fit the codebooks again on the latents as they are now."""
        refit_codebooks(self.codec, self._latents("joint", step), self._codec_settings.seed + step)

    def _learn(self, stage: str, learning: "_Learning") -> bool:
        steps: int = getattr(self._codec_settings, f"{stage}_steps")
        pace = StageClock(
            f"codec {stage}", steps, self._saved["step"], self._saved["trained_s"], self._limits, self._report,
            self._settings.save_every_s, self._started_s,
        )  # fmt: skip
        learning.restore(self._saved)
        batches = drawn_ahead(partial(self._batch, stage), pace.step, self._workers)
        while not pace.is_done:
            if stage == "joint" and self._is_time_to_refit(pace):
                self._refit(pace.step)
            learning.step(next(batches), pace.fraction)
            pace.step += 1
            pace.tell(learning.words)
            is_pause = pace.must_pause and not pace.is_done
            if is_pause or pace.is_time_to_save():
                self._save({"stage": stage, "step": pace.step, "trained_s": pace.trained_s} | learning.state())
            if is_pause:
                self._report(f"codec {stage}: saved at step {pace.step}")
                return False
        return True

    def _save(self, state: dict[str, Any]) -> None:
        own = {"codec": self.codec.state_dict(), "settings": _shape(self._codec_settings)}
        save_state(self._state_path, state | own | self._origin)

    def _batch(self, stage: str, step: int) -> Tensor:
        """Return the sound of a step, `[rows, samples]`, on the CPU: decided by stage and step alone."""
        rng = np.random.default_rng((self._codec_settings.seed, STAGES.index(stage), step))
        return draw_crops(self._sounds, self._codec_settings, rng)

    @torch.no_grad()
    def _latents(self, stage: str, step: int = 0) -> npt.NDArray[np.float32]:
        """Return latents to make the codebooks of, `[latents, dimension]`, of a stage's batches from a step on."""
        gathered, count = list[npt.NDArray[np.float32]](), 0
        while count < self._codec_settings.latents:
            sound = self._batch(stage, step).to(self._device)
            latents = _cut_off(latents_of(self.codec, sound)).transpose(1, 2).flatten(0, 1)
            gathered.append(latents.cpu().numpy())
            count, step = count + len(latents), step + 1
        return np.concatenate(gathered)[: self._codec_settings.latents]

    def _finish(self) -> None:
        """Write the codec, its figures on held-out music, and examples to look at and listen to."""
        save_codec(self.codec, self._workspace.codec)
        self._write_examples()
        self._write_figures("figures.json", "codec")

    def _write_figures(self, name: str, words: str) -> None:
        figures = codec_figures(self.codec, self._held_out, self._device)
        write_json(self._workspace.codec / name, figures)
        self._report(f"{words}: " + ", ".join(f"{each} {value:.3g}" for each, value in figures.items()))

    def _write_examples(self) -> None:
        folder = self._workspace.codec / "examples"
        shutil.rmtree(folder, ignore_errors=True)
        ensure_folder(folder)
        for number, sound in enumerate(self._held_out[:_EXAMPLES]):
            original = as_float(sound[: int(_EXAMPLE_S * SAMPLE_RATE)]).to(self._device)[None]
            made = reconstruct(self.codec, original)
            for name, samples in (("original", original), ("reconstruction", made)):
                audio = Audio(samples[0].cpu().numpy()[:, None], SAMPLE_RATE)
                write(folder / f"{number}-{name}.wav", audio, SoundFormat.WAV16)
            with written_whole(folder / f"{number}.png") as file:
                file.write(spectrograms_png([original[0].cpu().numpy(), made[0].cpu().numpy()]))


class _Learning:
    """What changes in a stage: the codec, its optimizers, and in the last stage the discriminator."""

    def __init__(
        self,
        codec: "EncodecModel",
        stage: str,
        settings: CodecSettings,
        device: torch.device,
        report: Report,
        recorder: Records | None = None,
    ) -> None:
        self._codec, self._stage, self._report = codec, stage, report
        self._recorder: Records = recorder or GraphRecorder(device)
        self._steps = dict[torch.Size, tuple[Tensor, RecordedStep]]()
        self._told = torch.zeros(3, device=device)  # loss, the judge's, length of the gradient
        moves_encoder = stage in ("autoencoder", "joint")
        self._parts: list[nn.Module] = [codec.encoder, codec.decoder] if moves_encoder else [codec.decoder]
        rates = _rates(stage, settings)
        codec.requires_grad_(False)
        weights = [weight for part in self._parts for weight in part.parameters()]
        for weight in weights:
            weight.requires_grad_(True)
        self._weights = weights
        matrices, others = [w for w in weights if w.dim() > 1], [w for w in weights if w.dim() < 2]
        dtype = torch.bfloat16 if has_fast_bfloat16(device) else torch.float32
        self._optimizers = optimizers(matrices, others, *rates, settings.weight_decay, dtype)
        self._judge = None
        if stage == "adversarial":
            torch.manual_seed(settings.seed)
            self._judge = Discriminator().to(device)
            self._judge_optimizer = torch.optim.AdamW(self._judge.parameters(), _JUDGE_RATE, betas=(0.5, 0.9))
        self._steer()

    def _steer(self) -> None:
        steered([*self._optimizers, *([] if self._judge is None else [self._judge_optimizer])], self._told.device)

    def step(self, sound: Tensor, fraction: float) -> None:
        """Learn from a batch `[rows, samples]` on any device."""
        set_rates(self._optimizers, learning_rate(fraction, _WARM_UP, _WARM_DOWN))
        if sound.shape not in self._steps:
            place = torch.empty(sound.shape, device=self._told.device)
            self._steps[sound.shape] = place, RecordedStep(partial(self._learn, place), self._recorder, self._report)
        place, step = self._steps[sound.shape]
        place.copy_(sound)
        step()

    def words(self) -> str:
        """Say how the last step went. It waits for the device."""
        reconstruction, judge, gradient = self._told.tolist()
        if not isfinite(gradient):
            return "a step left out, its gradient is no number"
        return f"loss {reconstruction:.3f}" + (f", judge {judge:.3f}" if self._judge is not None else "")

    def _learn(self, sound: Tensor) -> None:
        """Take a step, without asking the device for anything."""
        with mixed(sound.device):
            made, about_latents = self._made(sound)
        made = made.float()
        mel_share = _MEL_SHARE_FOR_PITCH if self._stage == "autoencoder" else 1.0
        reconstruction = reconstruction_loss(made, sound, mel_share)
        loss = reconstruction + about_latents
        if self._judge is not None:
            self._told[1] = self._teach_judge(sound, made.detach())
            loss = loss + _DECEPTION * deception_loss(self._judge(sound), self._judge(made))
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._told[0] = reconstruction.detach()
        self._told[2] = self._change()

    def _change(self) -> Tensor:
        """Change the weights, unless their gradient is no number; return how long it is."""
        length = nn.utils.clip_grad_norm_(self._weights, _HIGHEST_GRADIENT)
        is_number = length.isfinite()
        for weight in self._weights:
            if weight.grad is not None:
                weight.grad.nan_to_num_(0.0, 0.0, 0.0)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"].mul_(is_number)
            optimizer.step()
        return length

    def _made(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the codec makes of a sound, and what the latents add to the loss."""
        if self._stage == "autoencoder":
            latents = latents_of(self._codec, sound)
            return sound_of(self._codec, latents, sound.shape[1]), _farness(latents)
        if self._stage == "joint":
            latents, beside = self._through_codebooks(latents_of(self._codec, sound).float())
            return sound_of(self._codec, latents, sound.shape[1]), beside
        with torch.no_grad(), torch.autocast(sound.device.type, enabled=False):  # the tokens are those of float32
            latents = quantised(self._codec, latents_of(self._codec, sound))
        return sound_of(self._codec, latents, sound.shape[1]), torch.zeros((), device=sound.device)

    def _through_codebooks(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return quantised latents whose gradient is that of the latents, and what draws latents to their codes."""
        latents = _cut_off(raw)
        with torch.no_grad(), torch.autocast(raw.device.type, enabled=False):
            codes = self._codec.quantizer.encode(latents)
            chosen = self._codec.quantizer.decode(codes)
            follow(self._codec, latents, codes)
        commitment = (latents - chosen).square().mean() / chosen.square().mean().clamp(min=1e-6)
        return latents + (chosen - latents).detach(), _COMMITMENT * commitment + _farness(raw)

    def _teach_judge(self, sound: Tensor, made: Tensor) -> Tensor:
        assert self._judge is not None
        loss = judge_loss(self._judge(sound), self._judge(made))
        self._judge_optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._judge_optimizer.step()
        return loss.detach()

    def state(self) -> dict[str, Any]:
        """Return what a resumed stage needs beside the codec."""
        state: dict[str, Any] = {"optimizers": optimizer_states(self._optimizers)}
        if self._judge is not None:
            (judge_optimizer,) = optimizer_states([self._judge_optimizer])
            state |= {"judge": self._judge.state_dict(), "judge_optimizer": judge_optimizer}
        return state

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up a saved state of the same stage, if there is one, and take it out: it is not held twice."""
        if "optimizers" not in saved:
            return
        restore_optimizers(self._optimizers, saved.pop("optimizers"))
        if self._judge is not None:
            judge, optimizer = saved.pop("judge"), saved.pop("judge_optimizer")
            if judge.keys() == self._judge.state_dict().keys():  # states of before have fewer judges: these begin anew
                self._judge.load_state_dict(judge)
                self._judge_optimizer.load_state_dict(optimizer)
        self._steer()


def _beginning(codec: "EncodecModel | None") -> dict[str, Any]:
    """Return the state of a training that has not learned anything yet."""
    if codec is None:
        return {"stage": STAGES[0], "step": 0, "trained_s": 0.0}
    known = {"from": fingerprint(codec, with_decoder=True), "config": config_values(codec), "codec": codec.state_dict()}
    return {"stage": "codebooks", "step": 0, "trained_s": 0.0} | known


def _gentle(settings: CodecSettings) -> CodecSettings:
    return replace(settings, joint_matrix_rate=settings.further_matrix_rate)


def _rates(stage: str, settings: CodecSettings) -> tuple[float, float]:
    """Return the learning rates of a stage: Muon's and AdamW's."""
    if stage == "joint":
        return settings.joint_matrix_rate, settings.other_rate * settings.joint_matrix_rate / settings.matrix_rate
    slower = 2 if stage == "adversarial" else 1
    return settings.matrix_rate / slower, settings.other_rate / slower


def _farness(latents: Tensor) -> Tensor:
    """Return how far latents are out: linear, so that one a thousand times too large draws no harder than another."""
    return functional.relu(latents.float().abs() - _USUAL_LATENT).mean()


def _cut_off(latents: Tensor) -> Tensor:
    return latents.nan_to_num(0.0).clamp(-_FARTHEST_LATENT, _FARTHEST_LATENT)


def _shape(settings: CodecSettings) -> dict[str, Any]:
    names = ("filters", "hidden", "lstm_layers", "codebook_size", "codebooks", "seed")
    return {name: value for name, value in asdict(settings).items() if name in names}
