// tries: to hand in a link to the reference in the place of a program.
// deserves: refused
