//! The screen. The only user of ratatui and crossterm.
