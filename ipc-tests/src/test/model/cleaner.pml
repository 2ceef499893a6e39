/* Cleaners: one unit of work after the other. */
#ifdef NEG_NOTAIL                /* the segment has been begun; it need not have been left */
#define TAIL_MIN (1 - S)
#else
#define TAIL_MIN 0
#endif
#define UNIT_WANTED (ready + TAIL_MIN <= tail + CAP - S)
#if NSUB == 0
#define CURSORS_PAST(e) true
#elif NSUB == 1
#define CURSORS_PAST(e) (!GATES(0) || cursor[0] >= e)
#else
#define CURSORS_PAST(e) ((!GATES(0) || cursor[0] >= e) && (!GATES(1) || cursor[1] >= e))
#endif
#if NP == 0
#define NONE_LIVE_AT(P) true
#elif NP == 1
#define NONE_LIVE_AT(P) (start[0] != P + 1 || !pubLock[0])
#elif NP == 2
#define NONE_LIVE_AT(P) ((start[0] != P + 1 || !pubLock[0]) && (start[1] != P + 1 || !pubLock[1]))
#else
#define NONE_LIVE_AT(P) ((start[0] != P + 1 || !pubLock[0]) && (start[1] != P + 1 || !pubLock[1]) \
    && (start[2] != P + 1 || !pubLock[2]))
#endif

proctype Cleaner(byte me) {
    byte P, r, h, n, rc, com, t, i, s, live, w, bound, q, j;

end_idle:
#ifdef FASTCL
    /* To save states: a whole unit as one step, only for segments without a hole. */
    (published < PUBLISHERS && UNIT_WANTED && CURSORS_PAST(ready - CAP + S));
    d_step {
        r = ready; j = 1; P = r - CAP;
        if :: !UNIT_WANTED || !CURSORS_PAST(r - CAP + S) -> j = 0 :: else fi;
        do
        :: j == 1 && P < r - CAP + S ->
            h = AT(P);
            if :: h > COM && h < PAY -> P = P + LEN(h) :: else -> j = 0 fi
        :: else -> break
        od;
        if
        :: j == 1 ->
            j = 0;
            do
            :: j < S -> zeroCell(r + j); j++
            :: else -> break
            od;
            ready = r + S; clearing = r + S
        :: else
        fi;
        h = 0; P = 0; j = 0; r = 0
    };
    goto end_idle
#else
#ifdef NEG_NOHK
    UNIT_WANTED;
#else
    atomic { hk == 0 && UNIT_WANTED -> hk = CLEANER(me) };
#endif
    READ(r = ready);                                                    /* Cleaning 1 */
#ifndef NEG_NOCLEARING
    READ(live = (clearing > r));
    if :: live == 1 -> live = 0; goto zero :: else fi;
#endif
    if :: r + TAIL_MIN > tail + CAP - S -> goto unlock :: else fi;      /* Cleaning 2 */
    do
    :: j < NSUB ->
        READ(live = (GATES(j) && cursor[j] < r - CAP + S));
        if
        :: live == 1 ->
            live = 0;
            d_step { UNLOCK_HK(CLEANER(me)) };
end_wait:   if :: CURSORS_PAST(r - CAP + S) || ready != r OR_GONE fi;
            j = 0; r = 0;
            goto end_idle
        :: else -> j++
        fi
    :: else -> break
    od;
    j = 0;
#ifndef NEG_NOWALK
    P = r - CAP;                                                        /* Cleaning 3 */
    do
    :: P < r - CAP + S ->
        resolve(P, false, ckills);
        if
#ifdef NEG_NOTAIL
        :: rc == 2 -> rc = 0; P = r - CAP + S
        :: rc == 1 ->
#else
        :: rc > 0 ->
#endif
            d_step { UNLOCK_HK(CLEANER(me)) };
            if :: ready != r || AT(P) != 0 || NONE_LIVE_AT(P) OR_GONE fi;
            P = 0; r = 0; h = 0; rc = 0;
            goto end_idle
        :: else -> P = P + n; n = 0; com = 0; h = 0
        fi
    :: else -> break
    od;
    P = 0;
#endif
    clearSegment(ckills);                                               /* Cleaning 4 to 6 */
unlock:
    r = 0; h = 0; live = 0;
    STEP(ckills, UNLOCK_HK(CLEANER(me)));
    goto end_idle;
die: skip;
    d_step {
        P = 0; r = 0; h = 0; n = 0; rc = 0; com = 0; t = 0; i = 0; s = 0; live = 0; w = 0;
        bound = 0; q = 0; j = 0; FORGET_CLOSING
    };
    d_step { UNLOCK_HK(CLEANER(me)) };
    goto end_idle
#endif
}
