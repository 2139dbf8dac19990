//! Background workers around engines: typed requests in, typed events out.
