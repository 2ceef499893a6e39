/* One look at the frame at P, by someone who may repair (Reading 2 to 7, Cleaning 3).
 * Afterwards: rc 0 go on by n cells, com says whether it is a message; 1 must wait (only if not
 * mayWait); 2 nothing there yet. The caller's variables: h n rc com t i s live w q bound. */

#define FORGET q = 0; i = 0; t = 0; bound = 0; s = 0; live = 0; w = 0
#ifdef NEG_TIMEOUT               /* a live one taken for dead */
#define GUESS if :: live = 0 :: skip fi;
#else
#define GUESS
#endif

/* Reading 6: headers from P on, to the first one, the bound or the segment end. */
#ifdef NEG_OVERSEGMENT
#define SCAN_END(P) bound
#else
#define SCAN_END(P) (bound < SEGEND(P) -> bound : SEGEND(P))
#endif
#define SCAN(P) \
    q = P + 1; \
    do \
    :: q < SCAN_END(P) -> \
        READ(h = AT(q)); if :: h == 0 -> q++ :: else -> break fi \
    :: else -> break \
    od; \
    skip

inline resolve(pos, mayWait, budget) {
    skip;
look: skip;
    READ(n = 0; rc = 0; com = 0; h = AT(pos));
    if
#ifdef NEG_CASHEADER
    :: h == IN_PROGRESS -> (AT(pos) != h); h = 0; goto look
#endif
    :: COMMITTED(h) -> com = 1; n = LEN(h)
    :: PADDING(h) && h != IN_PROGRESS -> n = LEN(h)
    :: h != 0 && !COMMITTED(h) && !PADDING(h) ->
        assert(PRIVATE(SEGMENTS));       /* payload in a header's place */
        goto die                         /* a damaged frame: throws, and answers "closed" */
    :: else ->
        /* Reading 3. */
#ifdef NEG_SCANFIRST
        READ(t = tail; bound = t);
        SCAN(pos);
#else
        READ(t = tail; bound = t);
#endif
        if
        :: t <= pos -> rc = 2
        :: else ->
            i = 0;
            do
            :: rc == 0 && i < NP ->
                /* Reading 4: start, the lock, wonEnd. */
                READ(s = start[i]);
                if
                :: s == pos + 1 ->
                    READ(live = pubLock[i]);
                    GUESS
                    if
                    :: live == 0 ->
                        READ(w = wonEnd[i]);
                        if
#ifndef NEG_LATERMARK
                        :: w > t || w > SEGEND(pos) -> FORGET; h = 0; goto look
#endif
#ifdef NEG_STALEWON
                        :: else -> if :: w > 0 -> q = w :: else fi; w = 0; i++
#else
                        :: else -> if :: w > pos -> q = w :: else fi; w = 0; i++
#endif
                        fi
                    :: else ->
                        if
                        :: mayWait ->
                            if :: start[i] != s || !pubLock[i] || AT(pos) != 0 OR_GONE fi;
                            FORGET; h = 0;
                            goto look
                        :: else -> rc = 1
                        fi
                    fi
                :: s > pos + 1 && s - 1 < bound ->
#ifdef NEG_LIVEBOUND
                    READ(live = pubLock[i]);
                    if :: live == 1 -> bound = s - 1 :: else fi;
#else
#ifndef NEG_NOBOUND
                    bound = s - 1;
#endif
#endif
                    i++
                :: else -> i++
                fi
            :: else -> break
            od;
            if
            :: rc == 0 ->
#ifdef NEG_SLOTSFIRST            /* a tail that was read after the slots */
                READ(t = tail; bound = t);
#endif
#ifndef NEG_SCANFIRST
                if :: q == 0 -> SCAN(pos) :: else fi;
#endif
                /* Reading 7; its compare is Reading 5 as well. */
#ifdef NEG_STORE
                STEP(budget, ghostRepair(pos, q));
#else
                STEP(budget,
                    if :: AT(pos) == 0 -> ghostRepair(pos, q) :: else fi);
#endif
                FORGET; h = 0;
                goto look
            :: else
            fi
        fi
    fi;
    FORGET
}

/* A unit's last steps (Cleaning 4 to 6); r is `ready`, j counts the cells. */
inline clearSegment(budget) {
    skip;
#ifndef NEG_C_CLEARING
    REQUIRE_OPEN(goto unlock)
#endif
#ifndef NEG_NOCLEARING
    STEP(budget, clearing = r + S);
#endif
zero: skip;
#ifdef NEG_READYFIRST
    STEP(budget, ready = r + S);
#endif
    do
    :: d_step { j < S ->
            g2 = 0;
            do
            :: g2 < NSUB ->
                assert(!NEEDS(g2) || cursor[g2] >= r + j - CAP + 1 || PRIVATE(SEGMENTS)); g2++
            :: else -> break
            od;
            zeroCell(r + j); j++ }
    :: atomic { j < S && budget > 0 -> budget--; goto die }
    OR_GONE
    :: j >= S -> break
    od;
    j = 0;
#ifndef NEG_C_READY
    REQUIRE_OPEN(goto unlock)
#endif
#ifndef NEG_READYFIRST
    STEP(budget, ready = r + S)
#endif
}
