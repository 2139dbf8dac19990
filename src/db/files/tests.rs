//! Files as tables from end to end.
