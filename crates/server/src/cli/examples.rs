//! The examples of help, manual and documents. A test runs each of them.

/// Command lines by the words that name their command.
const EXAMPLES: [(&str, &[&str]); 69] = [
    (
        "serve",
        &[
            "profiled serve",
            "profiled serve --set http.bind=127.0.0.1:0",
        ],
    ),
    ("quickstart", &["profiled quickstart"]),
    (
        "migrate",
        &[
            "profiled migrate",
            "profiled migrate --status",
            "profiled migrate --revert 1 --yes",
        ],
    ),
    ("check", &["profiled check", "profiled check --json"]),
    (
        "settings",
        &[
            "profiled settings",
            "profiled settings http.bind",
            "profiled settings --schema > profiled.schema.json",
        ],
    ),
    (
        "openapi",
        &[
            "profiled openapi > openapi.json",
            "profiled openapi --format yaml",
        ],
    ),
    (
        "healthcheck",
        &["profiled healthcheck", "profiled healthcheck --live"],
    ),
    (
        "import",
        &[
            "profiled import store.jsonl",
            "profiled import django users.json --dry-run",
        ],
    ),
    (
        "import django",
        &[
            "profiled import django users.json --dry-run",
            "profiled import django users.json",
            "profiled import django users.json --mirror --yes",
        ],
    ),
    ("import people", &["profiled import people people.json"]),
    (
        "import settings-simplejwt",
        &["profiled import settings-simplejwt settings.py"],
    ),
    (
        "export",
        &[
            "profiled export store.jsonl",
            "profiled export django --output users.json",
        ],
    ),
    (
        "export django",
        &[
            "profiled export django --output users.json",
            "profiled export django --format yaml",
        ],
    ),
    ("backup", &["profiled backup store.tar.gz"]),
    ("restore", &["profiled restore store.tar.gz --yes"]),
    (
        "user",
        &[
            "profiled user create mary --email mary@example.com",
            "profiled user list --search mary",
        ],
    ),
    (
        "user create",
        &[
            "profiled user create mary --email mary@example.com --first-name Mary --staff",
            "profiled user create admin --superuser --password-file password.txt",
        ],
    ),
    (
        "user list",
        &[
            "profiled user list --search ada",
            "profiled user list --staff --inactive",
            "profiled user list --deleted --json",
        ],
    ),
    (
        "user show",
        &[
            "profiled user show ada",
            "profiled user show ada@example.com --json",
        ],
    ),
    (
        "user set",
        &[
            "profiled user set ada --mobile-number 09120000001 --staff",
            "profiled user set ada --first-name ''",
        ],
    ),
    (
        "user set-password",
        &[
            "profiled user set-password ada",
            "profiled user set-password ada --password-file password.txt",
        ],
    ),
    ("user deactivate", &["profiled user deactivate bob"]),
    ("user activate", &["profiled user activate bob"]),
    ("user delete", &["profiled user delete bob --yes"]),
    (
        "user export",
        &["profiled user export ada --output ada.json"],
    ),
    ("user restore", &["profiled user restore eve"]),
    (
        "group",
        &[
            "profiled group create Editors",
            "profiled group add Editors ada",
        ],
    ),
    (
        "group create",
        &["profiled group create Editors --notes 'May change texts'"],
    ),
    ("group list", &["profiled group list"]),
    ("group show", &["profiled group show Authors"]),
    ("group set", &["profiled group set Authors --name Writers"]),
    ("group add", &["profiled group add Authors bob"]),
    ("group remove", &["profiled group remove Authors ada"]),
    ("group delete", &["profiled group delete Authors --yes"]),
    (
        "org",
        &["profiled org create Farms", "profiled org add Farms ada"],
    ),
    (
        "org create",
        &["profiled org create Farms --description 'All farms'"],
    ),
    ("org list", &["profiled org list"]),
    ("org show", &["profiled org show Mills"]),
    (
        "org set",
        &["profiled org set Mills --name 'Mills and Farms'"],
    ),
    ("org delete", &["profiled org delete Mills --yes"]),
    ("org add", &["profiled org add Mills bob"]),
    ("org remove", &["profiled org remove Mills ada"]),
    ("org add-admin", &["profiled org add-admin Mills bob"]),
    ("org remove-admin", &["profiled org remove-admin Mills ada"]),
    (
        "team",
        &[
            "profiled team create Drivers --organization Mills",
            "profiled team add Drivers ada",
        ],
    ),
    (
        "team create",
        &["profiled team create Drivers --organization Mills"],
    ),
    ("team list", &["profiled team list --organization Mills"]),
    ("team show", &["profiled team show Carters"]),
    (
        "team set",
        &["profiled team set Carters --description 'Those with carts'"],
    ),
    ("team delete", &["profiled team delete Carters --yes"]),
    ("team add", &["profiled team add Carters bob"]),
    (
        "team remove",
        &["profiled team remove Carters ada --organization Mills"],
    ),
    (
        "token",
        &[
            "profiled token create ada --label laptop",
            "profiled token list ada",
        ],
    ),
    (
        "token create",
        &["profiled token create ada --label laptop --expires 90d"],
    ),
    ("token list", &["profiled token list ada --json"]),
    ("token revoke", &["profiled token revoke 1"]),
    ("jwt", &["profiled jwt create ada"]),
    (
        "jwt create",
        &[
            "profiled jwt create ada",
            "profiled jwt create ada --lifetime 12h --claim level=3",
        ],
    ),
    (
        "keys",
        &[
            "profiled keys generate --algorithm ES256",
            "profiled keys list",
        ],
    ),
    (
        "keys generate",
        &["profiled keys generate --algorithm ES256"],
    ),
    ("keys list", &["profiled keys list"]),
    (
        "keys rotate",
        &[
            "profiled keys rotate",
            "profiled keys rotate --algorithm EdDSA --at-once",
        ],
    ),
    ("binding", &["profiled binding list"]),
    ("binding list", &["profiled binding list ada"]),
    (
        "binding remove",
        &["profiled binding remove https://login.example.com/ ada-7"],
    ),
    ("purge", &["profiled purge --yes"]),
    (
        "completions",
        &[
            "profiled completions bash > profiled.bash",
            "profiled completions zsh > _profiled",
        ],
    ),
    ("man", &["profiled man > profiled.1", "profiled man pages"]),
    (
        "",
        &[
            "profiled quickstart",
            "profiled user create mary --staff",
            "profiled help user create",
        ],
    ),
];

/// The examples of a command; none of one that has no examples.
pub(crate) fn of(command: &str) -> &'static [&'static str] {
    let mut all = EXAMPLES.iter();
    all.find(|(name, _)| *name == command)
        .map_or(&[], |(_, lines)| *lines)
}
