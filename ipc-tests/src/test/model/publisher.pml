/* Publishers, shared and exclusive, and what a follower does for a dead exclusive one. */

#define WRITE_PAYLOAD(until) \
    do \
    :: d_step { i < until -> AT(p + i) = CONTENT(me, p); i++ } \
    :: atomic { i < until && kills > 0 -> kills--; goto die } \
    OR_GONE \
    :: i >= until -> break \
    od

#if NX > 0
/* Whoever publishes after an exclusive publisher, under the housekeeping lock: move the tail over
 * what it committed, zero from there to the segment end, then forget that it was here. No header is
 * read at or beyond `ready`: an old lap stands there. Repeating it after a death is harmless. */
inline settleExclusive() {
    d_step {
        p = tail;
#ifndef NEG_X_NOADVANCE
        do
#ifdef NEG_X_PASTREADY
        :: p < ready + S && AT(p) != 0 -> assert(AT(p) < PAY); p = p + LEN(AT(p))
#else
        :: p < ready && AT(p) != 0 -> assert(AT(p) < PAY); p = p + LEN(AT(p))
#endif
        :: else -> break
        od;
#endif
        assert(p <= ready);
        se = (p < ready -> SEGEND(p) : p)
    };
#ifdef NEG_X_WORDFIRST
    STEP(kills, exclusiveWasHere = 0);
#endif
#ifndef NEG_C_SETTLETAIL
    REQUIRE_OPEN(goto die)
#endif
    STEP(kills, tail = p);
    do
    :: d_step { p < se -> zeroCell(p); p++ }
    :: atomic { p < se && kills > 0 -> kills--; goto die }
    OR_GONE
    :: p >= se -> break
    od;
#ifndef NEG_C_SETTLEWORD
    REQUIRE_OPEN(goto die)
#endif
    STEP(kills, exclusiveWasHere = 0);
    p = 0; se = 0
}
#endif

/* p: the claim, n: the message's cells, se: padding that is needed first. */
proctype SharedPublisher(byte me) {
    byte t, r, n, p, se, i, claimed, lastLength;
#if NX > 0
    goto join;
#else
    goto next;
#endif

join: skip; /* Coming, under the housekeeping lock: the past is settled, then the slot is reset. */
    LOCK_HK(kills, PUBLISHER(me));
#if NX > 0
#ifndef NEG_X_BESIDE
    if
    :: d_step { exclLock > 0 -> hk = 0 }                                   /* refused */
        (exclLock == 0);
        goto join
    :: else
    fi;
#endif
#ifndef NEG_X_NOSETTLE
    if :: exclusiveWasHere -> settleExclusive() :: else fi;
#endif
#endif
    STEP(kills, pubLock[me] = 1);
#ifndef NEG_NOSETTLE
    STEP(kills,
        if
        :: start[me] > 0 && wonEnd[me] > start[me] - 1 && start[me] - 1 >= clearing - CAP
                && AT(start[me] - 1) == 0 ->
            ghostRepair((start[me] - 1), wonEnd[me])
        :: else
        fi);
#endif
#ifndef NEG_C_SETTLESLOT
    REQUIRE_OPEN(goto die)
#endif
    STEP(kills, wonEnd[me] = 0);
    STEP(kills, start[me] = 0);
    STEP(kills, hk = 0);

next: skip;
    if
    :: left[me] == 0 -> goto leave
    :: d_step { left[me] > 0 -> left[me]--; n = 1 }
    :: d_step { left[me] > 0 -> left[me]--; n = MAXLEN }
    fi;
#ifndef NEG_C_OPERATION              /* no operation begins on a closed handle */
    REQUIRE_OPEN(goto die)
#endif

again: skip; /* Claiming 1: the tail, the room. */
    READ(t = tail);
    READ(r = ready; se = ((t % S) + n > S -> S - (t % S) : 0));
    p = (se > 0 -> se : n);          /* until it is won: the length to claim */
    if
    :: t + p > r ->
        STEP(kills, start[me] = 0);
        if :: ready != r :: tail != t OR_GONE fi;
        t = 0; r = 0; se = 0; p = 0;
        goto again
    :: else
    fi;
    r = 0;
    /* Claiming 3: announce. */
#ifdef NEG_STALEWON                  /* a mark that is a length, reset after the new start */
    STEP(kills, start[me] = t + 1; wonEnd[me] = (lastLength > 0 -> t + lastLength : 0));
    STEP(kills, wonEnd[me] = 0);
#else
#ifndef NEG_SLOTLATE
    STEP(kills, start[me] = t + 1);
#endif
#endif
    /* Claiming 4: claim. */
#ifdef NEG_CASHEADER
    /* The frame's own zero header is compared and set instead; the tail follows. */
    STEP(kills,
        if :: AT(t) == 0 -> ghostClaim(t, p, p); AT(t) = IN_PROGRESS; r = 1 :: else -> r = 0 fi);
    if
    :: r == 0 ->
        (tail != t);
        t = 0; p = 0; se = 0;
        goto again
    :: else
    fi;
    STEP(kills, if :: tail < t + p -> tail = t + p :: else fi);
#else
    STEP(kills, if :: tail == t -> tail = t + p; ghostClaim(t, p, p); r = 1 :: else -> r = 0 fi);
#endif
    if
    :: r == 0 -> t = 0; p = 0; se = 0; goto again
    :: else
    fi;
#ifdef NEG_SLOTLATE
    STEP(kills, start[me] = t + 1);
#endif
    r = 0; p = t; t = 0;
    if
    :: se > 0 ->                     /* Claiming 5: it was padding. */
        STEP(kills, ghostPad(p, se));
        p = 0; se = 0;
        goto again
    :: else
    fi;
    i = 1;
#ifdef NEG_PAYFIRST
    WRITE_PAYLOAD(n);
#endif
    /* Claiming 6: won. */
#ifndef NEG_NOWON
    STEP(kills, wonEnd[me] = p + n);
#endif
#ifdef NEG_STALEWON
    lastLength = n;
#endif
    /* Claiming 7 and 8: payload, header. */
#ifdef NEG_COMFIRST                  /* before the last cell of the payload */
    WRITE_PAYLOAD(n - 1);
    STEP(kills, ghostCommit(p, n));
    WRITE_PAYLOAD(n);
#else
    WRITE_PAYLOAD(n);
    if
    :: STEP(kills, ghostCommit(p, n))
    :: aborts > 0 ->
        STEP(kills, aborts--; ghostPad(p, n))
    fi;
#endif
    p = 0; n = 0; i = 0;
    goto next;

die: skip;
    d_step {
        ghostDeath(); t = 0; r = 0; p = 0; n = 0; se = 0; i = 0; lastLength = 0; FORGET_CLOSING
    };
    UNLOCK_HK(PUBLISHER(me));
    pubLock[me] = 0;                 /* the kernel frees the locks, some time later */
    if
    :: atomic { takeovers > 0 -> takeovers--; goto join }
    :: skip
    fi;
    goto done;
leave:
#if CLOSES > 0
    skip;
#ifndef NEG_C_LEAVE
    REQUIRE_OPEN(goto die)
#endif
    STEP(kills, start[me] = 0);
#endif
#if NX > 0
    pubLock[me] = 0;
#endif
done:
    published++
}

#if NX > 0
/* Exclusive 2: the tail, unless the header went into private memory. */
#if CLOSES > 0 && !defined(NEG_C_TAIL)
#define MOVE_TAIL(end) \
    if :: IS_CLOSED -> skip :: else -> STEP(kills, tail = end) OR_GONE fi
#else
#define MOVE_TAIL(end) STEP(kills, tail = end)
#endif

proctype ExclusivePublisher(byte me) {
    byte r, n, p, se, i, claimed;

join: skip; /* No other publisher may be there; decided under the housekeeping lock. */
    LOCK_HK(kills, EXCLUSIVE(me));
#ifndef NEG_X_BESIDE
    READ(
        r = (exclLock > 0); g = 0;
        do :: g < NP -> r = r + pubLock[g]; g++ :: else -> break od;
        g = 0);
    if
    :: r > 0 ->                      /* refused */
        d_step { hk = 0; r = 0 };
#if NP == 0
        (exclLock == 0);
#elif NP == 1
        (exclLock == 0 && !pubLock[0]);
#else
        (exclLock == 0 && !pubLock[0] && !pubLock[1]);
#endif
        goto join
    :: else
    fi;
#endif
    STEP(kills, exclLock = me + 1);
#ifndef NEG_X_NOSETTLE
    if :: exclusiveWasHere -> settleExclusive() :: else fi;
#endif
    STEP(kills, exclusiveWasHere = 1);
    READ(p = tail);
    STEP(kills, hk = 0);

next: skip;
    if
    :: left[me] == 0 -> goto leave
    :: d_step { left[me] > 0 -> left[me]--; n = 1 }
    :: d_step { left[me] > 0 -> left[me]--; n = MAXLEN }
    fi;
    REQUIRE_OPEN(goto die)

again: skip; /* Exclusive 1: the room at its own tail, p; padding to the segment end. */
    READ(r = ready; se = ((p % S) + n > S -> S - (p % S) : 0));
    if
    :: p + (se > 0 -> se : n) > r ->
        if :: ready != r OR_GONE fi;
        r = 0; se = 0;
        goto again
    :: else
    fi;
    r = 0;
    if
    :: se > 0 ->
        STEP(kills,
            ghostClaim(p, se, 1); ghostPad(p, se));
        MOVE_TAIL(p + se);
        p = p + se; se = 0;
        goto again
    :: else
    fi;
    READ(ghostClaim(p, n, 1); i = 1);
    /* Exclusive 2: payload, header, then the tail. */
#ifdef NEG_X_TAILFIRST
    STEP(kills, tail = p + n);
#endif
#ifdef NEG_COMFIRST
    WRITE_PAYLOAD(n - 1);
    STEP(kills, ghostCommit(p, n));
    WRITE_PAYLOAD(n);
#else
#ifdef SHRINK
    /* A batch may be committed shorter than it was claimed; nothing was written behind its end. */
    if
    :: n > 1 ->
#ifdef NEG_X_SHRINKWRITTEN
        WRITE_PAYLOAD(n);
#endif
        n--
    :: skip
    fi;
#endif
    WRITE_PAYLOAD(n);
    if
    :: STEP(kills, ghostCommit(p, n))
    :: aborts > 0 ->                 /* Exclusive 3: padding over all of it */
#ifdef NEG_X_ABORTNOPAD
        STEP(kills, aborts--; state[p % CAP] = 0; claimed = 0);
        n = 0; i = 0;
        goto next
#else
        STEP(kills, aborts--; ghostPad(p, n))
#endif
    fi;
#endif
    MOVE_TAIL(p + n);
    p = p + n; n = 0; i = 0;
    goto next;

leave: skip; /* In order: first the word, while nobody else can have set it. */
#ifndef NEG_C_LEAVE
    REQUIRE_OPEN(goto die)
#endif
#ifndef NEG_X_WORDLATE
    STEP(kills, exclusiveWasHere = 0);
#endif
    exclLock = 0;
#ifdef NEG_X_WORDLATE
    exclusiveWasHere = 0;
#endif
    goto done;
die: skip;
    d_step { ghostDeath(); r = 0; n = 0; se = 0; i = 0; FORGET_CLOSING };
    UNLOCK_HK(EXCLUSIVE(me));
    if :: exclLock == me + 1 -> exclLock = 0 :: else fi;                /* the word stays */
done:
    p = 0;
    published++
}
#endif
