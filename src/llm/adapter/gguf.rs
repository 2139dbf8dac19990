//! Adapters as GGUF files, as llama.cpp's `convert_lora_to_gguf.py` writes them and its `--lora` reads them: `NAME.lora_a` is `[rank, inputs]`,
//! `NAME.lora_b` `[outputs, rank]`, with rows woven where the base's are.

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::Path;

use super::super::LlmError;
use super::super::arch::ArchSpec;
use super::super::gguf::write::{Tensor, write};
use super::super::gguf::{GgufFile, Metadata, Value};
use super::super::names::{Fused, LayerPart, Projection, TensorName};
use super::active::{unweave_rows, weave_rows};
use super::card::AdapterCard;
use super::config::LoraConfig;
use super::files::Adapter;
use super::parts::Lora;
use crate::compute::{BlockType, dequantize};

/// Where our card of the adapter stands; llama.cpp passes over it.
const CARD_KEY: &str = "sqllama.card";

impl Adapter {
    /// Writes it as the new file `path`, for a base that `spec` describes. llama.cpp multiplies each addition by alpha and divides by its
    /// rank: another factor (rsLoRA's, or of a pattern) is multiplied into the matrix.
    pub fn write_gguf(&self, spec: &ArchSpec, path: &Path) -> Result<(), LlmError> {
        self.refuse_changes()?;
        let alpha = self.config.lora_alpha as f32;
        let mut metadata = Metadata::default();
        let mut put = |key: &str, value: Value| {
            metadata.0.insert(key.into(), value);
        };
        put("general.architecture", Value::String(spec.family.gguf_name().into()));
        put("general.type", Value::String("adapter".into()));
        put("general.name", Value::String(self.config.base_model_name_or_path.clone()));
        put("adapter.type", Value::String("lora".into()));
        put("adapter.lora.alpha", Value::Float(f64::from(alpha)));
        if let Some(card) = &self.card {
            put(CARD_KEY, Value::String(serde_json::to_string(card).unwrap_or_default()));
        }
        let mut parts = Vec::new();
        for (index, path, part, lora) in self.parts() {
            let (outputs, inputs) = check_shape(index, part, lora, spec)?;
            let factor = self.scale(index, path, lora) * lora.rank as f32 / alpha;
            let mut b = if is_woven(part, spec) { weave_rows(&lora.b, spec.head_dim, lora.rank) } else { lora.b.clone() };
            if (factor - 1.0).abs() > 1e-6 {
                b.iter_mut().for_each(|value| *value *= factor);
            }
            let name = TensorName::Layer { index, part }.gguf();
            parts.push((format!("{name}.lora_a"), vec![lora.rank, inputs], bytes_of(&lora.a)));
            parts.push((format!("{name}.lora_b"), vec![outputs, lora.rank], bytes_of(&b)));
        }
        let tensors: Vec<Tensor<'_>> = parts
            .iter()
            .map(|(name, shape, data)| Tensor { name: name.clone(), shape: shape.clone(), block: BlockType::F32, data })
            .collect();
        write_beside(path, &metadata, &tensors).map_err(|source| LlmError::Write { path: path.into(), source })
    }

    /// Reads the adapter in the file at `path`, for a base that `spec` describes: the file does not say how wide a head is, by which rows are
    /// woven.
    pub fn read_gguf(path: &Path, spec: &ArchSpec) -> Result<Self, LlmError> {
        let file = GgufFile::open(path)?;
        let unusable = |reason: String| LlmError::Adapter(format!("{}: {reason}", path.display()));
        let is = |key: &str, expected: &str| file.metadata.string(key) == Some(expected);
        if !is("general.type", "adapter") || !is("adapter.type", "lora") {
            return Err(unusable("it is no LoRA adapter as GGUF".into()));
        }
        let arch = file.metadata.string("general.architecture").unwrap_or_default();
        if arch != spec.family.gguf_name() {
            return Err(unusable(format!(
                "it belongs to a model of the architecture `{arch}`, and this base is `{}`",
                spec.family.gguf_name()
            )));
        }
        let alpha = file.metadata.float("adapter.lora.alpha").filter(|alpha| alpha.is_finite() && *alpha > 0.0);
        let (mut loras, mut fused) = (BTreeMap::new(), BTreeMap::new());
        for name in file.tensors.keys() {
            let Some(module) = name.strip_suffix(".lora_a") else {
                let partner = name.strip_suffix(".lora_b").map(|module| format!("{module}.lora_a"));
                match partner.is_some_and(|partner| file.tensors.contains_key(&partner)) {
                    true => continue,
                    false => return Err(LlmError::Unsupported { what: "adapter tensor", found: name.clone() }),
                }
            };
            let (index, part) = match TensorName::from_gguf(module, spec.family) {
                Some(TensorName::Layer { index, part: part @ (LayerPart::Weight(_) | LayerPart::Fused(_)) }) => (index, part),
                _ => return Err(LlmError::Unsupported { what: "adapter tensor", found: name.clone() }),
            };
            let ((a_shape, a), (b_shape, b)) = (values(&file, name)?, values(&file, &format!("{module}.lora_b"))?);
            let (&[rank, _], &[_, same]) = (a_shape.as_slice(), b_shape.as_slice()) else {
                return Err(unusable(format!("`{module}` has matrices of shapes {a_shape:?} and {b_shape:?}")));
            };
            if rank != same || rank == 0 {
                return Err(unusable(format!("`{module}` has matrices of shapes {a_shape:?} and {b_shape:?}")));
            }
            let b = if is_woven(part, spec) { unweave_rows(&b, spec.head_dim, rank) } else { b };
            let lora = Lora { rank, a, b };
            check_shape(index, part, &lora, spec)?;
            match part {
                LayerPart::Fused(whole) => drop(fused.insert((index, whole), lora)),
                LayerPart::Weight(projection) => drop(loras.insert((index, projection), lora)),
                _ => {}
            }
        }
        let card = file.metadata.string(CARD_KEY).and_then(|text| serde_json::from_str::<AdapterCard>(text).ok());
        // Settings that say nothing yet.
        let mut adapter = Self { config: LoraConfig::new(1, 1.0), card, loras, fused, changes: BTreeMap::new(), ends: BTreeMap::new() };
        adapter.config = config(&file, &adapter, spec, alpha).ok_or_else(|| unusable("it holds no tensors".into()))?;
        adapter.refuse_what_is_not_finite()?;
        Ok(adapter)
    }

    /// Every addition: its layer, its map's path there, and what the map is.
    fn parts(&self) -> impl Iterator<Item = (usize, &'static str, LayerPart, &Lora)> {
        let maps = self.loras.iter().map(|(&(index, map), lora)| (index, map.path(), LayerPart::Weight(map), lora));
        maps.chain(self.fused.iter().map(|(&(index, map), lora)| (index, map.path(), LayerPart::Fused(map), lora)))
    }
}

/// Settings that give these matrices the same factors. Without an alpha in the file the factor is 1: alpha is the rank then.
fn config(file: &GgufFile, adapter: &Adapter, spec: &ArchSpec, alpha: Option<f64>) -> Option<LoraConfig> {
    let mut ranks: Vec<usize> = adapter.all().map(|(_, _, lora)| lora.rank).collect();
    ranks.sort_unstable();
    let usual = *ranks.get(ranks.len() / 2)?;
    let mut config = LoraConfig::new(usual, alpha.unwrap_or(usual as f64));
    config.base_model_name_or_path = file.metadata.string("general.name").unwrap_or_default().into();
    config.target_modules = Projection::ALL.into_iter().filter(|map| adapter.loras.keys().any(|(_, own)| own == map)).collect();
    config.fused_modules = Fused::ALL.into_iter().filter(|map| adapter.fused.keys().any(|(_, own)| own == map)).collect();
    let layers: Vec<usize> = (0..spec.layers).filter(|layer| adapter.all().any(|(own, _, _)| own == *layer)).collect();
    config.layers_to_transform = (layers.len() < spec.layers).then_some(layers);
    for (index, path, lora) in adapter.all().filter(|(_, _, lora)| lora.rank != usual) {
        let path = format!("model.layers.{index}.{path}");
        if alpha.is_none() {
            config.alpha_pattern.push((path.clone(), lora.rank as f64));
        }
        config.rank_pattern.push((path, lora.rank));
    }
    Some(config)
}

/// Whether GGUF weaves the map's rows.
fn is_woven(part: LayerPart, spec: &ArchSpec) -> bool {
    matches!(part, LayerPart::Weight(map) if spec.family.weaves() && map.rotated_heads(spec).is_some())
}

/// Outputs and inputs of the map, which the matrices fit.
fn check_shape(index: usize, part: LayerPart, lora: &Lora, spec: &ArchSpec) -> Result<(usize, usize), LlmError> {
    let (name, shape) = match part {
        LayerPart::Weight(map) => (map.name(), Some(map.shape(spec))),
        LayerPart::Fused(map) => (map.name(), Some(map.shape(spec))),
        _ => ("a vector", None),
    };
    let fits = |(outputs, inputs): &(usize, usize)| {
        index < spec.layers && lora.a.len() == lora.rank * inputs && lora.b.len() == outputs * lora.rank && part.is_of(spec.family)
    };
    shape.filter(fits).ok_or_else(|| LlmError::Adapter(format!("its {name} of layer {index} does not fit the base")))
}

fn values(file: &GgufFile, name: &str) -> Result<(Vec<usize>, Vec<f32>), LlmError> {
    let wrong = |error| LlmError::Gguf { path: file.path.clone(), source: error };
    let (tensor, range) = file.tensor(name).map_err(wrong)?;
    let block = tensor.block().map_err(wrong)?;
    let mut out = vec![0.0; tensor.shape.iter().product()];
    dequantize(block, file.map_of(tensor).get(range).unwrap_or_default(), &mut out);
    Ok((tensor.shape.clone(), out))
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Beside its place first: half a file never has its name.
fn write_beside(path: &Path, metadata: &Metadata, tensors: &[Tensor<'_>]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::File::create(&part)
        .and_then(|file| {
            let mut out = BufWriter::new(file);
            write(metadata, tensors, &mut out)?;
            out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
        })
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}
