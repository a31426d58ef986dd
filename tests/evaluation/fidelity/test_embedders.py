"""The other networks: files of their published layout are read, nothing in them is run, parity with their authors."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.api import Embedder
from musicgen_studio.evaluation.fidelity.embedders.choose import EMBEDDERS, open_embedder
from musicgen_studio.evaluation.fidelity.embedders.panns import Cnn14
from musicgen_studio.evaluation.fidelity.embedders.passt import Passt, log_mels
from musicgen_studio.evaluation.fidelity.embedders.vggish import Vggish, log_mel_windows
from musicgen_studio.evaluation.fidelity.embedders.weights import read_tensors
from musicgen_studio.evaluation.fidelity.judging import judge
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from tests.evaluation.fidelity.clap_files import write_clap


def _random(network: nn.Module, seed: int = 0) -> dict[str, Tensor]:
    """Return the layout of a network with random numbers, as its trainer's file would hold them."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, tensor in network.state_dict().items():
        if not tensor.is_floating_point():
            tensors[name] = tensor
        elif "var" in name:
            tensors[name] = torch.rand(tensor.shape, generator=generator) + 0.5
        else:
            width = max(int(np.prod(tensor.shape[1:])), 1)
            tensors[name] = torch.randn(tensor.shape, generator=generator) / width**0.5
    return tensors


def _panns_filters(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Put a real transform and real filters in, as the published file has them."""
    from musicgen_studio.dsp.spectra import mel_filters

    bins, times = np.arange(513)[:, None], np.arange(1024)[None]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * times / 1024)
    for name, wave in (("conv_real", np.cos), ("conv_imag", lambda angle: -np.sin(angle))):
        kernel = (wave(2 * np.pi * bins * times / 1024) * hann).astype(np.float32)
        tensors[f"spectrogram_extractor.stft.{name}.weight"] = torch.from_numpy(kernel)[:, None]
    tensors["logmel_extractor.melW"] = torch.from_numpy(mel_filters(32000, 1024, 64).T.copy())
    return tensors


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of random weights in the published layouts, as small as the layouts allow."""
    folder = tmp_path_factory.mktemp("weights")
    torch.save(_random(Vggish(32)), folder / "vggish-10086976.pth", _use_new_zipfile_serialization=False)
    narrow = _panns_filters(_random(Cnn14((4, 4, 8, 8, 16, 16))))
    torch.save({"iteration": 600000, "model": narrow}, folder / "Cnn14_mAP=0.431.pth")
    torch.save(_random(Passt(depth=1)), folder / "passt-s-f128-p16-s10-ap.476-swa.pt")
    return {
        "vggish": folder / "vggish-10086976.pth",
        "panns": folder / "Cnn14_mAP=0.431.pth",
        "passt": folder / "passt-s-f128-p16-s10-ap.476-swa.pt",
        "clap": write_clap(folder / "clap"),
    }


def _sound(seconds: float, seed: int = 0, rate: int = 32000) -> Audio:
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * rate)) / rate
    tones = sum(np.sin(2 * np.pi * hz * times) for hz in rng.uniform(100, 4000, 5))
    samples = 0.1 * tones + rng.normal(0, 0.01, len(times))
    return Audio(samples.astype(np.float32)[:, None], rate)


@pytest.fixture(params=EMBEDDERS[1:])
def embedder(request: pytest.FixtureRequest, weights: dict[str, Path]) -> Embedder:
    """Each of the networks that are downloads."""
    return open_embedder(request.param, weights[request.param])


def test_each_hears_sounds_of_any_length(embedder: Embedder) -> None:
    short, long = embedder.hear(_sound(0.5)), embedder.hear(_sound(12.5, rate=44100))
    assert len(short.embedding) == 1
    assert len(long.embedding) == (13 if embedder.info.id == "vggish" else 2)
    for heard in (short, long):
        assert heard.embedding.shape[1] == embedder.info.numbers
        assert np.isfinite(heard.embedding).all()
        if heard.likely is not None:
            assert heard.likely.shape == (len(heard.embedding), 527)
            assert heard.likely.min() >= 0
            assert heard.likely.max() <= 1
    assert not np.allclose(embedder.hear(_sound(0.5, seed=1)).embedding, short.embedding)


def test_figures_are_named_by_what_made_them(embedder: Embedder) -> None:
    clips = [JudgedClip(str(seed), _sound(1.0, seed), "sad jazz") for seed in range(2)]
    found = judge(clips, clips, embedder)
    by = embedder.info.id
    figure = found.figure(f"{by}.frechet")
    assert (figure is None) is False
    assert not [each.id for each in found.figures if each.id.startswith("musicnn")]
    assert (found.figure(f"{by}.agreement") is not None) is (by == "clap")
    assert (found.figure(f"{by}.tag_kl") is not None) is (by in ("panns", "passt"))


def test_words_agree_by_their_cosine(weights: dict[str, Path]) -> None:
    clap = open_embedder("clap", weights["clap"])
    heard = clap.hear(_sound(3.0))
    agreed = [clap.agreement(heard, prompt) for prompt in ("rock", "sad jazz", "sad jazz")]
    assert agreed[1] == agreed[2] != agreed[0]
    assert all(value is not None and -1 <= value <= 1 for value in agreed)


@pytest.mark.parametrize("seconds", [10.0, 8.0, 3.3, 0.5])
@pytest.mark.parametrize("prompt", ["sad jazz", "a prompt of many words, " * 12])
def test_clap_says_what_transformers_says(seconds: float, prompt: str, weights: dict[str, Path]) -> None:
    """Sound of 10 s and less is filled as their extractor does, words are cut where laion_clap cuts them."""
    from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel, ClapProcessor

    network = ClapModel.from_pretrained(weights["clap"]).eval()
    processor = ClapProcessor(
        ClapFeatureExtractor.from_pretrained(weights["clap"]), AutoTokenizer.from_pretrained(weights["clap"])
    )
    sound = _sound(seconds, rate=48000)
    fed = processor.feature_extractor([sound.samples[:, 0]], sampling_rate=48000, return_tensors="pt")
    said = processor.tokenizer(prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        wanted = network(said["input_ids"], fed["input_features"], fed["is_longer"], said["attention_mask"])
    ours = open_embedder("clap", weights["clap"])
    heard = ours.hear(sound)
    assert np.allclose(heard.embedding, wanted.audio_embeds.numpy(), atol=1e-6)
    cosine = torch.nn.functional.cosine_similarity(wanted.audio_embeds, wanted.text_embeds)
    assert ours.agreement(heard, prompt) == pytest.approx(float(cosine), abs=1e-6)


def test_a_fused_clap_says_the_same_each_time(tmp_path: Path) -> None:
    """Its extractor calls one sound of several a long one, by chance; the network fuses what is called so."""
    clap = open_embedder("clap", write_clap(tmp_path / "clap", is_fused=True))
    sound = _sound(35.0, rate=48000)
    heard = [clap.hear(sound).embedding for _ in range(4)]
    assert all(np.array_equal(each, heard[0]) for each in heard)
    alone = clap.hear(Audio(sound.samples[:480_000], 48000)).embedding
    assert np.allclose(heard[0][:1], alone, atol=1e-6)


@pytest.mark.parametrize("seconds", [8.0, 0.4])
def test_short_sounds_are_heard_as_they_are(seconds: float, weights: dict[str, Path]) -> None:
    """Nothing is filled: their authors' code takes any length, and AudioCraft's says that filling moves the figure."""
    row = torch.from_numpy(_sound(seconds).samples[:, 0])[None]
    panns, passt = Cnn14((4, 4, 8, 8, 16, 16)), Passt(depth=1)
    for network, file, section in ((panns, "panns", "model"), (passt, "passt", None)):
        network.load_state_dict(read_tensors(weights[file], section))
    with torch.inference_mode():
        wanted = {"panns": panns.eval()(row), "passt": passt.eval()(log_mels(row))[::-1]}
    for name, (embedding, _) in wanted.items():
        assert np.allclose(open_embedder(name, weights[name]).hear(_sound(seconds)).embedding, embedding, atol=1e-5)


@pytest.mark.parametrize(("seconds", "windows"), [(10.1, 1), (10.2, 2), (20.0, 2)])
def test_passt_hears_ten_seconds_and_what_is_left(seconds: float, windows: int, weights: dict[str, Path]) -> None:
    passt = open_embedder("passt", weights["passt"])
    heard = passt.hear(_sound(seconds))
    assert len(heard.embedding) == windows
    last = Audio(_sound(seconds).samples[(windows - 1) * 320_000 : windows * 320_000], 32000)
    assert np.allclose(heard.embedding[-1], passt.hear(last).embedding[0], atol=1e-5)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("import pathlib; pathlib.Path('ran').touch()",)


@pytest.mark.parametrize("name", ["vggish", "panns", "passt"])
def test_nothing_in_a_file_is_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model": _Evil()}, tmp_path / "evil.pth")
    with pytest.raises(UserProblem, match="could run a program hidden in it"):
        open_embedder(name, tmp_path / "evil.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(_Evil()))
    with pytest.raises(UserProblem):
        open_embedder(name, tmp_path / "plain.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["vggish", "panns", "passt", "clap"])
def test_what_is_missing_or_another_network_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with pytest.raises(UserProblem, match="checkpoints download"):
        open_embedder(name)
    torch.save({"something": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(UserProblem, match=r"not this network's|no CLAP checkpoint"):
        open_embedder(name, tmp_path / "other.pth")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UserProblem, match="no embedding called “fad”"):
        open_embedder("fad")


def test_vggish_says_what_torchvggish_says(tmp_path: Path) -> None:
    """Theirs hears what ours hears, examples and embeddings, on one file of random weights."""
    theirs = pytest.importorskip("torchvggish")
    layers = sys.modules["torchvggish.torchvggish"]
    network = layers.VGG(layers.make_layers(), postprocess=False)
    network.load_state_dict(_random(network))
    torch.save(network.state_dict(), tmp_path / "vggish.pth")
    sound = _sound(4.0, rate=16000)
    wanted = theirs.waveform_to_examples(sound.samples[:, 0].astype(np.float64), 16000)
    assert np.allclose(log_mel_windows(sound.samples[:, 0]), wanted[:, 0].detach().numpy(), atol=1e-5)
    with torch.inference_mode():
        embedding = network.eval()(wanted.detach()).numpy()
    heard = open_embedder("vggish", tmp_path / "vggish.pth").hear(sound).embedding
    assert np.allclose(heard, embedding, atol=1e-4 * np.abs(embedding).max())


@pytest.mark.parametrize("seconds", [10.0, 8.0])
def test_panns_says_what_panns_inference_says(seconds: float, tmp_path: Path) -> None:
    models = pytest.importorskip("panns_inference.models", reason="not installed", exc_type=ImportError)
    network = models.Cnn14(32000, 1024, 320, 64, 50, 14000, 527).eval()
    random = _random(network)
    own = {name: tensor for name, tensor in network.state_dict().items() if "extractor" in name}
    network.load_state_dict(random | own)
    torch.save({"model": network.state_dict()}, tmp_path / "Cnn14.pth")
    sound = _sound(seconds)
    with torch.inference_mode():
        said = network(torch.from_numpy(sound.samples[:, 0])[None])
    heard = open_embedder("panns", tmp_path / "Cnn14.pth").hear(sound)
    assert heard.likely is not None
    assert np.allclose(heard.embedding, said["embedding"].numpy(), atol=1e-4 * float(said["embedding"].abs().max()))
    assert np.allclose(heard.likely, said["clipwise_output"].numpy(), atol=1e-5)


@pytest.mark.parametrize("seconds", [10.0, 8.0])
@pytest.mark.filterwarnings("ignore:stft with return_complex=False", "ignore:.*autocast.*is deprecated")
def test_passt_says_what_hear21passt_says(seconds: float, tmp_path: Path) -> None:
    from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable

    make_torchaudio_importable()
    theirs = pytest.importorskip("hear21passt.models.passt", reason="not installed", exc_type=ImportError)
    preprocess = pytest.importorskip("hear21passt.models.preprocess")
    network = theirs.PaSST(stride=(10, 10), distilled=True, depth=2).eval()
    network.load_state_dict(_random(network))
    torch.save(network.state_dict(), tmp_path / "passt.pt")
    sound = _sound(seconds)
    spectra = preprocess.AugmentMelSTFT(128, 32000, 800, 320, 1024, fmax=None, fmin_aug_range=10, fmax_aug_range=2000)
    row = torch.from_numpy(sound.samples[:, 0])[None]
    with torch.inference_mode():
        mels = spectra.eval()(row)
        logits, embedding = network(mels[:, None])
    assert torch.allclose(log_mels(row), mels, atol=1e-4)
    heard = open_embedder("passt", tmp_path / "passt.pt").hear(sound)
    assert heard.likely is not None
    assert np.allclose(heard.embedding, embedding.numpy(), atol=1e-4)
    assert np.allclose(heard.likely, logits.softmax(dim=1).numpy(), atol=1e-5)
