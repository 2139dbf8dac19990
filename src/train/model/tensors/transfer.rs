//! Tensors on their way to host memory, while the device computes on.

use candle_core::{Result, Tensor};

use super::compute::{Compute, download};

#[cfg(feature = "cuda")]
mod card;

/// The way from the device to host memory.
#[derive(Debug, Default)]
pub struct Transfer {
    #[cfg(feature = "cuda")]
    card: Option<card::Line>,
}

/// A copy of a tensor that is on its way, or has arrived.
#[derive(Debug)]
pub enum Departure {
    /// Not copied yet: a device whose memory is the machine's needs no way.
    Here(Tensor),
    /// On its way from a card.
    #[cfg(feature = "cuda")]
    Going(card::Going),
    /// In host memory.
    Arrived(Vec<f32>),
}

impl Transfer {
    /// For tensors of `compute`'s device. On a card it opens a second stream; then every operation is tracked, which takes a little time, so
    /// only what moves things asks for it.
    pub fn new(compute: &Compute) -> Result<Self> {
        #[cfg(feature = "cuda")]
        if compute.device.is_cuda() {
            return Ok(Self { card: Some(card::Line::new(&compute.device)?) });
        }
        let _ = compute;
        Ok(Self::default())
    }

    /// Sends a copy of `tensor`, f32, to host memory.
    pub fn begin(&self, tensor: Tensor) -> Result<Departure> {
        #[cfg(feature = "cuda")]
        if let Some(line) = &self.card {
            return Ok(Departure::Going(line.begin(tensor)?));
        }
        Ok(Departure::Here(tensor))
    }

    /// Waits until the copy is there, and lets the tensor go.
    pub fn settle(&self, departure: Departure) -> Result<Departure> {
        Ok(Departure::Arrived(self.arrive(departure)?))
    }

    /// Waits until the copy is there: row by row.
    pub fn arrive(&self, departure: Departure) -> Result<Vec<f32>> {
        match departure {
            Departure::Here(tensor) => download(&tensor),
            #[cfg(feature = "cuda")]
            Departure::Going(going) => match &self.card {
                Some(line) => line.arrive(going),
                None => candle_core::bail!("a tensor is on its way from a card that is not there"),
            },
            Departure::Arrived(values) => Ok(values),
        }
    }
}
