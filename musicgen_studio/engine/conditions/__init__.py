"""What the language model is told: words, and the chroma of a melody."""
