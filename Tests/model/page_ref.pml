/*
 * get_page_unless_zero(), that is page_ref_add_unless(page, 1, 0), in the forms that it has had or might
 * have, against the life of a huge page whose struct pages HVO maps read-only.
 *
 * One -DFORM_x says which form: A B C D E F E_GUARDED F_GUARDED (README.md). Further macros:
 *
 *   GRACE               life waits for a grace period before it remaps; walks of D, E_GUARDED and
 *                       F_GUARDED are RCU readers (those of B and C are in any case)
 *   RCU_DROP            dropping a reference is an RCU reader, too
 *   NO_REMAP            HVO is off: nothing becomes read-only
 *   BOOT_TEMPLATE       the template shows a count of 1, as some of pages made at boot do
 *   ZERO_TEMPLATE       F: the template shows 0, as today, and not the frozen bit
 *   GUARD_REFUSES_ZERO  F_GUARDED: the guard refuses a count of 0, too
 *   ALLOW_PAPER_WINDOW  a walk may fault if what it goes by was seen while the pages were ordinary
 *   ALLOW_DROP_WINDOW   F: the compare-and-swap of a drop may fault
 *   LIMIT=n             F: counts above n are set back, where the frozen bit is set
 *   MUTATION_x          breaks a form: MISORDERED, NO_RCU, TAKES_ZERO, NO_GUARD, NO_FREEZE_STEP, FIXUP_STORE
 *   REACH_TAKEN         calls it a violation if a reference is taken on the page that becomes a tail
 *
 * Every load, compare-and-swap and atomic add is one step; what stands in the same `atomic` beside it
 * is bookkeeping that no kernel has. A violation is printed before the assertion that it fails. The words
 * `never` and `excused` in a comment mark what no model that holds reaches, or only one that excuses faults.
 */

#if defined(FORM_A) || defined(FORM_B) || defined(FORM_C)
#define OLD_LAYOUT
#endif

#if defined(FORM_E_GUARDED) || defined(FORM_F_GUARDED)
#define GUARDED
#endif

#if defined(FORM_E) || defined(FORM_E_GUARDED)
#define ASSUMES_ONE
#endif

#if defined(FORM_F) || defined(FORM_F_GUARDED)
#define FROZEN_BIT
#endif

#if (defined(FORM_B) || defined(FORM_C) || (defined(GRACE) && (defined(FORM_D) || defined(GUARDED)))) \
  && !defined(MUTATION_NO_RCU)
#define RCU_WALK
#endif

/* The first struct page of a huge page, and one at the beginning of a later vmemmap page: page[64]. */
#define HEAD 0
#define TAIL 1
#define WALKERS 2

#ifdef FROZEN_BIT
#define FROZEN 8 /* stands for bit 31, in a count of 4 bits */
#ifndef LIMIT
#define LIMIT (FROZEN + 2) /* stands for FROZEN + 2^30 */
#endif
#define REFUSES(n) ((n) >= FROZEN)
#ifdef GUARD_REFUSES_ZERO
#define GUARD_REFUSES(n) (REFUSES(n) || (n) == 0)
#else
#define GUARD_REFUSES REFUSES
#endif
#else
#define FROZEN 0
#define REFUSES(n) ((n) == 0)
#define GUARD_REFUSES REFUSES
#endif

/* What the struct page of a tail shows while it is read-only. */
#ifdef OLD_LAYOUT
#define SHARED_COUNT count[HEAD]
#elif defined(BOOT_TEMPLATE)
#define SHARED_COUNT 1
#elif defined(ZERO_TEMPLATE)
#define SHARED_COUNT 0
#else
#define SHARED_COUNT FROZEN
#endif

#define IS_READ_ONLY(p) (remapped && (p) == TAIL)
#define COUNT(p) (IS_READ_ONLY(p) -> SHARED_COUNT : count[p])

mtype = { ordinary, frozen, quiescent, optimized, in_use, restored };
mtype stage = ordinary;

byte count[2] = 1;   /* page->_refcount, of memory of the page's own */
bool compound;       /* PG_head is set in the head; words of tails are odd */
bool remapped;       /* the vmemmap page of TAIL is read-only and shared */

/* Bookkeeping. */
byte owned[2] = 1;   /* references that life has */
byte held[2];        /* references that walkers have */
bool is_frozen[2];   /* nobody may take a reference: free, or a tail, or between freeze and unfreeze */
bool reading[WALKERS];
bool awaited[WALKERS];

/* One line for each step: process (0 is life), what it did, the stage. */
#define PRINT(what, n) printf("%d|", _pid); printf(what, n); printf("|%e\n", stage)
#define PRINT2(what, n, m) printf("%d|", _pid); printf(what, n, m); printf("|%e\n", stage)

/* MARK: What is claimed */

inline violate_unless(claim, what)
{
  if
  :: (claim) -> skip
  :: else -> printf("violation|%e|%e\n", what, stage); assert(false) /* never */
  fi
}

mtype = {
  taken_while_frozen, freed_in_use, freed_twice, counts_not_conserved, overflow, reached_taken
};
mtype = { cmpxchg, add, fixup, freeze }; /* what may fault */

/* A store to a read-only struct page was attempted. */
inline fault_unless(excused, operation)
{
  PRINT("%e faults", operation); /* excused */
  if
  :: (excused) -> skip /* excused */
  :: else -> printf("violation|fault|%e\n", stage); assert(false) /* never */
  fi
}

#define IS_CONSERVED(p) (is_frozen[p] || count[p] == owned[p] + held[p])

/* A reference was taken on p. */
inline check_taken(p)
{
  held[p]++;
  violate_unless(!is_frozen[p], taken_while_frozen);
  violate_unless(IS_CONSERVED(p), counts_not_conserved)
#ifdef REACH_TAKEN
  ;
  violate_unless(p != TAIL, reached_taken)
#endif
}

/* Somebody found that p has no references left, and frees it. */
inline check_freed(p)
{
  violate_unless(!is_frozen[p], freed_twice);
  violate_unless(owned[p] + held[p] == 0, freed_in_use);
  is_frozen[p] = true
}

/* MARK: Dropping */

/*
 * put_page(): page_ref_sub_return(), and who reaches 0 frees. With the frozen bit: who reaches 0 and then
 * turns 0 into frozen.
 */
inline put_page(p, references, may_fault)
{
  atomic {
    violate_unless(!IS_READ_ONLY(p) && !is_frozen[p] && count[p] > 0, counts_not_conserved);
    count[p]--;
    references--;
    left = count[p];
    violate_unless(IS_CONSERVED(p), counts_not_conserved);
    PRINT2("drop page %d to %d", p, left);
#ifndef FROZEN_BIT
    if
    :: left == 0 -> check_freed(p)
    :: else -> skip
    fi
#endif
  };
#ifdef FROZEN_BIT
  if
  :: atomic { left == 0 ->
#ifdef MUTATION_NO_FREEZE_STEP
       PRINT2("free page %d, whose count is %d", p, count[p]);
       check_freed(p);
       count[p] = FROZEN
#else
       if
       :: IS_READ_ONLY(p) ->
          fault_unless(may_fault, freeze)
       :: else ->
          if
          :: count[p] == 0 ->
             check_freed(p);
             count[p] = FROZEN;
             PRINT("freeze by cmpxchg of 0 and free page %d", p)
          :: else ->
             PRINT("freeze by cmpxchg of 0 finds %d and doesn't free", count[p])
          fi
       fi
#endif
     }
  :: left != 0
  fi;
#endif
  left = 0
}

/* MARK: Walkers */

#ifdef ALLOW_PAPER_WINDOW
#define NOTE_SEEN saw_ordinary = (stage == ordinary)
#define IS_EXCUSED saw_ordinary
#else
#define NOTE_SEEN skip
#define IS_EXCUSED false
#endif

#ifdef ALLOW_DROP_WINDOW
#define MAY_DROP_FAULT true
#else
#define MAY_DROP_FAULT false
#endif

inline rcu_read_lock() { reading[_pid - 1] = true }
inline rcu_read_unlock() { atomic { reading[_pid - 1] = false; awaited[_pid - 1] = false } }

/*
 * A store to `page` is about to be attempted. On x86 a compare-and-swap asks for a writable page even
 * if it then does not store.
 */
inline attempt(operation)
{
  if
  :: IS_READ_ONLY(page) ->
     fault_unless(IS_EXCUSED, operation);
     goto refused
  :: else -> skip
  fi
}

/* page_ref_count(), or the load that atomic_add_unless() begins with. */
inline load_count()
{
  atomic {
    seen = COUNT(page);
    NOTE_SEEN;
    PRINT("load %d", seen)
  }
}

/* A load, and false if it finds a count that must not be added to. */
inline refuse_by_count()
{
  load_count();
  if
  :: GUARD_REFUSES(seen) -> goto refused
  :: else -> skip
  fi
}

/* page_is_fake_head(): PG_head of this page, then the word of the next one. */
inline refuse_fake_head()
{
  atomic {
    flag = compound && (page == HEAD || remapped);
    PRINT("fake-head test, PG_head %d", flag)
  };
  if
  :: atomic { flag ->
       flag = compound && page == TAIL; /* the word leads to a head that is not this page */
       PRINT("fake-head test, next word leads elsewhere %d", flag)
     };
     if
     :: flag -> flag = false; goto refused
     :: else -> skip
     fi
  :: else -> skip
  fi
}

/* The compare-and-swap loop: adds 1 to what was seen, until that is done or 0 is seen. */
inline try_cmpxchg_loop()
{
  do
  :: atomic { seen != 0 ->
       attempt(cmpxchg);
       if
       :: count[page] == seen ->
          count[page] = seen + 1;
          PRINT("cmpxchg of %d, taken", seen);
          check_taken(page);
          goto taken
       :: else ->
          seen = count[page];
          NOTE_SEEN;
          PRINT("cmpxchg, finds %d", seen)
       fi
     }
#ifdef MUTATION_TAKES_ZERO
  :: atomic { seen == 0 ->
       attempt(cmpxchg);
       if
       :: count[page] == 0 ->
          count[page] = 1;
          PRINT("cmpxchg of %d, taken", 0);
          check_taken(page);
          goto taken
       :: else -> goto refused
       fi
     }
#else
  :: seen == 0 -> goto refused
#endif
  od
}

#ifdef FROZEN_BIT
/* add_return() with no load before it; if the frozen bit was set, the fix-up of a count grown too big. */
inline add_return()
{
  atomic {
    attempt(add);
    count[page]++;
    seen = count[page];
    NOTE_SEEN;
    violate_unless(seen < 2 * FROZEN && seen != FROZEN, overflow);
    if
    :: !REFUSES(seen) ->
       PRINT("add, makes %d, taken", seen);
       check_taken(page);
       goto taken
    :: else ->
       PRINT("add, makes %d, frozen", seen)
    fi
  };
  do
  :: atomic { seen > LIMIT ->
       attempt(fixup);
       if
#ifdef MUTATION_FIXUP_STORE
       :: true ->
#else
       :: count[page] == seen ->
#endif
          count[page] = FROZEN;
          PRINT("fix-up of %d", seen);
          violate_unless(IS_CONSERVED(page), counts_not_conserved);
          goto refused
#ifndef MUTATION_FIXUP_STORE
       :: else ->
          seen = count[page];
          NOTE_SEEN;
          PRINT("fix-up, finds %d", seen)
#endif
       fi
     }
  :: seen <= LIMIT -> goto refused
  od
}
#endif

/* MARK: The life of a folio */

#define ENTER(new) stage = new; printf("0|goes to %e|%e\n", stage, stage)

/* The owner's reference goes: by a freeze, for which it must be the only one, or by a drop. */
inline release(p)
{
  if
  :: atomic { count[p] == 1 -> /* page_ref_freeze(page, 1), tried until it succeeds */
       count[p] = FROZEN;
       owned[p] = 0;
       check_freed(p);
       PRINT("freeze page %d", p)
     }
  :: put_page(p, owned[p], false)
  fi
}

/* page_ref_unfreeze(), or set_page_count() of a page that is made an ordinary one. */
inline unfreeze(p)
{
  violate_unless(is_frozen[p] && held[p] == 0, counts_not_conserved);
  count[p] = 1;
  owned[p] = 1;
  is_frozen[p] = false
}

/* synchronize_rcu() waits for those readers that have begun. */
inline synchronize_rcu()
{
  atomic {
    awaited[0] = reading[0];
    awaited[1] = reading[1];
    printf("0|begins to wait for readers|%e\n", stage)
  };
  !awaited[0] && !awaited[1]
}

active proctype life()
{
  byte left;

live:
  release(TAIL);
  release(HEAD);
  is_frozen[TAIL] && is_frozen[HEAD]; /* until the last who had a reference has freed */
  compound = true;                    /* prep_compound_page() */
  atomic { ENTER(frozen) };
#ifdef GRACE
  synchronize_rcu();
  atomic { ENTER(quiescent) };
#endif
#ifdef NO_REMAP
  atomic { ENTER(optimized) };
#else
  atomic { remapped = true; ENTER(optimized) };
#endif
  atomic { unfreeze(HEAD); ENTER(in_use) };
  release(HEAD);
  is_frozen[HEAD];
  atomic {
#ifndef NO_REMAP
    remapped = false;
    count[TAIL] = FROZEN; /* copied from a tail of the vmemmap page that was kept */
#endif
    ENTER(restored)
  };
  compound = false;
  atomic { unfreeze(HEAD); ENTER(ordinary) };
  atomic {
    unfreeze(TAIL);
    printf("0|makes the tail ordinary|%e\n", stage);
    /* The end of a life: all counts are what they began with, but for references that are held. */
    violate_unless(count[HEAD] == 1 + held[HEAD] && count[TAIL] == 1, counts_not_conserved)
  };
  goto live
}

/* MARK: The walk */

/* A speculative walker: holds a raw struct page, tries to take a reference, drops it if it got one. */
active [WALKERS] proctype walker()
{
  byte page, seen, left;
#ifdef OLD_LAYOUT
  bool flag;
#endif
#ifdef ALLOW_PAPER_WINDOW
  bool saw_ordinary;
#endif

walk:
  atomic {
    seen = 0; /* what the last walk left */
#ifdef ALLOW_PAPER_WINDOW
    saw_ordinary = false;
#endif
    if
    :: page = HEAD
    :: page = TAIL
    fi;
#ifdef RCU_WALK
    rcu_read_lock();
#endif
    PRINT("begin on page %d", page)
  };

#if defined(FORM_A) || defined(FORM_D)
  load_count();
  try_cmpxchg_loop();
#elif defined(FORM_B) || (defined(FORM_C) && defined(MUTATION_MISORDERED))
  refuse_fake_head();
  refuse_by_count();
  load_count();
  try_cmpxchg_loop();
#elif defined(FORM_C)
  refuse_by_count();
  refuse_fake_head();
  load_count();
  try_cmpxchg_loop();
#else

#if defined(GUARDED) && !defined(MUTATION_NO_GUARD)
  refuse_by_count();
#endif
#ifdef ASSUMES_ONE
  seen = 1;
  try_cmpxchg_loop();
#else
  add_return();
#endif

#endif

refused:
#ifdef RCU_WALK
  rcu_read_unlock();
#endif
  goto walk;

taken:
#ifdef RCU_WALK
  rcu_read_unlock();
#endif
#ifdef RCU_DROP
  rcu_read_lock();
#endif
  put_page(page, held[page], MAY_DROP_FAULT);
#ifdef RCU_DROP
  rcu_read_unlock();
#endif
  goto walk
}
