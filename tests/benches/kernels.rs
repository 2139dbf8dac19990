//! Kernel speeds: GMAC/s by weight type for one row, eight and 128 rows of activations. `cargo bench --bench kernels`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use sqllama::compute::{self, BlockType, Matrix, Phase, Pool};

fn main() {
    let pool = Pool::new(compute::available_threads());
    println!("level {:?}, {} threads, read bandwidth {:.1} GB/s", compute::Level::detect(), pool.threads(), read_bandwidth(&pool) / 1e9);
    let sizes = [1, 2, 8, 16, 24, 128];
    println!("GMAC/s by rows of activations, and GB/s of weights read at m=1");
    println!("{:6}{} {:>8}", "type", sizes.map(|m| format!("{:>8}", format!("m={m}"))).concat(), "GB/s");
    // Larger than any cache, as a model's weights are.
    let (rows, columns) = (98_304, 1536);
    let types = [
        BlockType::Q4K,
        BlockType::Q5K,
        BlockType::Q6K,
        BlockType::Q4_0,
        BlockType::Q4_1,
        BlockType::Q5_0,
        BlockType::Q8_0,
        BlockType::F16,
        BlockType::F32,
    ];
    for block in types {
        let bytes: Vec<u8> = (0..rows * block.row_bytes(columns).unwrap_or(0)).map(|i| ((i * 2_654_435_761) >> 7) as u8 & 0x3f).collect();
        let matrix = Matrix { block, rows, columns, bytes: &bytes };
        let speeds = sizes.map(|m| {
            let x: Vec<f32> = (0..m * columns).map(|i| ((i * 7919) % 101) as f32 / 50.0 - 1.0).collect();
            let mut out = vec![0.0; m * rows];
            let phase = if m > 16 { Phase::Prefill } else { Phase::Decode };
            (m * rows * columns) as f64 / median(|| compute::matmul(&pool, phase, &x, m, &[matrix], &mut [&mut out])) / 1e9
        });
        let bandwidth = speeds[0] / (rows * columns) as f64 * bytes.len() as f64;
        let columns = speeds.map(|speed| format!("{speed:>8.1}")).concat();
        println!("{:6}{columns} {bandwidth:>8.1}", format!("{block:?}"));
    }
}

/// Median seconds of five runs after one that warms up.
fn median(mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

/// Bytes a second that all threads read together from memory larger than any cache.
fn read_bandwidth(pool: &Pool) -> f64 {
    let memory = vec![1u64; 64 << 20];
    let chunk = 1 << 16;
    let seconds = median(|| {
        pool.run(memory.len() / chunk, &|i| {
            let sum = memory[i * chunk..(i + 1) * chunk].iter().fold(0u64, |sum, x| sum.wrapping_add(*x));
            std::hint::black_box(sum);
        });
    });
    (memory.len() * 8) as f64 / seconds
}
