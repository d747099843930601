"""Materials of a declaration on the page. One list with what is missing first, uploads piece by piece, photos that wait
to be joined, and which rows each file proves."""
