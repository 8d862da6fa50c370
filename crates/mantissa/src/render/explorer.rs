//! A bit explorer: click a bit, edit the hexadecimal or the decimal.
