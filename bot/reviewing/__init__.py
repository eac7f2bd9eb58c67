"""Staff put right what was understood, and by that teach it."""
