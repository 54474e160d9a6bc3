//! The section `auth.introspection`.

use profiled_auth::ClientSettings;
use secrecy::ExposeSecret;

use super::finding::Finding;

/// Services that may introspect tokens: each has a name of its own and a secret that cannot be guessed.
pub(super) fn check(clients: &[ClientSettings]) -> Option<Finding> {
    let text = clients.iter().enumerate().find_map(|(at, client)| {
        let (id, min) = (&client.id, ClientSettings::MIN_SECRET);
        let is_name = |c: char| c.is_ascii_graphic() && c != ':';
        if id.is_empty() || !id.chars().all(is_name) {
            let text = "has an id that is none: use ASCII letters, digits and signs but for colons";
            Some(text.to_owned())
        } else if clients.iter().take(at).any(|other| other.id == *id) {
            Some(format!("has {id:?} twice: name each client once"))
        } else if client.secret.expose_secret().len() < min {
            Some(format!(
                "has {id:?} with a secret of less than {min} bytes: give a random one in secret_file"
            ))
        } else {
            None
        }
    })?;
    Some(Finding("auth.introspection.clients", text))
}
