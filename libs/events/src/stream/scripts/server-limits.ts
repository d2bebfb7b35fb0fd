/**
 * How many values a script can pass on to one command: Lua 5.1 gives a C function, such as `unpack`, 8,000 places on its
 * stack (`LUAI_MAXCSTACK`), the command's name, its key and its options take some of them. Even, since fields go in pairs.
 */
export const MAX_VALUES = 7900;

/** How many values an entry may have to become a dead letter field by field: that says more besides, and so does its replay. */
export const MAX_REPLAYABLE_VALUES = MAX_VALUES - 100;
