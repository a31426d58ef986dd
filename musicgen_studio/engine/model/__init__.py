"""The language model: what the loop steps through, in plain torch and in kernels for processor and graphics card."""
