"""The parts of the window: each shows one thing and says what the musician asks for."""
