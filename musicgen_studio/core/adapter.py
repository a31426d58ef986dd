"""What a LoRA adapter is, by its adapter_config.json: small matrices that were trained beside a frozen model's.

Values only; not for finding the base or merging (`engine.checkpoint.adapter`).
Source: PEFT `tuners/lora/config.py`; Hu et al., "LoRA" (arXiv 2106.09685); Kalajdzievski, "rsLoRA" (arXiv 2312.03732).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

CONFIG_FILE = "adapter_config.json"

_UNKNOWN = {
    # option: what it may be here
    "use_dora": (False, None),
    "fan_in_fan_out": (False, None),
    "lora_bias": (False, None),
    "use_qalora": (False, None),
    "arrow_config": (None,),
    "alora_invocation_tokens": (None,),
    "trainable_token_indices": (None,),
    "layer_replication": (None,),
}


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """An adapter.

    Args:
        base: What it was trained on: a name on the Hub or a path of that machine; empty if it does not say.
        rank: Of its matrices, where `ranks` says nothing else.
        alpha: Its strength: what it adds counts alpha / rank, where `alphas` says nothing else.
        targets: The modules it changes, as it says.
        is_rank_stabilised: Whether it counts alpha / √rank instead.
        ranks: Ranks by patterns of names.
        alphas: Strengths by patterns of names.
    """

    base: str
    rank: int
    alpha: float
    targets: tuple[str, ...]
    is_rank_stabilised: bool
    ranks: tuple[tuple[str, int], ...]
    alphas: tuple[tuple[str, float], ...]

    @classmethod
    def parsed(cls, raw: Mapping[str, object]) -> "AdapterConfig":
        """Read the file's contents.

        Raises:
            ValueError: If it is no LoRA, or of a kind that is not known; the text goes on from the file's name.
        """
        if raw.get("peft_type") != "LORA":
            raise ValueError(f"is an adapter of type {raw.get('peft_type')}; only LORA is known")
        for option, allowed in _UNKNOWN.items():
            if raw.get(option) not in allowed:
                raise ValueError(f"uses {option}, which is not known")
        rank, alpha, targets = raw.get("r"), raw.get("lora_alpha"), raw.get("target_modules")
        if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, int | float):
            raise ValueError(f"has rank {rank} and lora_alpha {alpha}; a whole number above 0 and a number are needed")
        named = [targets] if isinstance(targets, str) else targets if isinstance(targets, list) else []
        base = raw.get("base_model_name_or_path")
        return cls(
            base=base if isinstance(base, str) else "",
            rank=rank,
            alpha=float(alpha),
            targets=tuple(sorted(map(str, named))),
            is_rank_stabilised=raw.get("use_rslora") is True,
            ranks=tuple((name, int(value)) for name, value in _numbers(raw.get("rank_pattern"))),
            alphas=tuple(_numbers(raw.get("alpha_pattern"))),
        )

    def scale(self, module: str) -> float:
        """Return by what a module's change is multiplied."""
        rank = next((rank for pattern, rank in self.ranks if _is_meant(pattern, module)), self.rank)
        alpha = next((alpha for pattern, alpha in self.alphas if _is_meant(pattern, module)), self.alpha)
        return alpha / (math.sqrt(rank) if self.is_rank_stabilised else rank)

    def in_words(self) -> str:
        """Say what it is, for a person."""
        targets = ", ".join(self.targets[:4]) + ("…" if len(self.targets) > 4 else "")
        return f"LoRA of rank {self.rank} on {targets or 'modules it does not name'}, over {self.base or 'a base'}"


def _numbers(found: object) -> list[tuple[str, float]]:
    if not isinstance(found, dict):
        return []
    return [(str(name), float(value)) for name, value in found.items() if isinstance(value, int | float)]


def _is_meant(pattern: str, module: str) -> bool:
    """Tell whether a pattern is that of a module, as PEFT matches it: at the end of its name, behind a dot."""
    try:
        return re.fullmatch(rf"(?:.*\.)?(?:{pattern})", module) is not None
    except re.error:
        return False
