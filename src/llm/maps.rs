//! The linear maps of a decoder layer, and their names.

use super::arch::{ArchSpec, Experts};

/// A linear map of a decoder layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Projection {
    Query,
    Key,
    Value,
    Output,
    Gate,
    Up,
    Down,
}

impl Projection {
    /// All of them, in the order in which a layer applies them.
    pub const ALL: [Self; 7] = [Self::Query, Self::Key, Self::Value, Self::Output, Self::Gate, Self::Up, Self::Down];

    /// The module's name, as PEFT's `target_modules` has it: `q_proj`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "q_proj",
            Self::Key => "k_proj",
            Self::Value => "v_proj",
            Self::Output => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        }
    }

    /// The module's path in a layer: `self_attn.q_proj`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Query => "self_attn.q_proj",
            Self::Key => "self_attn.k_proj",
            Self::Value => "self_attn.v_proj",
            Self::Output => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }

    /// llama.cpp's name: `attn_q`.
    pub fn gguf(self) -> &'static str {
        match self {
            Self::Query => "attn_q",
            Self::Key => "attn_k",
            Self::Value => "attn_v",
            Self::Output => "attn_output",
            Self::Gate => "ffn_gate",
            Self::Up => "ffn_up",
            Self::Down => "ffn_down",
        }
    }

    /// The projection called `name` (`q_proj`).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|projection| projection.name() == name)
    }

    /// Outputs and inputs of the map.
    pub fn shape(self, spec: &ArchSpec) -> (usize, usize) {
        match self {
            Self::Query => (spec.query_dim(), spec.hidden),
            Self::Key | Self::Value => (spec.kv_dim(), spec.hidden),
            Self::Output => (spec.hidden, spec.query_dim()),
            Self::Gate | Self::Up => (spec.feed_forward, spec.hidden),
            Self::Down => (spec.hidden, spec.feed_forward),
        }
    }

    /// The same of one of `experts`.
    pub fn expert_shape(self, spec: &ArchSpec, experts: &Experts) -> (usize, usize) {
        match self {
            Self::Down => (spec.hidden, experts.feed_forward),
            _ => (experts.feed_forward, spec.hidden),
        }
    }

    /// Heads whose rows GGUF weaves where its rope pairs neighbours; `None` for the maps whose rows stand as they are.
    pub fn rotated_heads(self, spec: &ArchSpec) -> Option<usize> {
        match self {
            Self::Query => Some(spec.heads),
            Self::Key => Some(spec.kv_heads),
            _ => None,
        }
    }
}

/// Maps of a layer that some families store as one: the rows of each, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Fused {
    QueryKeyValue,
    GateUp,
}

impl Fused {
    /// Both.
    pub const ALL: [Self; 2] = [Self::QueryKeyValue, Self::GateUp];

    /// What it is made of, in order.
    pub fn parts(self) -> &'static [Projection] {
        match self {
            Self::QueryKeyValue => &[Projection::Query, Projection::Key, Projection::Value],
            Self::GateUp => &[Projection::Gate, Projection::Up],
        }
    }

    /// The one that `projection` is part of.
    pub fn of(projection: Projection) -> Option<Self> {
        Self::ALL.into_iter().find(|fused| fused.parts().contains(&projection))
    }

    /// The module's name, as PEFT's `target_modules` has it: `qkv_proj`.
    pub fn name(self) -> &'static str {
        match self {
            Self::QueryKeyValue => "qkv_proj",
            Self::GateUp => "gate_up_proj",
        }
    }

    /// The module's path in a layer: `self_attn.qkv_proj`.
    pub fn path(self) -> &'static str {
        match self {
            Self::QueryKeyValue => "self_attn.qkv_proj",
            Self::GateUp => "mlp.gate_up_proj",
        }
    }

    /// llama.cpp's name. The second is called as another family's up alone.
    pub fn gguf(self) -> &'static str {
        match self {
            Self::QueryKeyValue => "attn_qkv",
            Self::GateUp => "ffn_up",
        }
    }

    /// The one called `name` (`qkv_proj`).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fused| fused.name() == name)
    }

    /// The one at `path` in a layer.
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fused| fused.path() == path)
    }

    /// Outputs and inputs of the whole map.
    pub fn shape(self, spec: &ArchSpec) -> (usize, usize) {
        let rows = self.parts().iter().map(|part| part.shape(spec).0).sum();
        (rows, spec.hidden)
    }

    /// The row of the whole at which `part` begins.
    pub fn first_row(self, spec: &ArchSpec, part: Projection) -> usize {
        self.parts().iter().take_while(|other| **other != part).map(|other| other.shape(spec).0).sum()
    }
}
