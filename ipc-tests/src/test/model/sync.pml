/*
 * The group commit of docs/protocol.md, "Durability": SYNCERS processes bring CELLS frames of one
 * segment to the disk while they are committed. Any of them may die between two steps (KILLS), or
 * never go on (PAUSES), or rest in the first slot between two syncs (KEEPS); the kernel writes pages
 * by itself, may fail to (FAILS), tells each mapping of an error once and one that is made after
 * somebody was told not at all, and drops clean pages.
 *
 * A cell is a page with one frame. Asserted: what is below the watermark is on the disk; the
 * watermark does not fall, and does not move behind a failure; with any of them alive, all frames
 * become durable or the channel is failed. A page that was dropped before it was written is found to
 * be damaged; that its header may be gone too, which docs/protocol.md leaves open, is not in here.
 */
#ifndef CELLS
#define CELLS 2
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef PAUSES
#define PAUSES 0
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef SLOTS
#define SLOTS SYNCERS
#endif

byte committed = 0;
bool dirty[CELLS], disk[CELLS], dropped[CELLS];
/* The file's error: how many there were, and whether anybody was told of the last one. */
byte errors = 0;
bool told = false;

byte durable = 0;
bool failed = false;
bool suspect = false;
byte to[SLOTS], met[SLOTS];
bool held[SLOTS];

byte killed = 0, paused = 0, failures = 0;

proctype Publisher() {
    do
    :: committed < CELLS -> d_step { dirty[committed] = true; committed++ }
    :: else -> break
    od
}

/* The kernel writes one page, or fails to. */
inline write(c) {
    if
    :: d_step { dirty[c] -> dirty[c] = false; disk[c] = true }
    :: d_step { dirty[c] && failures < FAILS ->
        dirty[c] = false; failures++; errors++; told = false }
    :: !dirty[c]
    fi
}

proctype Kernel() {
    byte c;
end:
    do
    :: atomic { failures < FAILS && dirty[0] -> c = 0; write(c) }
#if CELLS > 1
    :: atomic { failures < FAILS && dirty[1] -> c = 1; write(c) }
#endif
#ifdef DROPS
    :: d_step { !dirty[0] && committed > 0 && !disk[0] && !dropped[0] -> dropped[0] = true }
#endif
    od
}

#define DIE \
    :: d_step { killed < KILLS -> killed++; held[slot] = false } -> goto dead \
    :: atomic { paused < PAUSES -> paused++ } -> goto end_paused

/* Any step of a process that holds a slot: or it ends here. */
#define STEP(x) if :: x DIE fi

/* What is below the watermark is on the disk. */
#define CHECK d_step { \
    c = 0; \
    do \
    :: c < durable -> assert(disk[c]); c++ \
    :: else -> break \
    od; \
    c = 0 }

proctype Syncer() {
    byte slot, from, e, since, c, other;
    bool doubt, mapped, error, rests;
    mapped = false;
    rests = false;
again:
    if
    :: d_step { (durable == CELLS || failed) -> if :: rests -> held[0] = false :: else fi } -> goto done
#ifdef KEEPS
    :: d_step { rests && committed > durable && !failed -> rests = false; slot = 0 }
    :: d_step { rests && killed < KILLS -> killed++; held[0] = false } -> goto dead
    :: d_step { rests && paused < PAUSES -> paused++ } -> goto end_paused
#endif
    :: d_step { !rests && committed > durable && !failed && !held[0] -> held[0] = true; slot = 0 }
#if SLOTS > 1 && !defined(NEG_ONESLOT)
    :: d_step { !rests && committed > durable && !failed && held[0] && !held[1] -> held[1] = true; slot = 1 }
#endif
#if SLOTS > 2 && !defined(NEG_ONESLOT)
    :: d_step { !rests && committed > durable && !failed && held[0] && held[1] && !held[2] ->
        held[2] = true; slot = 2 }
#endif
    fi;
    if
    :: d_step { failed -> held[slot] = false } -> goto again
    :: d_step { !failed -> from = durable }
    DIE
    fi;
    /* What the slot's last owner left. */
    if
    :: to[slot] != 0 && met[slot] != 0 -> STEP(d_step { failed = true; held[slot] = false }); goto again
    :: to[slot] != 0 && met[slot] == 0 ->
#ifndef NEG_NOSUSPECT
        STEP(suspect = true)
#else
        skip
#endif
    :: to[slot] == 0
    fi;
    /* The walk maps the segment. Another one may have been mapped there since the last time. */
    if
    :: mapped
    :: d_step { true -> mapped = true; since = (told || errors == 0 -> errors : 0) }
    fi;
    STEP(e = committed);
    if
    :: e <= from -> held[slot] = false; goto again
    :: else
    fi;
    STEP(met[slot] = 0);
#ifndef NEG_NOINTENT
    STEP(to[slot] = e);
#endif
#ifdef NEG_EARLY
    durable = (e > durable -> e : durable);
    CHECK;
#endif
    doubt = false;
    other = 0;
#ifndef NEG_NODOUBT
    STEP(doubt = suspect);
    do
    :: other < SLOTS ->
        if
        :: other != slot && to[other] != 0 -> doubt = true
        :: else
        fi;
        other++
    :: else -> break
    od;
#endif
    error = false;
    if
    :: doubt ->
#ifdef NEG_VERIFYFIRST
        c = from;
        do :: c < e -> error = error || dropped[c]; c++ :: else -> break od;
#endif
#ifndef NEG_NODIRTY
        c = from;
        do :: c < e -> STEP(dirty[c] = true); c++ :: else -> break od;
#endif
#ifndef NEG_VERIFYFIRST
        c = from;
        do :: c < e -> error = error || dropped[c]; c++ :: else -> break od;
#endif
    :: else
    fi;
    /* msync */
#ifdef NEG_RETRY
retry:
#endif
    if
    :: error
    :: else ->
        c = from;
        do
        :: c < e ->
            if
            :: d_step { dirty[c] -> dirty[c] = false; disk[c] = disk[c] || !dropped[c] }
            :: d_step { dirty[c] && failures < FAILS ->
                dirty[c] = false; failures++; errors++; told = false }
            :: !dirty[c]
            DIE
            fi;
            c++
        :: else -> break
        od;
        STEP(d_step { error = errors != since; since = errors; told = told || error })
    fi;
#ifdef NEG_RETRY
    if :: error -> error = false; goto retry :: else fi;
#endif
#ifdef NEG_ENDLATE
    e = committed;
#endif
    if
    :: error ->
        STEP(met[slot] = 1);
        STEP(failed = true)
    :: else ->
#if defined(NEG_FAILUREAPART)
        if
        :: failed -> skip
        :: else -> STEP(skip);
            d_step { assert(!failed); durable = (e > durable -> e : durable) }
        fi;
#elif defined(NEG_STORE)
        d_step { assert(failed || e >= durable); durable = e };
#else
        /* One compare-and-exchange of the watermark and the mark together. */
        STEP(d_step { if :: !failed && e > durable -> durable = e :: else fi });
#endif
        CHECK;
        if
        :: !failed -> STEP(to[slot] = 0)
        :: else
        fi
    fi;
    if
    :: held[slot] = false
#ifdef KEEPS
    :: d_step { slot == 0 && !error && !failed -> rests = true }
#endif
    fi;
    goto again;
end_paused:
    false;
dead:
    skip;
done:
    skip
}

init {
    byte n = 0;
    atomic {
        run Publisher();
        run Kernel();
        do :: n < SYNCERS -> run Syncer(); n++ :: else -> break od
    }
}
