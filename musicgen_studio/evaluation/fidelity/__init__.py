"""How near made music is to other music, and to its words: figures over sets of clips, each named by what made it."""
