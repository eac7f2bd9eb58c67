"""The commands of `hubbub`, a file for each."""
