//! What can be wrong with a GGUF file.

/// What can be wrong with a GGUF file.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// The file does not begin with `GGUF`.
    #[error("it begins with {found:02x?}, not with the letters GGUF")]
    WrongMagic {
        /// Its first bytes.
        found: Vec<u8>,
    },
    /// A version that sqllama does not read.
    #[error("version {0} is not supported (2 and 3 are)")]
    Version(u32),
    /// Written for machines of the other byte order.
    #[error("it is stored big-endian, which is not supported")]
    BigEndian,
    /// The file ends inside something.
    #[error("it ends at byte {length}, inside {what}; it is truncated or corrupt")]
    Truncated {
        /// Length of the file.
        length: u64,
        /// What was being read.
        what: String,
    },
    /// A count that cannot be, given the file's size.
    #[error("it announces {count} {what}, more than the file can hold")]
    TooMany {
        /// What is counted.
        what: String,
        /// How many.
        count: u64,
    },
    /// Something that must not be.
    #[error("{0}")]
    Malformed(String),
    /// A key that the model needs is absent.
    #[error("key `{0}` is missing")]
    MissingKey(String),
    /// A key has another type than it should.
    #[error("key `{key}` is not {expected}")]
    WrongType {
        /// Which key.
        key: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A tensor that the model needs is absent.
    #[error("tensor `{0}` is missing")]
    MissingTensor(String),
    /// A tensor has another shape than it should.
    #[error("tensor `{name}` has shape {found:?}, expected {expected:?}")]
    WrongShape {
        /// Which tensor.
        name: String,
        /// Its shape, rows first.
        found: Vec<usize>,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// A tensor is stored in a type that sqllama does not know.
    #[error("tensor `{name}` is stored in a type that sqllama does not know (ggml's number {ggml_type})")]
    UnknownType {
        /// Which tensor.
        name: String,
        /// ggml's number.
        ggml_type: u32,
    },
}
