//! Where a model's layers lie, and what computes each.

use candle_core::Device;

/// Where a model's layers lie: the first of them on a device, the rest with our kernels. The head, which makes logits, counts as one layer
/// behind the last.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// The device, and how many layers it has.
    on_device: Option<(Device, usize)>,
}

/// What computes one layer.
#[derive(Debug, Clone, Copy)]
pub enum Road<'a> {
    /// Our kernels.
    Kernels,
    /// candle's operations on this device.
    Portable(&'a Device),
}

impl Placement {
    /// Our kernels compute all.
    pub fn kernels() -> Self {
        Self::default()
    }

    /// The first `layers` on `device`; the head too, where that is more than there are.
    pub fn on(device: Device, layers: usize) -> Self {
        Self { on_device: Some((device, layers)).filter(|(_, layers)| *layers > 0) }
    }

    /// What computes layer `index`.
    pub fn road(&self, index: usize) -> Road<'_> {
        match &self.on_device {
            Some((device, layers)) if index < *layers => Road::Portable(device),
            _ => Road::Kernels,
        }
    }

    /// The device, where there is one besides our kernels.
    pub fn device(&self) -> Option<&Device> {
        self.on_device.as_ref().map(|(device, _)| device)
    }

    /// How many of `all` decoder layers lie on the device.
    pub fn layers(&self, all: usize) -> usize {
        self.on_device.as_ref().map_or(0, |(_, layers)| all.min(*layers))
    }

    /// Whether the head of a model of `all` layers lies on the device.
    pub fn has_head(&self, all: usize) -> bool {
        self.on_device.as_ref().is_some_and(|(_, layers)| *layers > all)
    }

    /// What to call it, for a model of `all` layers: `cpu`, `cuda`, `cuda (12 of 25 layers)`.
    pub fn describe(&self, all: usize) -> String {
        let Some(device) = self.device() else { return "cpu".into() };
        let name = match device {
            Device::Cpu => "portable",
            Device::Cuda(_) => "cuda",
            Device::Metal(_) => "metal",
        };
        let (here, all) = (self.layers(all) + usize::from(self.has_head(all)), all + 1);
        if here == all { name.into() } else { format!("{name} ({here} of {all} layers)") }
    }
}
