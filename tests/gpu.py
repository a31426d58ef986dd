"""For tests that need an NVIDIA GPU: they are skipped where there is none."""

import pytest
import torch

CUDA = torch.device("cuda")

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
