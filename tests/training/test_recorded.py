"""Recorded steps: the first few as they are, one recorded, all others repeated; the codec learns the same by them."""

import pytest
import torch
from torch import Tensor

from musicgen_studio.engine.model.cuda.graphs import GraphRecorder, Work
from musicgen_studio.training.codec.network import build_codec, codec_config
from musicgen_studio.training.codec.train import _Learning
from musicgen_studio.training.recorded import RecordedStep
from musicgen_studio.training.settings import TrainingSettings
from musicgen_studio.training.state import optimizer_states
from tests.gpu import CUDA, needs_gpu
from tests.training.conftest import CPU, keep_quiet, tone


class _OnPaper:
    """Records as CUDA would: what is recorded does not run, and is repeated without asking for the work again."""

    can_record = True

    def __init__(self, *, fails: bool = False) -> None:
        self._fails = fails
        self.ran = self.recordings = self.repeated = 0

    def run(self, work: Work) -> None:
        self.ran += 1
        work()

    def recorded(self, work: Work) -> Work:
        if self._fails:
            raise RuntimeError("this cannot be recorded")
        self.recordings += 1

        def again() -> None:
            self.repeated += 1
            work()

        return again


class _AsItIs(GraphRecorder):
    """Never records."""

    can_record = False

    def __init__(self) -> None:
        super().__init__(CPU)


def test_a_step_is_recorded_once_after_some_that_are_taken_as_they_are() -> None:
    recorder, taken = _OnPaper(), list[int]()
    step = RecordedStep(lambda: taken.append(len(taken)), recorder, keep_quiet)
    for _ in range(8):
        step()
    assert taken == list(range(8))
    assert (recorder.ran, recorder.recordings, recorder.repeated) == (3, 1, 5)


def test_what_cannot_be_recorded_is_taken_as_it_is_and_told_once() -> None:
    recorder, taken, lines = _OnPaper(fails=True), list[int](), list[str]()
    step = RecordedStep(lambda: taken.append(len(taken)), recorder, lines.append)
    for _ in range(8):
        step()
    assert taken == list(range(8))
    assert lines == ["steps are not recorded, which makes them slower: this cannot be recorded"]


def test_without_cuda_nothing_is_recorded() -> None:
    taken, recorder = list[int](), GraphRecorder(CPU)
    step = RecordedStep(lambda: taken.append(len(taken)), recorder, keep_quiet)
    for _ in range(5):
        step()
    assert taken == list(range(5))
    assert not recorder.can_record


def _learned(
    tiny: TrainingSettings, stage: str, recorder: GraphRecorder | _OnPaper, device: torch.device
) -> tuple[dict[str, Tensor], list[str]]:
    """Learn six batches of two shapes; return the weights, and what was said of each."""
    codec = build_codec(codec_config(tiny.codec), 5).to(device)
    learning, words = _Learning(codec, stage, tiny.codec, device, keep_quiet, recorder), []
    for number in range(6):
        sound = torch.from_numpy(tone(0.4, number))[None].repeat(1 + number // 5, 1)
        learning.step(sound, 0.1 + 0.1 * number)
        words.append(learning.words())
    return {name: tensor.cpu() for name, tensor in codec.state_dict().items()}, words


def _same(
    stage: str, tiny: TrainingSettings, recorder: GraphRecorder | _OnPaper, device: torch.device, close: float
) -> None:
    (found, said), (expected, _) = (_learned(tiny, stage, each, device) for each in (recorder, _AsItIs()))
    assert "left out" not in " ".join(said)
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=close, atol=close)


@pytest.mark.parametrize("stage", ["autoencoder", "joint", "decoder", "adversarial"])
def test_a_codec_learns_the_same_by_recorded_steps(stage: str, tiny: TrainingSettings) -> None:
    recorder = _OnPaper()
    _same(stage, tiny, recorder, CPU, 0)
    assert (recorder.ran, recorder.recordings, recorder.repeated) == (4, 1, 2)  # the sixth batch has another shape


@needs_gpu
@pytest.mark.parametrize("stage", ["autoencoder", "joint", "decoder", "adversarial"])
def test_a_codec_learns_the_same_by_cuda_graphs(stage: str, tiny: TrainingSettings) -> None:
    _same(stage, tiny, GraphRecorder(CUDA), CUDA, 1e-2)


@needs_gpu
def test_every_stage_can_be_recorded(tiny: TrainingSettings) -> None:
    for stage in ("autoencoder", "joint", "decoder", "adversarial"):
        codec, told = build_codec(codec_config(tiny.codec), 5).to(CUDA), list[str]()
        learning = _Learning(codec, stage, tiny.codec, CUDA, told.append)
        for number in range(6):
            learning.step(torch.from_numpy(tone(0.4, number))[None], 0.5)
        assert not told, stage


def test_a_saved_state_does_not_tell_where_learning_rates_lay(tiny: TrainingSettings) -> None:
    codec = build_codec(codec_config(tiny.codec), 5)
    learning = _Learning(codec, "decoder", tiny.codec, CPU, keep_quiet)
    learning.step(torch.from_numpy(tone(0.4, 1))[None], 0.5)
    assert all(torch.is_tensor(group["lr"]) for each in learning._optimizers for group in each.param_groups)
    groups = [group for state in optimizer_states(learning._optimizers) for group in state["param_groups"]]
    assert all(type(group["lr"]) is float and not group.get("capturable") for group in groups)
