//! Settings that a running service takes over: at SIGHUP, and certificates whenever they have changed.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web;
use profiled_auth::KeyRing;
use profiled_http::AppState;
use sd_notify::NotifyState;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::clock::now;
use crate::error::Failure;
use crate::settings::Settings;
use crate::supervisor;
use crate::telemetry;
use crate::tls::Tls;

/// Reads the settings again.
pub(crate) type Read = Box<dyn Fn() -> Result<Settings, Vec<Failure>> + Send + Sync>;

/// Settings that are taken over. All others need a new process.
const TAKEN_OVER: [&str; 5] = [
    "log.level",
    "throttle.anon",
    "throttle.login",
    "throttle.login_address",
    "throttle.user",
];

/// What can change in a running service.
pub(crate) struct Reload {
    pub(crate) read: Option<Read>,
    /// As the service has them.
    pub(crate) settings: Mutex<Settings>,
    pub(crate) state: web::Data<AppState>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) tls: Option<Tls>,
}

impl Reload {
    /// Reads everything again that may have changed, and logs what came of it. What is wrong stays as it was.
    pub(crate) fn run(&self) {
        supervisor::tell_of_reload();
        for error in self.settings().err().into_iter().flatten() {
            tracing::error!(%error, "settings stay as they are");
        }
        match self.keys.reload(now()) {
            Ok(true) => tracing::info!("the folder of keys has changed and was read again"),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "the folder of keys cannot be used: former keys stay");
            }
        }
        if let Some(tls) = &self.tls {
            look_at(tls);
        }
        tracing::info!("reloaded");
        supervisor::tell(&[NotifyState::Ready]);
    }

    fn settings(&self) -> Result<(), Vec<Failure>> {
        let Some(read) = &self.read else {
            return Ok(());
        };
        let new = read()?;
        let mut current = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = differences(&current, &new).map_err(|failure| vec![failure])?;
        let (taken, left): (Vec<_>, Vec<_>) = changed
            .into_iter()
            .partition(|key| TAKEN_OVER.contains(&key.as_str()));
        if !left.is_empty() {
            let keys = left.join(", ");
            tracing::warn!(keys, "settings have changed that need a restart");
        }
        if !taken.is_empty() {
            telemetry::set_level(new.log.level);
            self.state.services().throttle.set_rates(&new.throttle);
            let keys = taken.join(", ");
            tracing::info!(keys, "settings were taken over");
            current.log.level = new.log.level;
            current.throttle = new.throttle;
        }
        Ok(())
    }
}

/// Shows another certificate if there is one.
pub(crate) fn look_at(tls: &Tls) {
    match tls.reload() {
        Ok(true) => tracing::info!("the certificate has changed and was read again"),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "the former certificate stays"),
    }
}

/// Keys whose values differ.
fn differences(one: &Settings, other: &Settings) -> Result<Vec<String>, Failure> {
    let value = |settings| {
        serde_json::to_value(settings).map_err(|error| Failure::failed(error.to_string()))
    };
    let mut keys = Vec::new();
    compare("", &value(one)?, &value(other)?, &mut keys);
    // Written down they are masks.
    for (key, one, other) in [
        (
            "auth.jwt.signing_key",
            &one.auth.jwt.signing_key,
            &other.auth.jwt.signing_key,
        ),
        (
            "media.s3.secret_key",
            &one.media.s3.secret_key,
            &other.media.s3.secret_key,
        ),
    ] {
        let is_told = keys.iter().any(|told| told == key);
        if !is_told && one.expose_secret() != other.expose_secret() {
            keys.push(key.to_owned());
        }
    }
    Ok(keys)
}

fn compare(prefix: &str, one: &Value, other: &Value, keys: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for (name, value) in one {
                let dot = if prefix.is_empty() { "" } else { "." };
                let key = format!("{prefix}{dot}{name}");
                compare(&key, value, other.get(name).unwrap_or(&Value::Null), keys);
            }
        }
        _ if one == other => {}
        _ => keys.push(prefix.to_owned()),
    }
}
