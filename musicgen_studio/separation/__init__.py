"""A clip taken apart into stems that add up to it. `api` says what a separator is; which one is the caller's choice."""
