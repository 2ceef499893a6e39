/* A gating subscriber. P: its position; joined: where it began, it has walked every frame since. */
proctype Subscriber(byte me) {
    byte P, h, n, rc, com, t, i, s, live, w, bound, q, r, j, joined;
#ifdef NAMED
    byte seen;                   /* up to here all that it passed was the channel's */
#endif
    goto loop;

join: skip; /* Join: lock byte; the cursor at 0 blocks cleaners; then the tail. */
#ifdef NAMED
    /* At a named cursor: under the housekeeping lock. What the cursor does not hold may be lost. */
#ifndef NEG_N_UNLOCKED
    LOCK_HK(skills, SUBSCRIBER(me));
#endif
    STEP(skills, subLock[me] = 1);
    READ(P = (cursor[me] > clearing - CAP -> cursor[me] : clearing - CAP); joined = P; seen = P);
#ifdef GATES_ABSENT
    assert(P == cursor[me]);
#endif
    STEP(skills, subAlive[me] = 1);
    STEP(skills, UNLOCK_HK(SUBSCRIBER(me)));
    goto loop;
#endif
    STEP(skills, subLock[me] = 1);
#ifdef EARLIEST
    /* Another start than the tail: under the housekeeping lock. */
#ifndef NEG_EARLIEST_NOHK
    LOCK_HK(skills, SUBSCRIBER(me));
#endif
#ifdef NEG_EARLIEST_READY
    READ(P = ready - CAP; joined = P);
#else
    READ(P = clearing - CAP; joined = P);
#endif
    STEP(skills, cursor[me] = P; subAlive[me] = 1);
    STEP(skills, UNLOCK_HK(SUBSCRIBER(me)));
#else
#ifndef NEG_JOIN
    STEP(skills, cursor[me] = 0);
#endif
    READ(P = tail; joined = P);
    STEP(skills, cursor[me] = P; subAlive[me] = 1);
#endif

loop:   /* Reading 1: nothing of a segment is read before it is ready. */
#ifndef NEG_NOREADY
    if
    :: P % S == 0 ->
        if
        :: ready >= P + S
        :: published == PUBLISHERS && tail <= P && ready < P + S -> goto finish
        OR_GONE
        fi
    :: else
    fi;
#endif
    resolve(P, true, skills);
    if
    :: rc == 2 ->
        rc = 0;
        if
        :: tail > P
        :: AT(P) != 0
        :: d_step { published == PUBLISHERS && tail <= P && AT(P) == 0 } -> goto finish
        OR_GONE
        fi;
        h = 0;
        goto loop
    :: else
    fi;
    if
    :: com == 1 ->               /* Reading 2: deliver, every cell of it. */
        READ(
            assert(P < tail || NX > 0 || PRIVATE(SEGMENTS));
            assert(state[P % CAP] == 2 && length[P % CAP] == n || PRIVATE(SEGMENTS)));
        i = 1;
        do
        :: d_step {
            i < n ->
                assert(AT(P + i) == CONTENT(owner[P % CAP], P) || PRIVATE(SEGMENTS)); i++ }
        :: i >= n -> break
        od;
        i = 0
    :: else ->
        READ(
            assert(P < tail || NX > 0 || PRIVATE(SEGMENTS));
            g = P;
            do
            :: g < P + n ->
                assert(state[g % CAP] != 2 && state[g % CAP] != 1 || PRIVATE(SEGMENTS)); g++
            :: else -> break
            od;
            g = 0)
    fi;
#ifdef NAMED
    d_step {
        if :: seen == P && !PRIVATE(SEGMENTS) -> seen = P + n :: else fi;
        P = P + n; n = 0; com = 0; h = 0
    };
#ifndef NEG_C_CURSOR
    REQUIRE_OPEN(goto loop)
#endif
    STEP(skills,                                                        /* Reading 8 */
        if :: !PRIVATE(CURSORS_TOO) -> assert(P == seen); cursor[me] = P :: else fi);
#else
    P = P + n; n = 0; com = 0; h = 0;
    REQUIRE_OPEN(goto loop)
    STEP(skills, if :: !PRIVATE(CURSORS_TOO) -> cursor[me] = P :: else fi);  /* Reading 8 */
#endif
#ifdef SCLEAN
    /* Cleaning 3: a segment that this has just left and walked from its start needs no walk. */
    if
    :: P % S == 0 && hk == 0 ->
        if
        :: d_step { hk == 0 -> hk = SUBSCRIBER(me) }
        :: else -> goto loop
        fi;
        READ(r = ready; live = (clearing > r));
        if :: live == 1 -> live = 0; goto zero :: else fi;
#ifdef NEG_PROOF_MIDDLE
        if :: P < r - CAP + S -> goto unlock :: else fi;
#else
        if :: P < r - CAP + S || joined > r - CAP -> goto unlock :: else fi;
#endif
#ifndef NEG_PROOF_NOTAIL
        READ(t = tail);
        if :: t < r - CAP + S -> goto unlock :: else fi;
        t = 0;
#endif
        do
        :: i < NSUB ->
            READ(live = (GATES(i) && cursor[i] < r - CAP + S));
            if :: live == 1 -> goto unlock :: else -> i++ fi
        :: else -> break
        od;
        i = 0;
        clearSegment(skills);
unlock:
        i = 0; live = 0; r = 0; t = 0;
        STEP(skills, hk = 0)
    :: else
    fi;
#endif
    goto loop;

die: skip;
    d_step {
        subAlive[me] = 0; P = 0; h = 0; n = 0; rc = 0; com = 0; t = 0; i = 0; s = 0; live = 0;
        w = 0; bound = 0; q = 0; r = 0; j = 0; joined = 0; FORGET_CLOSING
    };
    UNLOCK_HK(SUBSCRIBER(me));
#ifdef NAMED
    d_step { subLock[me] = 0; seen = 0 };
#else
    d_step { subLock[me] = 0; cursor[me] = 255 };
#endif
    if
    :: atomic { rejoins > 0 -> rejoins--; goto join }
#ifndef GATES_ABSENT             /* or publishers wait for ever, which was wanted */
    :: skip
#endif
    fi;
    goto gone;
finish:
    /* Everything that was committed has been passed. */
    assert(P >= committedEnd || IS_CLOSED);
gone:
    skip
}
