"""Networks that listen, a file each behind `fidelity.api.Embedder`; `choose` opens one by its name."""
