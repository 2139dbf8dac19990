//! The threads that kernels run on. Chunks are claimed, not assigned, so that a thread that the system holds back delays nobody
//! for longer than one chunk; workers spin briefly between regions and then park.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Spins before a worker parks: about 30 µs, longer than the gap between two regions of one forward pass.
const SPINS: u32 = 20_000;

/// A task whose lifetime was erased; [`Pool::run`] does not return before every worker has let go of it.
type Task = &'static (dyn Fn(usize) + Sync);

#[derive(Clone, Copy)]
struct Region {
    task: Task,
    chunks: usize,
}

#[derive(Default)]
struct State {
    region: Option<Region>,
    /// Workers inside the present region.
    inside: usize,
    closing: bool,
    panic: Option<Box<dyn Any + Send>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    left: Condvar,
    /// Counts regions; workers spin on it.
    generation: AtomicUsize,
    next: AtomicUsize,
}

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
        let shared = Arc::new(Shared::default());
        let spawn = |index: usize| {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("compute-{index}")).spawn(move || work(&shared)).ok()
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
        let _turn = lock(&self.turn);
        // SAFETY: only the lifetime changes. Workers reach the task through `region`, which is taken back below; after that this
        // function waits until no worker is inside, so none holds the task when it returns.
        let erased: Task = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), Task>(task) };
        self.shared.next.store(0, Ordering::Relaxed);
        lock(&self.shared.state).region = Some(Region { task: erased, chunks });
        self.shared.generation.fetch_add(1, Ordering::Release);
        self.shared.wake.notify_all();
        let own = drain(&self.shared, Region { task: erased, chunks });
        let mut state = lock(&self.shared.state);
        state.region = None;
        let mut spins = 0;
        while state.inside > 0 {
            if spins < SPINS {
                drop(state);
                std::hint::spin_loop();
                spins += 1;
                state = lock(&self.shared.state);
            } else {
                state = self.shared.left.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        let panic = own.err().or(state.panic.take());
        drop(state);
        drop(_turn);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.state).closing = true;
        self.shared.generation.fetch_add(1, Ordering::Release);
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

fn work(shared: &Shared) {
    let mut seen = 0;
    loop {
        let mut spins = 0;
        while shared.generation.load(Ordering::Acquire) == seen && spins < SPINS {
            std::hint::spin_loop();
            spins += 1;
        }
        let mut state = lock(&shared.state);
        while shared.generation.load(Ordering::Acquire) == seen && !state.closing {
            state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closing {
            return;
        }
        seen = shared.generation.load(Ordering::Acquire);
        let Some(region) = state.region else { continue };
        state.inside += 1;
        drop(state);
        let result = drain(shared, region);
        let mut state = lock(&shared.state);
        state.inside -= 1;
        if let Err(panic) = result {
            state.panic.get_or_insert(panic);
        }
        if state.inside == 0 {
            shared.left.notify_all();
        }
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
