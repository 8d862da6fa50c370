//! OCP microscaling (MX).
