//! What cargo is at, as those tell who stand in for it.

use super::relay::Relay;
use crate::tools::NEWS;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::thread;

/// Hands it on to whoever waits. In a folder whose name is too long for a socket, one waits without.
pub(super) fn listen(session: &Path, relay: Relay) {
    let Ok(socket) = UnixDatagram::bind(session.join(NEWS)) else {
        return;
    };
    thread::spawn(move || {
        let mut buffer = [0; 200];
        while let Ok(length) = socket.recv(&mut buffer) {
            relay.work(&String::from_utf8_lossy(&buffer[..length]));
        }
    });
}
