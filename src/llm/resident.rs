//! Weights on a device, for candle's operations: blocks as the model file has them, other matrices as f32.

use std::borrow::Cow;

use candle_core::quantized::{GgmlDType, QMatMul, QStorage, QTensor};
use candle_core::{Device, Result, Tensor};

use super::layout::Placement;
use super::names::Projection;
use super::weights::{Experts, Layer, Weight, Weights};
use crate::compute::{BlockType, Matrix};

/// A matrix `[rows, columns]` on a device.
#[derive(Debug)]
pub enum TensorMatrix {
    /// Blocks of the file.
    Blocks(QMatMul),
    /// f32.
    Dense(Tensor),
}

/// A decoder layer on a device.
#[derive(Debug)]
pub struct TensorLayer {
    /// Before attention, `[hidden]` as those that follow.
    pub attn_norm: Option<Tensor>,
    /// Behind that, where norms have biases.
    pub attn_norm_bias: Option<Tensor>,
    /// Behind attention.
    pub attn_post_norm: Option<Tensor>,
    /// Before the feed-forward part.
    pub ffn_norm: Option<Tensor>,
    /// Behind that, where norms have biases.
    pub ffn_norm_bias: Option<Tensor>,
    /// Where the layer has experts: the router's matrix, and of each expert gate, up, down.
    pub experts: Option<(TensorMatrix, Vec<[TensorMatrix; 3]>)>,
    /// Behind the feed-forward part.
    pub ffn_post_norm: Option<Tensor>,
    /// Over each head of queries and keys, `[head_dim]` each, or over all heads, where the family norms them.
    pub head_norms: Option<[Tensor; 2]>,
    /// In the order of [`Projection::ALL`], where the map has one.
    biases: Vec<Option<Tensor>>,
    /// In the order of [`Projection::ALL`].
    maps: Vec<TensorMatrix>,
    device: Device,
}

impl TensorLayer {
    /// Where it lies.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The matrix of a projection.
    pub fn map(&self, projection: Projection) -> &TensorMatrix {
        &self.maps[projection as usize] // one for each projection, as it is made
    }
}

impl TensorLayer {
    /// The bias of a projection, where it has one.
    pub fn bias(&self, projection: Projection) -> Option<&Tensor> {
        self.biases.get(projection as usize)?.as_ref()
    }
}

/// The final norm and the output matrix on a device.
#[derive(Debug)]
pub struct TensorHead {
    /// `[hidden]`
    pub norm: Tensor,
    /// Behind that, where norms have biases. `[hidden]`
    pub norm_bias: Option<Tensor>,
    /// `[vocabulary, hidden]`
    pub output: TensorMatrix,
}

/// Those of a model's weights that lie on a device.
#[derive(Debug, Default)]
pub struct Resident {
    /// The first layers of the model.
    pub layers: Vec<TensorLayer>,
    /// What makes logits, where it lies there too.
    pub head: Option<TensorHead>,
    /// Matrices of blocks that the device did not take, and that lie there as f32.
    pub dequantised: usize,
}

impl Resident {
    /// Sends what `placement` says of `weights`.
    pub fn send(weights: &Weights, placement: &Placement) -> Result<Self> {
        let Some(device) = placement.device() else { return Ok(Self::default()) };
        let mut sender = Sender { device, dequantised: 0 };
        let own = weights.layers.iter().take(placement.layers(weights.layers.len()));
        let layers = own.map(|layer| sender.layer(layer)).collect::<Result<_>>()?;
        let head = if placement.has_head(weights.layers.len()) {
            let norm_bias = weights.output_norm_bias.as_deref().map(|bias| sender.vector(bias)).transpose()?;
            Some(TensorHead { norm: sender.vector(&weights.output_norm)?, norm_bias, output: sender.matrix(&weights.output)? })
        } else {
            None
        };
        Ok(Self { layers, head, dequantised: sender.dequantised })
    }
}

struct Sender<'d> {
    device: &'d Device,
    dequantised: usize,
}

impl Sender<'_> {
    fn layer(&mut self, layer: &Layer) -> Result<TensorLayer> {
        let bias = |projection: &Projection| layer.bias(*projection).map(|bias| self.vector(bias)).transpose();
        let norm = |norm: &Option<Vec<f32>>| norm.as_deref().map(|norm| self.vector(norm)).transpose();
        let head_norms = match &layer.attn_head_norms {
            Some([of_q, of_k]) => Some([self.vector(of_q)?, self.vector(of_k)?]),
            None => None,
        };
        let [attn_norm_bias, ffn_norm_bias] = [norm(&layer.attn_norm_bias)?, norm(&layer.ffn_norm_bias)?];
        let biases = Projection::ALL.iter().map(bias).collect::<Result<_>>()?;
        let [attn_norm, attn_post_norm, ffn_norm, ffn_post_norm] =
            [norm(&layer.attn_norm)?, norm(&layer.attn_post_norm)?, norm(&layer.ffn_norm)?, norm(&layer.ffn_post_norm)?];
        let experts = layer.experts.as_ref().map(|experts| self.experts(experts)).transpose()?;
        Ok(TensorLayer {
            attn_norm,
            attn_norm_bias,
            attn_post_norm,
            ffn_norm,
            ffn_norm_bias,
            ffn_post_norm,
            head_norms,
            biases,
            experts,
            maps: Projection::ALL.iter().map(|&projection| self.matrix(layer.projection(projection))).collect::<Result<_>>()?,
            device: self.device.clone(),
        })
    }

    fn experts(&mut self, experts: &Experts) -> Result<(TensorMatrix, Vec<[TensorMatrix; 3]>)> {
        let router = self.matrix(&experts.router)?;
        let one = |[gate, up, down]: &[Weight; 3]| Ok([self.matrix(gate)?, self.matrix(up)?, self.matrix(down)?]);
        Ok((router, experts.maps.iter().map(one).collect::<Result<_>>()?))
    }

    fn vector(&self, values: &[f32]) -> Result<Tensor> {
        Tensor::from_slice(values, values.len(), self.device)
    }

    fn matrix(&mut self, weight: &Weight) -> Result<TensorMatrix> {
        if let Some(block) = candle_type(weight.block()) {
            match self.blocks(weight, block) {
                Ok(blocks) => return Ok(TensorMatrix::Blocks(blocks)),
                // f32 takes several times the room; where that is lacking, the next line says so.
                Err(_) => self.dequantised += 1,
            }
        }
        let mut values = vec![0.0; weight.rows * weight.columns];
        weight.rows_f32(0..weight.rows, &mut values);
        Ok(TensorMatrix::Dense(Tensor::from_vec(values, (weight.rows, weight.columns), &Device::Cpu)?.to_device(self.device)?))
    }

    fn blocks(&self, weight: &Weight, blocks: GgmlDType) -> Result<QMatMul> {
        // candle's products on the processor take these types two blocks at a time, and panic where one is left.
        let by_pairs = matches!(blocks, GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1);
        if self.device.is_cpu() && by_pairs && !weight.columns.is_multiple_of(2 * blocks.block_size()) {
            candle_core::bail!("a row of {} columns has an odd number of blocks", weight.columns);
        }
        QMatMul::from_qtensor(send_blocks(weight.matrix(), blocks, self.device)?)
    }
}

/// The blocks of a matrix on `device`, as the file has them; `blocks` is their [`candle_type`].
pub fn send_blocks(matrix: Matrix<'_>, blocks: GgmlDType, device: &Device) -> Result<QTensor> {
    // A block begins with 16-bit or 32-bit numbers; a file may place them anywhere.
    let aligned = (matrix.bytes.as_ptr() as usize).is_multiple_of(align_of::<u64>());
    let bytes = if aligned { Cow::Borrowed(matrix.bytes) } else { Cow::Owned(matrix.bytes.to_vec()) };
    QTensor::new(QStorage::from_data(bytes, device, blocks)?, (matrix.rows, matrix.columns))
}

/// Bytes that a matrix takes on a device.
pub fn device_bytes(weight: &Weight) -> u64 {
    match candle_type(weight.block()) {
        Some(_) => weight.matrix().bytes.len() as u64,
        None => (weight.rows * weight.columns * size_of::<f32>()) as u64,
    }
}

/// candle's name of a type of blocks; `None` for floats, and for what it does not know.
pub fn candle_type(block: BlockType) -> Option<GgmlDType> {
    Some(match block {
        // candle has none of these but floats.
        BlockType::F32 | BlockType::F16 | BlockType::BF16 | BlockType::Iq4Nl | BlockType::Iq4Xs => return None,
        BlockType::Iq2Xxs | BlockType::Iq2Xs | BlockType::Iq2S | BlockType::Iq3Xxs | BlockType::Iq3S | BlockType::Mxfp4 => return None,
        BlockType::Q4_0 => GgmlDType::Q4_0,
        BlockType::Q4_1 => GgmlDType::Q4_1,
        BlockType::Q5_0 => GgmlDType::Q5_0,
        BlockType::Q5_1 => GgmlDType::Q5_1,
        BlockType::Q8_0 => GgmlDType::Q8_0,
        BlockType::Q2K => GgmlDType::Q2K,
        BlockType::Q3K => GgmlDType::Q3K,
        BlockType::Q4K => GgmlDType::Q4K,
        BlockType::Q5K => GgmlDType::Q5K,
        BlockType::Q6K => GgmlDType::Q6K,
    })
}
