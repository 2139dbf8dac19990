//! What is trained: values and gradients, each under its Hugging Face name.

use crate::compute::Pool;

/// Which parameter; an index into [`Parameters`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParameterId(pub(super) usize);

/// One trainable tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The dotted path of Hugging Face or PEFT.
    pub name: String,
    /// Rows and columns, or a length.
    pub shape: Vec<usize>,
    /// Row by row.
    pub values: Vec<f32>,
    /// Whether weight decay applies. The Trainer spares biases and norms.
    pub decays: bool,
    /// By how much the values are more than what a Hugging Face folder holds (Gemma's norms).
    pub offset: f32,
}

/// Every trainable tensor, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    list: Vec<Parameter>,
}

impl Parameters {
    /// Adds a tensor. Its name says whether it decays: norms and biases do not (`Trainer.get_decay_parameter_names`).
    pub fn add(&mut self, name: String, shape: Vec<usize>, values: Vec<f32>) -> ParameterId {
        let decays = !name.ends_with("bias") && !name.contains("norm");
        self.list.push(Parameter { name, shape, values, decays, offset: 0.0 });
        ParameterId(self.list.len() - 1)
    }

    /// Says that a tensor is stored as its distance from `offset`.
    pub fn set_offset(&mut self, id: ParameterId, offset: f32) {
        if let Some(parameter) = self.list.get_mut(id.0) {
            parameter.offset = offset;
        }
    }

    /// A tensor's values.
    pub fn values(&self, id: ParameterId) -> &[f32] {
        self.list.get(id.0).map_or(&[], |parameter| &parameter.values)
    }

    /// A tensor.
    pub(super) fn get(&self, id: ParameterId) -> Option<&Parameter> {
        self.list.get(id.0)
    }

    /// Replaces a tensor's values by as many others.
    pub fn set(&mut self, id: ParameterId, values: Vec<f32>) {
        if let Some(parameter) = self.list.get_mut(id.0).filter(|parameter| parameter.values.len() == values.len()) {
            parameter.values = values;
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Parameter> {
        self.list.iter()
    }

    /// All of them, in order, to be changed.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Parameter> {
        self.list.iter_mut()
    }

    /// How many tensors.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing is trained.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many numbers.
    pub fn elements(&self) -> usize {
        self.list.iter().map(|parameter| parameter.values.len()).sum()
    }

    /// The tensor called `name`.
    pub fn find(&self, name: &str) -> Option<ParameterId> {
        self.list.iter().position(|parameter| parameter.name == name).map(ParameterId)
    }
}

/// The gradient of every parameter, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gradients {
    list: Vec<Vec<f32>>,
}

impl Gradients {
    /// Zeros for each of `parameters`.
    pub fn zeros(parameters: &Parameters) -> Self {
        Self { list: parameters.iter().map(|parameter| vec![0.0; parameter.values.len()]).collect() }
    }

    /// Zeros again.
    pub fn clear(&mut self) {
        self.list.iter_mut().for_each(|gradient| gradient.fill(0.0));
    }

    /// One gradient.
    pub fn get(&self, id: ParameterId) -> &[f32] {
        self.list.get(id.0).map_or(&[], Vec::as_slice)
    }

    /// One gradient, to be added to.
    pub fn get_mut(&mut self, id: ParameterId) -> &mut [f32] {
        self.list.get_mut(id.0).map_or(&mut [], Vec::as_mut_slice)
    }

    /// All of them, in the order of the parameters.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Vec<f32>> {
        self.list.iter()
    }

    /// The 2-norm of all together.
    pub fn norm(&self) -> f64 {
        self.list.iter().flatten().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt()
    }

    /// The same on the threads of `pool`, in sums of parts: whatever their number, but not to the last bit what [`Self::norm`] gives.
    pub fn norm_on(&self, pool: &Pool) -> f64 {
        const BAND: usize = 1 << 18;
        let parts: Vec<&[f32]> = self.list.iter().flat_map(|gradient| gradient.chunks(BAND)).collect();
        let mut sums = vec![0.0; parts.len()];
        pool.for_each(sums.iter_mut().zip(parts), |(sum, part)| {
            *sum = part.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>();
        });
        sums.iter().sum::<f64>().sqrt()
    }

    /// Multiplies all by `factor`.
    pub fn scale(&mut self, factor: f32) {
        self.list.iter_mut().flatten().for_each(|g| *g *= factor);
    }
}

/// A vector that is frozen or trained: a norm's weight, a bias.
#[derive(Debug, Clone, Copy)]
pub enum Vector<'w> {
    /// Lies in the model.
    Frozen(&'w [f32]),
    /// Is a parameter.
    Trained(ParameterId),
}

impl Vector<'_> {
    /// Its values.
    pub fn values<'a>(&'a self, parameters: &'a Parameters) -> &'a [f32] {
        match self {
            Self::Frozen(values) => values,
            Self::Trained(id) => parameters.values(*id),
        }
    }
}
