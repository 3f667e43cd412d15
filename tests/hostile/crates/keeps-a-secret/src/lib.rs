// tries: nothing; it is an honest submission that others are to copy from.
// deserves: full

// @secret@
