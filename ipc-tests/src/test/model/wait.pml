/*
 * The bell of docs/protocol.md, "Waiting": PUBLISHERS processes publish MESSAGES each and ring,
 * SLEEPERS (1 or 2) wait until they have seen everything. Processors hold a publisher's stores back until it
 * fences, exchanges or enters the kernel, or until they feel like it. Any publisher (KILLS) or sleeper (SKILLS)
 * may be killed between two steps. Then one more publisher comes, which nobody kills, and publishes one message.
 *
 * The first sleep behind an enlistment ends by itself, when the processors have let out what they held back
 * as the sleeper enlisted. Of all others TIMEOUTS do. Who has slept so sleeps again behind a look, if nobody has
 * rung. So what must hold is: nobody sleeps for ever, whoever was killed at whatever, as long as somebody
 * publishes after that. With a deadlock somebody does.
 */
#ifndef PUBLISHERS
#define PUBLISHERS 1
#endif
#ifndef MESSAGES
#define MESSAGES 1
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef SKILLS
#define SKILLS 0
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0
#endif
#define ALL (PUBLISHERS + 1)

/* Messages in memory, and in the buffer of each publisher's processor. */
byte messages = 0;
byte buffered[ALL];
/* Whether a processor still holds something back that it held as a sleeper enlisted. */
bool held[2 * ALL];
/* The bell. */
byte rings = 0;
byte enlistments = 0;
/* The kernel's queue. */
bool asleep[2];

byte ended = 0, killed = 0, skilled = 0, timeouts = 0;
bool complete = false;

#define DRAIN(p) messages = messages + buffered[p]; buffered[p] = 0; held[p] = false; held[ALL + p] = false
#define HOLD(p) held[me * ALL + p] = (buffered[p] > 0)
#define ARRIVED(p) !held[me * ALL + p]
#if PUBLISHERS > 1
#define HOLD_ALL HOLD(0); HOLD(1); HOLD(2)
#define ALL_ARRIVED ARRIVED(0) && ARRIVED(1) && ARRIVED(2)
#else
#define HOLD_ALL HOLD(0); HOLD(1)
#define ALL_ARRIVED ARRIVED(0) && ARRIVED(1)
#endif

/* The processor of p stores when it likes. */
proctype Processor(byte p) {
end:
    do
    :: d_step { buffered[p] > 0 -> DRAIN(p) }
    od
}

#define DIE :: d_step { me < PUBLISHERS && killed < KILLS -> killed++; DRAIN(me) } -> goto dead
#define STEP(x) if :: x DIE fi

proctype Publisher(byte me) {
    byte left, seenRings, seenEnlistments;
    bool done;
    left = (me < PUBLISHERS -> MESSAGES : 1);
    if
    :: me == PUBLISHERS -> ended == PUBLISHERS
    :: else
    fi;
    do
    :: left > 0 ->
        STEP(d_step { buffered[me]++; left-- });
#ifdef FENCED
        STEP(d_step { DRAIN(me) });
#endif
        STEP(d_step { seenEnlistments = enlistments; seenRings = rings });
        done = (seenEnlistments == 0);
        do
        :: done -> break
        :: else ->
            /* The exchange that moves the rings; as any exchange it empties the buffer. */
            STEP(d_step {
                DRAIN(me);
                done = (rings == seenRings && enlistments == seenEnlistments);
                if
                :: done ->
#ifndef NEG_NORINGS
                    rings = rings + 1;
#endif
#ifdef NEG_CLEARFIRST
                    enlistments = 0;
#endif
                    seenRings = rings
                :: else ->
                    seenRings = rings; seenEnlistments = enlistments;
                    done = false
                fi });
            if
            :: done ->
#ifndef NEG_NOWAKE
                STEP(d_step { asleep[0] = false; asleep[1] = false });
#endif
#ifndef NEG_CLEARFIRST
#ifdef NEG_CLEARSTORE
                STEP(enlistments = 0)
#else
                STEP(d_step {
                    if
                    :: rings == seenRings && enlistments == seenEnlistments -> enlistments = 0
                    :: else
                    fi })
#endif
#endif
            :: else -> done = (seenEnlistments == 0)
            fi
        od
    :: else -> break
    od;
    skip;
    d_step { DRAIN(me) };
dead:
    skip;
    d_step {
        ended++;
        complete = (ended == ALL)
    }
}

#define SDIE :: d_step { skilled < SKILLS -> skilled++; asleep[me] = false } -> goto gone
#define SSTEP(x) if :: x SDIE fi

proctype Sleeper(byte me) {
    byte seen, expected, i;
    bool unrung, isFirst;
    seen = 0;
    do
    :: d_step { complete && seen == messages } -> break
    :: else ->
        SSTEP(d_step { i = messages });
        if
        :: i > seen -> seen = i
        :: else ->
            SSTEP(d_step {
                expected = rings;
#ifdef NEG_FLAG
                enlistments = 1;
#else
                enlistments = (enlistments == 15 -> 1 : enlistments + 1);
#endif
                HOLD_ALL;
#ifdef NEG_NOSHORT
                isFirst = false
#else
                isFirst = true
#endif
            });
again:
#ifndef NEG_NOLOOK
            SSTEP(d_step { i = messages });
#else
            i = seen;
#endif
            if
            :: i > seen -> seen = i
            :: else ->
                /* The kernel compares and sleeps in one step. */
                SSTEP(d_step {
                    if
#ifdef NEG_NOCOMPARE
                    :: true -> asleep[me] = true
#else
                    :: rings == expected -> asleep[me] = true
                    :: else
#endif
                    fi });
                if
                :: !asleep[me]
#ifdef NEG_SHORTTOOSHORT
                :: d_step { asleep[me] && isFirst -> isFirst = false; asleep[me] = false };
#else
                :: d_step { asleep[me] && isFirst && ALL_ARRIVED -> isFirst = false; asleep[me] = false };
#endif
                    SSTEP(d_step { unrung = (enlistments > 0 && rings == expected) });
                    if
                    :: unrung -> goto again
                    :: else
                    fi
                :: d_step { asleep[me] && timeouts < TIMEOUTS -> timeouts++; asleep[me] = false };
                    SSTEP(d_step { unrung = (enlistments > 0 && rings == expected) });
                    if
                    :: unrung -> goto again
                    :: else
                    fi
                :: d_step { complete && seen == messages } -> break
                SDIE
                fi
            fi
        fi
    od;
gone:
    skip
}

init {
    byte p;
    atomic {
        p = 0;
        do
        :: p < ALL -> run Publisher(p); run Processor(p); p++
        :: else -> break
        od;
        p = 0;
        do
        :: p < SLEEPERS -> run Sleeper(p); p++
        :: else -> break
        od
    }
}
