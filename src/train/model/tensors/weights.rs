//! A model's tensors on the device, layer by layer as they are fetched.

use candle_core::{Result, Tensor};

use super::compute::Compute;
use super::stored::Stored;
use crate::train::model::linear::{Base, Linear, Lora};
use crate::train::model::{Decoder, Parameter};
use crate::train::parameters::{ParameterId, Parameters, Vector};

/// A linear map's tensors.
#[derive(Debug, Clone)]
pub struct LinearTensors {
    /// `[outputs, inputs]`, in the type of products.
    pub weight: Tensor,
    /// `[outputs]`, f32.
    pub bias: Option<Tensor>,
    /// Rows of the matrix that is trained: more than its own where several maps are one there.
    pub rows: usize,
    /// Its adapter: `[rank, inputs]` and `[outputs, rank]`, in the type of products.
    pub lora: Option<(Tensor, Tensor)>,
}

/// A layer's tensors.
#[derive(Debug, Clone)]
pub struct LayerTensors {
    /// Before attention, `[hidden]`, f32, as those that follow; where there is one.
    pub attention_norm: Option<Tensor>,
    /// Behind attention.
    pub attention_post_norm: Option<Tensor>,
    /// Before the feed-forward part.
    pub feed_forward_norm: Option<Tensor>,
    /// Behind the feed-forward part.
    pub feed_forward_post_norm: Option<Tensor>,
    /// Of queries and keys, over each head or over all, f32.
    pub head_norms: Option<[Tensor; 2]>,
    /// In the order in which they are applied.
    pub linears: [LinearTensors; 7],
}

/// What is trained, as the device has it. Indices are those of [`Parameters`].
#[derive(Debug)]
pub enum Trained {
    /// The values themselves, f32: the optimizer works on the device.
    Values(Vec<Tensor>),
    /// Copies of the values in host memory: matrices in the type of products, vectors in f32.
    Copies(Vec<Tensor>),
    /// Nothing: values are sent whenever they are wanted.
    InHost,
}

/// The frozen part of a linear map.
#[derive(Debug)]
struct FrozenLinear<'w> {
    matrix: Option<Stored<'w>>,
    bias: Option<Tensor>,
}

/// The frozen parts of a layer.
#[derive(Debug)]
struct FrozenLayer<'w> {
    norms: [Option<Tensor>; 4],
    head_norms: [Option<Tensor>; 2],
    linears: [FrozenLinear<'w>; 7],
}

/// All tensors of a model.
#[derive(Debug)]
pub struct Weights<'w> {
    layers: Vec<FrozenLayer<'w>>,
    final_norm: Option<Tensor>,
    output: FrozenLinear<'w>,
    /// What is trained.
    pub trained: Trained,
}

impl<'w> Weights<'w> {
    /// Sends what is frozen to the device; matrices only where `resident`, vectors always.
    pub fn new(compute: &Compute, decoder: &Decoder<'w>, trained: Trained, resident: bool) -> Result<Self> {
        let vector = |vector: &Vector<'w>| -> Result<Option<Tensor>> {
            match vector {
                Vector::Frozen(values) => compute.upload(values, &[values.len()]).map(Some),
                Vector::Trained(_) => Ok(None),
            }
        };
        let linear = |linear: &Linear<'w>| -> Result<FrozenLinear<'w>> {
            let matrix = match linear.base {
                Base::Frozen(matrix) if resident => Some(Stored::resident(compute, matrix)?),
                Base::Frozen(matrix) => Some(Stored::mapped(matrix)),
                Base::Trained(_) => None,
            };
            let bias = linear.bias.as_ref().map(vector).transpose()?.flatten();
            Ok(FrozenLinear { matrix, bias })
        };
        let mut layers = Vec::with_capacity(decoder.layers.len());
        for layer in &decoder.layers {
            let [q, k, v, o, gate, up, down] = layer.linears().map(linear);
            let head_norms = match &layer.head_norms {
                Some([of_q, of_k]) => [vector(of_q)?, vector(of_k)?],
                None => [None, None],
            };
            let norms = layer.norms().into_iter().map(|norm| Ok(norm.map(vector).transpose()?.flatten())).collect::<Result<Vec<_>>>()?;
            layers.push(FrozenLayer {
                norms: norms.try_into().unwrap_or_default(), // as many as there are
                head_norms,
                linears: [q?, k?, v?, o?, gate?, up?, down?],
            });
        }
        Ok(Self { layers, final_norm: vector(&decoder.final_norm)?, output: linear(&decoder.output)?, trained })
    }

    /// Fetches the tensors of layer `index`.
    pub fn layer(&self, compute: &Compute, decoder: &Decoder<'w>, parameters: &Parameters, index: usize) -> Result<LayerTensors> {
        let (Some(layer), Some(frozen)) = (decoder.layers.get(index), self.layers.get(index)) else {
            candle_core::bail!("the model has no layer {index}")
        };
        let norm = |at: usize| layer.norms()[at].map(|of| self.vector(compute, parameters, of, frozen.norms[at].as_ref())).transpose();
        let [of_q, of_k] = &frozen.head_norms;
        let head_norms = match &layer.head_norms {
            Some([q, k]) => {
                Some([self.vector(compute, parameters, q, of_q.as_ref())?, self.vector(compute, parameters, k, of_k.as_ref())?])
            }
            None => None,
        };
        let linears = layer.linears();
        let one = |at: usize| self.linear(compute, parameters, linears[at], &frozen.linears[at]);
        Ok(LayerTensors {
            attention_norm: norm(0)?,
            attention_post_norm: norm(1)?,
            feed_forward_norm: norm(2)?,
            feed_forward_post_norm: norm(3)?,
            head_norms,
            linears: [one(0)?, one(1)?, one(2)?, one(3)?, one(4)?, one(5)?, one(6)?],
        })
    }

    /// The last norm's weight, `[hidden]`.
    pub fn final_norm(&self, compute: &Compute, decoder: &Decoder<'w>, parameters: &Parameters) -> Result<Tensor> {
        self.vector(compute, parameters, &decoder.final_norm, self.final_norm.as_ref())
    }

    /// The output's tensors.
    pub fn output(&self, compute: &Compute, decoder: &Decoder<'w>, parameters: &Parameters) -> Result<LinearTensors> {
        self.linear(compute, parameters, &decoder.output, &self.output)
    }

    /// The values of a trained tensor where the device holds them as they are.
    pub fn values(&self, id: ParameterId) -> Option<&Tensor> {
        match &self.trained {
            Trained::Values(values) => values.get(id.0),
            Trained::Copies(_) | Trained::InHost => None,
        }
    }

    fn linear(&self, compute: &Compute, parameters: &Parameters, linear: &Linear<'w>, frozen: &FrozenLinear<'w>) -> Result<LinearTensors> {
        let weight = match (&linear.base, &frozen.matrix) {
            (Base::Trained(id), _) => {
                self.trained(compute, parameters, *id)?.narrow(0, linear.first, linear.outputs)?.to_dtype(compute.dtype)?
            }
            (Base::Frozen(_), Some(stored)) => stored.dense(compute)?,
            (Base::Frozen(matrix), None) => Stored::mapped(*matrix).dense(compute)?,
        };
        let bias = linear.bias.as_ref().map(|bias| self.vector(compute, parameters, bias, frozen.bias.as_ref())).transpose()?;
        let lora = linear.lora.map(|Lora { a, b, .. }| {
            let one = |id| self.trained(compute, parameters, id)?.to_dtype(compute.dtype);
            Ok::<_, candle_core::Error>((one(a)?, one(b)?.narrow(0, linear.first, linear.outputs)?))
        });
        let whole = match (linear.base, linear.lora) {
            (Base::Trained(id), _) | (_, Some(Lora { b: id, .. })) => parameters.get(id),
            _ => None,
        };
        let rows = whole.and_then(|parameter| parameter.shape.first().copied()).unwrap_or(linear.outputs);
        Ok(LinearTensors { weight, bias, rows, lora: lora.transpose()? })
    }

    fn vector(&self, compute: &Compute, parameters: &Parameters, vector: &Vector<'w>, frozen: Option<&Tensor>) -> Result<Tensor> {
        match (vector, frozen) {
            (Vector::Trained(id), _) => self.trained(compute, parameters, *id),
            (Vector::Frozen(_), Some(tensor)) => Ok(tensor.clone()),
            (Vector::Frozen(values), None) => compute.upload(values, &[values.len()]),
        }
    }

    fn trained(&self, compute: &Compute, parameters: &Parameters, id: ParameterId) -> Result<Tensor> {
        let (Trained::Values(tensors) | Trained::Copies(tensors)) = &self.trained else {
            return match parameters.get(id) {
                Some(parameter) => copy(compute, parameter),
                None => candle_core::bail!("there is no parameter {}", id.0),
            };
        };
        match tensors.get(id.0) {
            Some(tensor) => Ok(tensor.clone()),
            None => candle_core::bail!("the device has no parameter {}", id.0),
        }
    }
}

/// A parameter on the device: a matrix in the type of products, a vector in f32.
pub fn copy(compute: &Compute, parameter: &Parameter) -> Result<Tensor> {
    match parameter.shape.len() {
        1 => compute.upload(&parameter.values, &parameter.shape),
        _ => compute.upload_matrix(&parameter.values, &parameter.shape),
    }
}
