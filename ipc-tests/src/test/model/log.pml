/*
 * The shared log as a Spin model: publishers (shared and exclusive), gating and lossy subscribers,
 * cleaners; any of them may be killed before each of its stores, slots are taken over.
 *
 * Numbers in the comments ("Claiming 4") are the steps of docs/protocol.md, by its headings. One
 * unit of position is one cell, a cell is wide enough for a header, and a frame of length n is a
 * header cell and n - 1 payload cells. Every step is a load, a store, a compare-and-set or a
 * lock operation. Spin is sequentially consistent: what the memory orders have to add is argued in
 * docs/protocol.md.
 *
 * NEG_x leaves out or misplaces one step; negatives.txt lists them and each must be found wrong.
 */
#ifndef NP
#define NP 2            /* shared publishers */
#endif
#ifndef NX
#define NX 0            /* exclusive publishers; with one, everybody joins and leaves */
#endif
#ifndef NSUB
#define NSUB 1          /* gating subscribers */
#endif
#ifndef NLOSSY
#define NLOSSY 0        /* lossy subscribers, 0 or 1 */
#endif
#ifndef NCL
#define NCL 1           /* cleaners */
#endif
#ifndef S
#define S 3             /* cells of a segment */
#endif
#ifndef N
#define N 2             /* segments of the ring */
#endif
#ifndef K
#define K 2             /* messages of each publisher */
#endif
#ifndef MAXLEN
#define MAXLEN 2        /* cells of the longer message; 3 is a batch of two messages */
#endif
#ifndef KILLS
#define KILLS 1         /* publishers killed at most; CKILLS, SKILLS: cleaners, subscribers */
#endif
#ifndef CKILLS
#define CKILLS 0
#endif
#ifndef SKILLS
#define SKILLS 0
#endif
#ifndef RESP
#define RESP 0          /* dead publishers whose slot is taken over; SRESP: subscribers' */
#endif
#ifndef SRESP
#define SRESP 0
#endif
#ifndef ABORTS
#define ABORTS 0        /* claims that are aborted at most */
#endif
#ifndef CLOSES
#define CLOSES 0        /* handles closed under their thread at most, 0 or 1: closing.pml */
#endif
#define CAP (S * N)
#define PUBLISHERS (NP + NX)
#define SEGEND(p) (((p) / S + 1) * S)
#define CELL(p) cell[(p) % CAP]

/* What a cell may hold: 0, a committed header, a padding header, or a payload cell, which names its
 * publisher and the position of its frame so that nothing stale passes for it. */
#define COM 16
#define PAD 32
#define IN_PROGRESS 127  /* in NEG_CASHEADER only */
#define PAY 128
#define LEN(h) ((h) % 8)
#define COMMITTED(h) ((h) > COM && (h) < PAD)
#define PADDING(h) ((h) > PAD && (h) < PAY)
#define CONTENT(owner, p) (PAY + (owner) * 32 + (p) % 32)

/* Arrays need one element at least. */
#if NP == 0
#define SLOTS 1
#else
#define SLOTS NP
#endif
#if NSUB == 0
#define CURSORS 1
#else
#define CURSORS NSUB
#endif

/* The words of the control file and the ring. */
#if CLOSES > 0
byte cell[2 * CAP];      /* the channel's, then the private ones of a closed handle */
#else
byte cell[CAP];
#endif
byte tail = 0;
byte ready = CAP;
byte clearing = CAP;
byte start[SLOTS];       /* position + 1; 0 is "none" */
byte wonEnd[SLOTS];
byte cursor[CURSORS];
bool exclusiveWasHere = 0;

/* Kernel locks: the members' and the one of housekeeping (0: free, else its holder). */
bool pubLock[SLOTS];
bool subLock[CURSORS];
byte exclLock = 0;        /* holder + 1 */
byte hk = 0;
#define CLEANER(me) (1 + me)
#define EXCLUSIVE(me) (50 + me)
#define SUBSCRIBER(me) (100 + me)
#define PUBLISHER(me) (200 + me)

/* Ghosts: known to the assertions only. A cell's claim: 0 no claim starts here, 1 claimed by a live
 * publisher, 2 committed, 3 padding by its owner, 4 claimed by a dead publisher. */
byte state[CAP];
byte length[CAP];
byte owner[CAP];
byte committedEnd = 0;
bool subAlive[CURSORS];
byte published = 0;      /* publishers that are done */
byte left[PUBLISHERS];
byte kills = KILLS, ckills = CKILLS, skills = SKILLS;
byte takeovers = RESP, rejoins = SRESP, aborts = ABORTS;
hidden byte g;           /* loop variables of atomic steps */
hidden byte g2;
#if NLOSSY > 0
#define POSITIONS 32
byte history[POSITIONS]; /* length of the frame committed at a position */
byte author[POSITIONS];
#endif

#define READ(x) d_step { x }
#include "closing.pml"
/* A step that may be replaced by the death of its process. */
#define STEP(budget, x) \
    if :: d_step { x } :: atomic { budget > 0 -> budget--; goto die } OR_GONE fi
#define LOCK_HK(budget, me) \
    if \
    :: d_step { hk == 0 -> hk = me } \
    :: atomic { budget > 0 -> budget--; goto die } \
    OR_GONE \
    fi
#define UNLOCK_HK(me) if :: hk == me -> hk = 0 :: else fi

/* Whether a cursor holds its segment: while its owner lives, or also while it is absent. */
#ifdef GATES_ABSENT
#ifdef NEG_N_ABSENT
#define GATES(i) subLock[i]
#else
#define GATES(i) true
#endif
#define NEEDS(i) true
#else
#define GATES(i) subLock[i]
#define NEEDS(i) subAlive[i]
#endif

/* The instant at which a claim begins. Shared publishers need all of it zero: scanning a hole reads
 * every cell of it as a header. Of an exclusive publisher's claim readers look at one cell until
 * it is committed, the header. */
inline ghostClaim(pos, size, zeroed) {
    assert(pos + size <= ready);
    g = pos;
    do
    :: g < pos + size ->
        assert(g >= pos + zeroed || CELL(g) == 0);
        state[g % CAP] = 0; g++
    :: else -> break
    od;
    state[pos % CAP] = 1; length[pos % CAP] = size; owner[pos % CAP] = me;
    claimed = pos + 1
}

inline ghostCommit(pos, size) {
    assert(state[pos % CAP] == 1 && owner[pos % CAP] == me);
    /* Behind an exclusive publisher's frame is the cell that readers look at next. */
    assert((pos + size) % S == 0 || me < NP || CELL(pos + size) == 0 || PRIVATE(SEGMENTS));
    AT(pos) = COM + size;
    if
    :: !PRIVATE(SEGMENTS) ->
        state[pos % CAP] = 2; length[pos % CAP] = size; claimed = 0;
        if :: pos + size > committedEnd -> committedEnd = pos + size :: else fi;
#if NLOSSY > 0
        history[pos] = size; author[pos] = me
#endif
    :: else                      /* nobody else will ever see it: the claim stays open */
    fi
}

/* A padding header, by the owner of the claim; in private memory it is as if the owner had died. */
inline ghostPad(pos, size) {
    AT(pos) = PAD + size;
    state[pos % CAP] = (PRIVATE(SEGMENTS) -> 4 : 3);
    claimed = 0
}

inline ghostDeath() {
    if :: claimed > 0 -> state[(claimed - 1) % CAP] = 4 :: else fi;
    claimed = 0
}

/* [pos, end) may be padded by somebody else: below the tail, in one segment, and no live claim or
 * committed frame in it. */
inline ghostHole(pos, end) {
    assert(pos < end && end <= SEGEND(pos) && end <= tail);
    g = pos;
    do
    :: g < end -> assert(state[g % CAP] == 0 || state[g % CAP] == 4); g++
    :: else -> break
    od;
    g = 0
}

/* A repairer's padding; who is closed pads for itself alone. */
inline ghostRepair(pos, end) {
    if
    :: !PRIVATE(SEGMENTS) -> ghostHole(pos, end); state[(pos) % CAP] = 0
    :: else
    fi;
    AT(pos) = PAD + ((end) - (pos))
}

inline zeroCell(pos) {
    AT(pos) = 0;
    if
    :: !PRIVATE(SEGMENTS) ->
        assert(state[(pos) % CAP] != 1);
        state[(pos) % CAP] = 0; length[(pos) % CAP] = 0; owner[(pos) % CAP] = 0
    :: else
    fi
}

#include "publisher.pml"
#include "resolve.pml"
#include "subscriber.pml"
#include "lossy.pml"
#include "cleaner.pml"

init {
    byte x;
    atomic {
        x = 0;
        do
        :: x < NP ->
            left[x] = K;
            if :: NX == 0 -> pubLock[x] = 1 :: else fi;
            run SharedPublisher(x); x++
        :: else -> break
        od;
#if NX > 0
        do :: x < PUBLISHERS -> left[x] = K; run ExclusivePublisher(x); x++ :: else -> break od;
#endif
        x = 0;
        do
        :: x < NSUB -> subLock[x] = 1; subAlive[x] = 1; run Subscriber(x); x++
        :: else -> break
        od;
#if NLOSSY > 0
        run LossySubscriber();
#endif
        x = 0;
        do :: x < NCL -> run Cleaner(x); x++ :: else -> break od;
#if CLOSES > 0
        run Closer();
#endif
        x = 0
    }
}
