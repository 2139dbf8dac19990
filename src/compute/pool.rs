//! The threads that kernels run on. Chunks are claimed, not assigned, so that a thread that the system holds back delays nobody
//! for longer than one chunk; workers spin briefly between regions and then park.

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Spins before a worker parks: about 30 µs, longer than the gap between two regions of one forward pass.
const SPINS: u32 = 20_000;
/// How the names of the threads begin.
pub const POOL_THREAD: &str = "compute-";

/// A task whose lifetime was erased; [`Pool::run`] does not return before every worker has let go of it.
type Task = &'static (dyn Fn(usize) + Sync);

#[derive(Clone, Copy)]
struct Region {
    task: Task,
    chunks: usize,
}

/// In [`Shared::status`]: workers may enter the region.
const OPEN: usize = 1;
/// In [`Shared::status`]: one worker inside.
const INSIDE_ONE: usize = 2;

struct Shared {
    /// Written by the caller while the region is closed and nobody is inside; read by workers that have entered it.
    region: UnsafeCell<Option<Region>>,
    /// [`OPEN`] or not, and [`INSIDE_ONE`] for each worker inside. Between two regions of a forward pass nothing but this and
    /// `generation` is touched: a mutex here costs a tenth of decoding.
    status: AtomicUsize,
    /// Counts regions; workers spin on it.
    generation: AtomicUsize,
    next: AtomicUsize,
    closing: AtomicBool,
    /// Workers that are parked, or about to be.
    parked: AtomicUsize,
    /// The caller sleeps until the last worker has left.
    caller_waits: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    /// Guards nothing but the two conditions below.
    sleep: Mutex<()>,
    wake: Condvar,
    left: Condvar,
}

// SAFETY: `region` is written and read as said there; everything else is `Sync` by itself.
unsafe impl Sync for Shared {}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A fixed number of threads, the caller's included.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// One region at a time.
    turn: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool of `threads` threads; the caller of [`Pool::run`] is one of them.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            region: UnsafeCell::new(None),
            status: AtomicUsize::new(0),
            generation: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            parked: AtomicUsize::new(0),
            caller_waits: AtomicBool::new(false),
            panic: Mutex::new(None),
            sleep: Mutex::new(()),
            wake: Condvar::new(),
            left: Condvar::new(),
        });
        let spawn = |index: usize| {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("{POOL_THREAD}{index}")).spawn(move || work(&shared)).ok()
        };
        let workers = (1..threads.max(1)).filter_map(spawn).collect();
        Self { shared, workers, turn: Mutex::new(()) }
    }

    /// Threads that work, the caller included.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `task` once for every number below `chunks`, on all threads; returns when all are done. A call from inside a task runs on
    /// the calling thread alone. A panic in a task goes on in the caller, and the pool stays usable.
    pub fn run(&self, chunks: usize, task: &(dyn Fn(usize) + Sync)) {
        if chunks <= 1 || self.workers.is_empty() || INSIDE.get() {
            (0..chunks).for_each(task);
            return;
        }
        let turn = lock(&self.turn);
        let shared = &*self.shared;
        // SAFETY: only the lifetime changes. Workers reach the task through `region` while the region is open; below it is closed, and
        // this function waits until no worker is inside, so none holds the task when it returns.
        let erased: Task = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), Task>(task) };
        let region = Region { task: erased, chunks };
        shared.next.store(0, Ordering::Relaxed);
        // SAFETY: the last region was closed and left by all before `run` returned, and `turn` is held: nobody reads it now.
        unsafe { *shared.region.get() = Some(region) };
        shared.status.store(OPEN, Ordering::SeqCst);
        shared.generation.fetch_add(1, Ordering::SeqCst);
        if shared.parked.load(Ordering::SeqCst) > 0 {
            drop(lock(&shared.sleep));
            shared.wake.notify_all();
        }
        let own = drain(shared, region);
        shared.status.fetch_and(!OPEN, Ordering::SeqCst);
        let mut spins = 0;
        while shared.status.load(Ordering::Acquire) != 0 && spins < SPINS {
            std::hint::spin_loop();
            spins += 1;
        }
        if shared.status.load(Ordering::Acquire) != 0 {
            // The last worker is held back by the system.
            shared.caller_waits.store(true, Ordering::SeqCst);
            let mut guard = lock(&shared.sleep);
            while shared.status.load(Ordering::SeqCst) != 0 {
                guard = shared.left.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            shared.caller_waits.store(false, Ordering::SeqCst);
        }
        // SAFETY: nobody is inside, and nobody enters what is closed.
        unsafe { *shared.region.get() = None };
        let panic = own.err().or_else(|| lock(&shared.panic).take());
        drop(turn);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Calls `task` once with every part, on all threads, as [`Pool::run`].
    pub fn for_each<T: Send>(&self, parts: impl Iterator<Item = T>, task: impl Fn(T) + Sync) {
        let parts: Vec<Mutex<Option<T>>> = parts.map(|part| Mutex::new(Some(part))).collect();
        self.run(parts.len(), &|index| {
            let part = lock(&parts[index]).take();
            if let Some(part) = part {
                task(part);
            }
        });
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.shared.generation.fetch_add(1, Ordering::SeqCst);
        drop(lock(&self.shared.sleep));
        self.shared.wake.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pool({} threads)", self.threads())
    }
}

/// Claims chunks until none is left. After a panic the remaining chunks are claimed and skipped.
fn drain(shared: &Shared, region: Region) -> Result<(), Box<dyn Any + Send>> {
    INSIDE.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| {
        loop {
            let chunk = shared.next.fetch_add(1, Ordering::Relaxed);
            if chunk >= region.chunks {
                break;
            }
            (region.task)(chunk);
        }
    }));
    INSIDE.set(false);
    if result.is_err() {
        shared.next.store(region.chunks, Ordering::Relaxed);
    }
    result
}

/// The region, entered, where one is open.
fn enter(shared: &Shared) -> Option<Region> {
    let enter = |status: usize| (status & OPEN != 0).then_some(status + INSIDE_ONE);
    shared.status.fetch_update(Ordering::SeqCst, Ordering::SeqCst, enter).ok()?;
    // SAFETY: the region was written before it was opened, and the next is written only after this worker has left.
    unsafe { *shared.region.get() }
}

fn leave(shared: &Shared) {
    let before = shared.status.fetch_sub(INSIDE_ONE, Ordering::SeqCst);
    if before == INSIDE_ONE && shared.caller_waits.load(Ordering::SeqCst) {
        drop(lock(&shared.sleep));
        shared.left.notify_all();
    }
}

fn work(shared: &Shared) {
    let mut seen = 0;
    loop {
        let mut spins = 0;
        while shared.generation.load(Ordering::Acquire) == seen && spins < SPINS {
            std::hint::spin_loop();
            spins += 1;
        }
        if shared.generation.load(Ordering::Acquire) == seen {
            shared.parked.fetch_add(1, Ordering::SeqCst);
            let mut guard = lock(&shared.sleep);
            while shared.generation.load(Ordering::SeqCst) == seen {
                guard = shared.wake.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            drop(guard);
            shared.parked.fetch_sub(1, Ordering::SeqCst);
        }
        seen = shared.generation.load(Ordering::Acquire);
        if shared.closing.load(Ordering::SeqCst) {
            return;
        }
        let Some(region) = enter(shared) else { continue };
        if let Err(panic) = drain(shared, region) {
            lock(&shared.panic).get_or_insert(panic);
        }
        leave(shared);
    }
}

/// Threads that this process may use: its processor affinity, and no more than its cgroup's quota.
pub fn available_threads() -> usize {
    // `available_parallelism` reads both the affinity and the cgroup (v1 and v2) quota on Linux.
    std::thread::available_parallelism().map_or(1, usize::from)
}

static GLOBAL: OnceLock<Pool> = OnceLock::new();

/// The pool that the model runs on; made at first use, with [`available_threads`].
pub fn global() -> &'static Pool {
    GLOBAL.get_or_init(|| Pool::new(available_threads()))
}

/// Sets the size of the [`global`] pool. False where it is in use already.
pub fn set_global_threads(threads: usize) -> bool {
    GLOBAL.set(Pool::new(threads)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chunk_runs_once_whatever_the_threads() {
        for threads in [1, 2, 5] {
            let pool = Pool::new(threads);
            for chunks in [0, 1, 2, 3, 100] {
                let counts: Vec<AtomicUsize> = (0..chunks).map(|_| AtomicUsize::new(0)).collect();
                for _ in 0..50 {
                    pool.run(chunks, &|chunk| {
                        counts[chunk].fetch_add(1, Ordering::Relaxed);
                    });
                }
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 50), "{threads} threads, {chunks} chunks");
            }
        }
    }

    #[test]
    fn workers_that_slept_and_workers_that_spun_take_part() {
        let pool = Pool::new(3);
        let sum = AtomicUsize::new(0);
        for round in 0..40u64 {
            if round % 8 == 0 {
                std::thread::sleep(std::time::Duration::from_millis(3)); // longer than workers spin
            }
            pool.for_each(0..100usize, |i| {
                sum.fetch_add(i, Ordering::Relaxed);
            });
        }
        assert_eq!(sum.into_inner(), 40 * 4950);
    }

    #[test]
    fn nested_calls_run_inline() {
        let pool = Pool::new(3);
        let sum = AtomicUsize::new(0);
        pool.run(8, &|_| {
            pool.run(8, &|i| {
                sum.fetch_add(i, Ordering::Relaxed);
            })
        });
        assert_eq!(sum.into_inner(), 8 * 28);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_lives_on() {
        let pool = Pool::new(2);
        let result = catch_unwind(AssertUnwindSafe(|| pool.run(16, &|chunk| assert!(chunk != 7, "seven"))));
        assert!(result.is_err());
        let sum = AtomicUsize::new(0);
        pool.run(10, &|i| {
            sum.fetch_add(i, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 45);
    }
}
