//! Settings as they are unless something is set: those of `config/base.toml`, for services that read none. A test of the
//! package `profiled` compares them.

use profiled_domain::{Period, Rate};
use secrecy::SecretString;

use crate::jwt::{Algorithm, Audience, TokenType};
use crate::password::{
    Argon2Settings, BcryptSettings, HasherName, PasswordSettings, PasswordValidator, ScryptSettings,
};
use crate::settings::{
    AuthSettings, IntrospectionSettings, JwtSettings, TokenSettings, UserField, UsernameField,
};
use crate::throttle::{CounterStore, RateSetting, ThrottleSettings};

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            username_field: UsernameField::Username,
            jwt: JwtSettings::default(),
            introspection: IntrospectionSettings {
                clients: Vec::new(),
            },
            password: PasswordSettings::default(),
            token: TokenSettings::default(),
        }
    }
}

impl Default for JwtSettings {
    fn default() -> Self {
        Self {
            signing_key: SecretString::default(),
            signing_key_file: String::new(),
            algorithm: Algorithm::HS256,
            verifying_key: String::new(),
            verifying_key_file: String::new(),
            jwk_url: String::new(),
            keys_dir: String::new(),
            keys_lead_time: 600,
            keys_reload: 10,
            header_types: vec!["Bearer".to_owned()],
            header_name: "Authorization".to_owned(),
            token_classes: vec![TokenType::Access],
            access_lifetime: 300,
            refresh_lifetime: 86_400,
            sliding_lifetime: 300,
            sliding_refresh_lifetime: 86_400,
            rotate_refresh_tokens: false,
            blacklist_after_rotation: false,
            rotation_grace: 10,
            blacklist: true,
            check_revoke_token: false,
            update_last_login: false,
            leeway: 0,
            issuer: String::new(),
            audience: Audience::One(String::new()),
            user_id_field: UserField::Id,
            user_id_claim: "user_id".to_owned(),
            token_type_claim: "token_type".to_owned(),
            jti_claim: "jti".to_owned(),
            revoke_token_claim: "hash_password".to_owned(),
            sliding_refresh_exp_claim: "refresh_exp".to_owned(),
            claims: Vec::new(),
            max_token_bytes: 16_384,
            issuers: Vec::new(),
            jwks_refresh: 300,
        }
    }
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            lifetime: 0,
            last_used_precision: 3600,
            max_per_user: 10_000,
        }
    }
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            hasher: HasherName::Pbkdf2Sha256,
            iterations: 1_000_000,
            argon2: Argon2Settings {
                memory_cost: 102_400,
                time_cost: 2,
                parallelism: 8,
            },
            bcrypt: BcryptSettings { rounds: 12 },
            scrypt: ScryptSettings {
                n: 16_384,
                r: 8,
                p: 5,
            },
            allow_md5: false,
            legacy_hashers: Vec::new(),
            validators: PasswordValidator::ALL.to_vec(),
            min_length: 8,
            concurrency: 0,
            queue: 64,
            queue_per_address: 16,
            queue_per_network: 32,
            remembered: 60,
        }
    }
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        let none = RateSetting(None);
        Self {
            anon: none,
            user: none,
            login: RateSetting(Some(Rate::new(10, Period::Minute))),
            login_address: none,
            store: CounterStore::Memory,
        }
    }
}
