//! Our own files: paths, configuration, the model catalogue, downloads.
