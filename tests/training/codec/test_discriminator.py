"""The judges: they see every frequency in its own band, tell real from dull, and teach what is missing."""

import pytest
import torch
from torch import Tensor

from musicgen_studio.training.codec.discriminator import BandJudge, Discriminator, deception_loss, judge_loss


def _noise(rows: int, seed: int) -> Tensor:
    return torch.randn((rows, 3200), generator=torch.Generator().manual_seed(seed)) * 0.1


def _dull(sound: Tensor) -> Tensor:
    """Return sound without its upper half."""
    spectrum = torch.fft.rfft(sound)
    spectrum[:, spectrum.shape[1] // 2 :] = 0
    dull: Tensor = torch.fft.irfft(spectrum, sound.shape[1])
    return dull


@pytest.mark.parametrize("edges", [(0.0, 1.0), (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)])
def test_the_bands_are_the_whole_spectrum(edges: tuple[float, ...]) -> None:
    judge, frequencies = BandJudge(512, edges), 257
    covered = [place for band in judge._bands for place in range(frequencies)[band]]
    assert covered == list(range(frequencies))


def test_a_band_sees_nothing_of_the_others() -> None:
    torch.manual_seed(0)
    judge, sound = BandJudge(512, (0.0, 0.25, 1.0)), _noise(1, 1)
    with torch.no_grad():
        (_, whole), (_, dull) = judge(sound), judge(_dull(sound))
    low, high = slice(0, 4), slice(4, 8)
    for before, after in zip(whole[low], dull[low], strict=True):
        torch.testing.assert_close(before, after, atol=1e-2, rtol=0)  # the window leaks a little
    assert max(float((a - b).abs().max()) for a, b in zip(whole[high], dull[high], strict=True)) > 0.05


def test_several_judges_cut_the_spectrum_differently() -> None:
    judges = [judge for judge in Discriminator().judges if isinstance(judge, BandJudge)]
    cuts = [{round(band.start / (len(judge.hann) // 2 + 1), 2) for band in judge._bands[1:]} for judge in judges]
    assert len(cuts) == 2
    assert not cuts[0] & cuts[1]


def test_it_learns_what_is_dull_and_teaches_the_highs_that_are_missing() -> None:
    torch.manual_seed(0)
    judge = Discriminator()
    optimizer = torch.optim.AdamW(judge.parameters(), 2e-3, betas=(0.5, 0.9))
    losses = []
    for step in range(15):
        real = _noise(2, step)
        loss = judge_loss(judge(real), judge(_dull(real)))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]
    real = _noise(2, 99)
    made = _dull(real).requires_grad_()
    (slope,) = torch.autograd.grad(deception_loss(judge(real), judge(made)), made)
    with torch.no_grad():
        nearer = deception_loss(judge(real), judge(made - 1e-3 * slope / slope.abs().max()))
        assert nearer < deception_loss(judge(real), judge(made))
    powers = torch.fft.rfft(slope).abs().square().sum(0)
    assert powers[len(powers) // 2 :].sum() > 0.2 * powers.sum()
