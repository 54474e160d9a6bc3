//! From the `server_options` of a topic to settings, `key=value`.

use super::case::Site;

/// Failed log-ins are part of many topics, and no topic limits them.
const NO_LOGIN_THROTTLE: &str = "throttle.login=";

/// The settings of a topic in the order of `--set`.
pub fn settings(site: Site, options: &str) -> Result<Vec<String>, String> {
    let mut settings = vec![NO_LOGIN_THROTTLE.to_owned()];
    if site == Site::Tower {
        settings.extend(options.split_whitespace().map(str::to_owned));
        return Ok(settings);
    }
    for option in options.split(',').filter(|option| !option.is_empty()) {
        let mapped = of_option(option).ok_or_else(|| format!("unknown option {option:?}"))?;
        settings.extend(mapped.iter().map(|&setting| setting.to_owned()));
    }
    Ok(settings)
}

fn of_option(option: &str) -> Option<&'static [&'static str]> {
    Some(match option {
        "browsable=0" => &["http.browsable=false"],
        "auth=token_jwt" => &["dialects.drf.authenticators=token,jwt"],
        "auth=jwt_token" => &["dialects.drf.authenticators=jwt,token"],
        "lists=1" => &[
            "dialects.drf.lists=true",
            "dialects.drf.page_size=2",
            "dialects.drf.max_page_size=4",
        ],
        "throttle=1" => &["throttle.anon=2/min", "throttle.user=3/min"],
        "throttle=second" => &["throttle.anon=1/s", "throttle.user=1/s"],
        "rotate=1" => &[
            "auth.jwt.rotate_refresh_tokens=true",
            "auth.jwt.blacklist_after_rotation=true",
            "auth.jwt.update_last_login=true",
        ],
        "blacklist_app=0" => &["auth.jwt.blacklist=false"],
        "check_revoke=1" => &[
            "auth.jwt.check_revoke_token=true",
            // The recorded claim is of a hash that no log-in replaces.
            "auth.password.iterations=1000000",
        ],
        "aud=1" => &[
            "auth.jwt.audience=profile-api",
            "auth.jwt.issuer=profile-issuer",
            "auth.jwt.leeway=10",
        ],
        "jwt_algorithm=HS512" => &["auth.jwt.algorithm=HS512"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;
    use crate::replay::case::load_topics;

    #[test]
    fn every_option_of_the_recorded_topics_is_mapped() {
        for topic in load_topics(&contract("cases")).unwrap() {
            let settings = settings(topic.site, &topic.server_options).unwrap();

            assert_eq!(
                settings == [NO_LOGIN_THROTTLE],
                topic.server_options.is_empty(),
                "{}",
                topic.name
            );
        }
    }

    #[test]
    fn an_unknown_option_is_an_error() {
        assert!(settings(Site::Staff, "browsable=0,shiny=1").is_err());
    }
}
