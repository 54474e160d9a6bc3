//! Watches the folder of keys, so that a rotation needs no restart.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use profiled_auth::KeyRing;

use crate::application::now;

/// A thread that ends with this value.
pub(crate) struct KeyWatch {
    _stop: Sender<()>,
}

impl KeyWatch {
    /// Looks for changes once in every interval.
    pub(crate) fn start(keys: Arc<KeyRing>, interval: Duration) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = thread::Builder::new().name("keys".to_owned());
        thread.spawn(move || watch(&keys, &stopped, interval))?;
        Ok(Self { _stop: stop })
    }
}

fn watch(keys: &KeyRing, stopped: &Receiver<()>, interval: Duration) {
    let mut told = String::new();
    while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        match keys.reload(now()) {
            Ok(false) => {}
            Ok(true) => {
                told.clear();
                tracing::info!("the folder of keys has changed and was read");
            }
            Err(error) => {
                let text = error.to_string();
                if text != told {
                    tracing::error!(%error, "the folder of keys cannot be used: former keys stay");
                }
                told = text;
            }
        }
    }
}
