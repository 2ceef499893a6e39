#if NLOSSY > 0
/* A subscriber that holds nothing: it copies, checks `clearing` again, then delivers; it never
 * repairs. seen counts cells delivered or skipped, lost the ones it reports as missed. */
#define LAPPED (clearing > P + CAP)
#ifdef NEG_L_READY               /* `ready` moves only after the zeros */
#define LAPPED_NOW (ready > P + CAP)
#else
#define LAPPED_NOW LAPPED
#endif

proctype LossySubscriber() {
    byte P, h, n, t, i, s, live, w, bound, q, seen, lost;
    bool torn;

loop: skip;
    d_step {
        h = 0; n = 0; t = 0; i = 0; s = 0; live = 0; w = 0; bound = 0; q = 0; torn = 0;
        if
        :: LAPPED -> lost = lost + (clearing - CAP - P); P = clearing - CAP
        :: else
        fi;
        assert(seen + lost == P)
    };
    if
    :: P % S == 0 ->
        if
        :: ready >= P + S
        :: published == PUBLISHERS && tail <= P && ready < P + S -> goto finish
        fi
    :: else
    fi;
    READ(h = AT(P));
    if
    :: h != 0 ->
        /* Whatever was read is checked before it is used: it may be of a later lap. */
        n = LEN(h);
        if
        :: h >= PAY || n == 0 || P + n > SEGEND(P) -> n = 0
        :: else
        fi;
        i = 1;
        do
        :: COMMITTED(h) && i < n ->
            READ(torn = torn || AT(P + i) != CONTENT(author[P], P); i++)
        :: else -> break
        od;
        i = 0;
#ifndef NEG_L_NORECHECK
        READ(live = LAPPED_NOW);
        if :: live == 1 -> goto loop :: else fi;
#endif
        assert(n > 0);
        if
        :: COMMITTED(h) -> assert(!torn && history[P] == n)
        :: else -> READ(
            g = P; do :: g < P + n -> assert(history[g] == 0); g++ :: else -> break od; g = 0)
        fi;
        d_step { seen = seen + n; P = P + n };
        goto loop
    :: else
    fi;
#ifdef NEG_L_EARLYCHECK
    READ(live = LAPPED);
    if :: live == 1 -> goto loop :: else fi;
#endif
    READ(t = tail; bound = t);
    if
    :: t <= P ->
        if
        :: tail > P || AT(P) != 0 || LAPPED -> goto loop
        :: d_step { published == PUBLISHERS && tail <= P && AT(P) == 0 && !LAPPED } -> goto finish
        fi
    :: else
    fi;
    do
    :: i < NP ->
        READ(s = start[i]);
        if
        :: s == P + 1 ->
            READ(live = pubLock[i]);
            if
            :: live == 1 ->
                /* A header that was cleared looks like this too, and its slot is left as it was. */
#ifdef NEG_L_WAIT
                (start[i] != s || !pubLock[i] || AT(P) != 0);
#else
                (start[i] != s || !pubLock[i] || AT(P) != 0 || LAPPED);
#endif
                goto loop
            :: else ->
                READ(w = wonEnd[i]);
                if
                :: w > t || w > SEGEND(P) -> goto loop
                :: else -> if :: w > P -> q = w :: else fi; w = 0; i++
                fi
            fi
        :: s > P + 1 && s - 1 < bound -> bound = s - 1; i++
        :: else -> i++
        fi
    :: else -> break
    od;
    if :: q == 0 -> SCAN(P) :: else fi;
    /* Skip privately: no compare-and-set finds out that the frame was committed meanwhile, so the
     * header is read again behind the slots, and then `clearing`. */
#ifndef NEG_L_NOHEADER
    READ(h = AT(P));
    if :: h != 0 -> goto loop :: else fi;
#endif
#if !defined(NEG_L_NORECHECK_HOLE) && !defined(NEG_L_EARLYCHECK)
    READ(live = LAPPED_NOW);
    if :: live == 1 -> goto loop :: else fi;
#endif
#ifdef NEG_L_PAD                 /* pads as if a cursor held the segment */
    d_step { if :: AT(P) == 0 -> ghostRepair(P, q) :: else fi };
    goto loop;
#endif
    d_step {
        g = P;
        do
        :: g < q ->
            assert(history[g] == 0);
            assert(clearing > P + CAP || (state[g % CAP] != 1 && state[g % CAP] != 2));
            g++
        :: else -> break
        od;
        assert(q > P && q <= SEGEND(P));
        seen = seen + (q - P); P = q
    };
    goto loop;
finish:
    assert(P >= committedEnd)
}
#endif
