//! Where gradients go as they arise: to sums on the device, or to sums in host memory. There one thread adds what has come, while the device
//! computes on.

use std::collections::VecDeque;
use std::sync::mpsc::{SyncSender, sync_channel};

use candle_core::{Result, Tensor};

use super::compute::{Compute, download};
use super::transfer::{Departure, Transfer};
use crate::compute::Pool;
use crate::train::parameters::{Gradients, ParameterId, Parameters};

/// Gradients that may wait for the thread that adds them: more would only take memory.
const WAITING: usize = 4;
/// Gradients that may be on their way from the device: those of about two layers in full.
pub const LEAVING: usize = 16;
/// Elements a thread of the pool adds at a time.
const BAND: usize = 1 << 18;

/// The sums of gradients on the device, in the order of the parameters.
#[derive(Debug, Default)]
pub struct DeviceGradients {
    list: Vec<Option<Tensor>>,
}

impl DeviceGradients {
    /// Nothing yet, for `count` parameters.
    pub fn new(count: usize) -> Self {
        Self { list: vec![None; count] }
    }

    /// Nothing again.
    pub fn clear(&mut self) {
        self.list.iter_mut().for_each(|sum| *sum = None);
    }

    /// One sum; `None` where nothing has come.
    pub fn get(&self, index: usize) -> Option<&Tensor> {
        self.list.get(index)?.as_ref()
    }

    /// The 2-norm of all together.
    pub fn norm(&self) -> Result<f64> {
        let mut squares = 0.0;
        for sum in self.list.iter().flatten() {
            // Row by row on the device, and the rows in f64: one f32 for millions of squares would lose digits.
            let rows = sum.sqr()?.sum(candle_core::D::Minus1)?;
            squares += download(&rows)?.iter().map(|&row| f64::from(row)).sum::<f64>();
        }
        Ok(squares.sqrt())
    }

    fn add(&mut self, id: ParameterId, part: Tensor) -> Result<()> {
        let Some(place) = self.list.get_mut(id.0) else { candle_core::bail!("there is no parameter {}", id.0) };
        *place = Some(match place.take() {
            Some(sum) => (sum + part)?,
            None => part,
        });
        Ok(())
    }
}

/// Where gradients go.
#[derive(Debug)]
pub enum Sink<'a> {
    /// None is wanted.
    Nowhere,
    /// To sums on the device.
    Device(&'a mut DeviceGradients),
    /// To the thread that adds them up in host memory.
    Host(Leaving<'a>),
}

/// Gradients on their way to host memory.
#[derive(Debug)]
pub struct Leaving<'a> {
    transfer: &'a Transfer,
    queue: VecDeque<(ParameterId, Option<Vec<u32>>, Departure)>,
    sender: SyncSender<Part>,
}

impl Leaving<'_> {
    fn add(&mut self, id: ParameterId, rows: Option<Vec<u32>>, values: Tensor) -> Result<()> {
        self.queue.push_back((id, rows, self.transfer.begin(values)?));
        self.hand_on(LEAVING)
    }

    /// Waits for the first of them, until `most` are left.
    fn hand_on(&mut self, most: usize) -> Result<()> {
        while self.queue.len() > most
            && let Some((id, rows, departure)) = self.queue.pop_front()
        {
            let part = Part { id, rows, values: self.transfer.arrive(departure)? };
            self.sender.send(part).map_err(|_| candle_core::Error::msg("the thread that adds gradients has ended"))?;
        }
        Ok(())
    }
}

/// A gradient on its way to host memory.
#[derive(Debug)]
pub struct Part {
    id: ParameterId,
    values: Vec<f32>,
    /// The rows that `values` belong to; `None` for all, in order.
    rows: Option<Vec<u32>>,
}

impl Part {
    fn add_to(&self, pool: &Pool, gradients: &mut Gradients) {
        let sum = gradients.get_mut(self.id);
        match &self.rows {
            None => {
                let parts = sum.chunks_mut(BAND).zip(self.values.chunks(BAND));
                pool.for_each(parts, |(sum, values)| sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value));
            }
            Some(rows) => {
                let width = self.values.len() / rows.len().max(1);
                for (&row, values) in rows.iter().zip(self.values.chunks_exact(width.max(1))) {
                    let at = row as usize * width;
                    let row = sum.get_mut(at..at + width).unwrap_or_default();
                    row.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
            }
        }
    }
}

impl Sink<'_> {
    /// Adds to a parameter's gradient.
    pub fn add(&mut self, id: ParameterId, part: Tensor) -> Result<()> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Device(sums) => sums.add(id, part),
            Self::Host(leaving) => leaving.add(id, None, part),
        }
    }

    /// Adds `values: [tokens, width]` to rows of a parameter's gradient `[height, width]`, which may come more than once.
    pub fn add_rows(&mut self, compute: &Compute, id: ParameterId, height: usize, rows: &[u32], values: &Tensor) -> Result<()> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Device(sums) => {
                let Some(place) = sums.list.get_mut(id.0) else { candle_core::bail!("there is no parameter {}", id.0) };
                let sum = match place.take() {
                    Some(sum) => sum,
                    None => Tensor::zeros((height, values.dim(1)?), candle_core::DType::F32, &compute.device)?,
                };
                *place = Some(sum.index_add(&compute.indices(rows)?, values, 0)?);
                Ok(())
            }
            Self::Host(leaving) => leaving.add(id, Some(rows.to_vec()), values.clone()),
        }
    }
}

/// Does `work` with a sink whose gradients are added to `gradients` by a thread of their own, in the order in which they come.
pub fn into_host<T>(
    pool: &Pool,
    transfer: &Transfer,
    gradients: &mut Gradients,
    work: impl FnOnce(&mut Sink<'_>) -> Result<T>,
) -> Result<T> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Part>(WAITING);
        let adder = scope.spawn(move || receiver.into_iter().for_each(|part| part.add_to(pool, gradients)));
        let mut sink = Sink::Host(Leaving { transfer, queue: VecDeque::new(), sender });
        let result = work(&mut sink).and_then(|result| match &mut sink {
            Sink::Host(leaving) => leaving.hand_on(0).map(|()| result),
            Sink::Nowhere | Sink::Device(_) => Ok(result),
        });
        drop(sink);
        match adder.join() {
            Ok(()) => result,
            Err(_) => candle_core::bail!("the thread that adds gradients has panicked"),
        }
    })
}

/// Copies the sums on the device to host memory; what has no sum becomes zeros.
pub fn copy_to_host(sums: &DeviceGradients, parameters: &Parameters) -> Result<Gradients> {
    let mut gradients = Gradients::zeros(parameters);
    for (index, sum) in sums.list.iter().enumerate() {
        if let Some(sum) = sum {
            gradients.get_mut(ParameterId(index)).copy_from_slice(&download(sum)?);
        }
    }
    Ok(gradients)
}
