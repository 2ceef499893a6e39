/*
 * Closing a handle while its threads work (docs/protocol.md, "Closing"). Their memory is taken away
 * between any two of their steps: first the flag is set, then the segments become private zeros,
 * then the cursors, then the control file; then the locks are dropped. What a thread does after
 * that nobody sees, so it ends there. The ghosts stay with the channel: a claim whose header went
 * into private memory is open until its owner is gone.
 *
 * One handle is closed. Its threads are one process out of CLOSE_FIRST to CLOSE_LAST, or with
 * CLOSE_TOGETHER all of them. Publishers are the processes 1, 2, ..; behind them come the
 * subscribers, the lossy one, the cleaners.
 */
#define FLAG 1
#define SEGMENTS 2
#define CURSORS_TOO 3
#define GONE 4

#if CLOSES > 0
#ifndef CLOSE_FIRST
#define CLOSE_FIRST 1
#endif
#ifndef CLOSE_LAST
#define CLOSE_LAST (PUBLISHERS + NSUB + NLOSSY + NCL)
#endif

byte closing = 0;         /* a bit for each process of the handle */
byte shut = 0;            /* how far it is closed */
#define PRIVATE(what) (shut >= what && ((closing >> _pid) & 1))
#define IS_CLOSED PRIVATE(FLAG)
#define AT(p) cell[(p) % CAP + (PRIVATE(SEGMENTS) -> CAP : 0)]
#define OR_GONE :: atomic { PRIVATE(GONE) -> goto die }
/* Before a word is moved because of what was found or stored in a segment. */
#define REQUIRE_OPEN(otherwise) if :: IS_CLOSED -> otherwise :: else OR_GONE fi;
/* The end of one of its threads; whoever comes instead has another handle. */
#define FORGET_CLOSING \
    closing = closing & (255 - (1 << _pid)); \
    if \
    :: closing == 0 -> g = CAP; do :: g < 2 * CAP -> cell[g] = 0; g++ :: else -> break od \
    :: else \
    fi; \
    g = 0

proctype Closer() {
    byte who = CLOSE_FIRST;
#ifdef CLOSE_TOGETHER
    d_step {
        do :: who <= CLOSE_LAST -> closing = closing | (1 << who); who++ :: else -> break od;
        shut = FLAG; who = 0
    };
#else
    do
    :: who < CLOSE_LAST -> who++
    :: break
    od;
    skip;
    d_step { closing = 1 << who; shut = FLAG; who = 0 };
#endif
    do
    :: d_step { closing != 0 && shut < GONE -> shut++ }
    :: closing == 0 || shut == GONE -> break
    od
}
#else
#define PRIVATE(what) false
#define IS_CLOSED false
#define AT(p) CELL(p)
#define OR_GONE
#define REQUIRE_OPEN(otherwise)
#define FORGET_CLOSING skip
#endif
