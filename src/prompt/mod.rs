//! The one text for asking and for training.
