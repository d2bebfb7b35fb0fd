/**
 * How many values a script can pass on to one command: Lua 5.1 gives a C function, such as `unpack`, 8,000 places on its
 * stack (`LUAI_MAXCSTACK`), the command's name, its key and its options take some of them. Even, since fields go in pairs.
 */
export const MOST_VALUES = 7900;

/** How many values an entry may have to become a dead letter field by field: that says more besides, and so does its replay. */
export const MOST_REPLAYABLE_VALUES = MOST_VALUES - 100;
