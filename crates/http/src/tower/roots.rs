//! The views above everything else (contract `tower.md`, section 3).

use profiled_domain::{ProfileDepth, Repository};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, RequestContext, Resource, Spec, ViewResponse};
use serde::{Serialize, Serializer};

use crate::flows::sessions::with_csrf_cookie;
use crate::settings::TowerSettings;
use crate::tower::mount::Mount;
use crate::tower::options;

const API: Spec = Spec {
    name: "REST API",
    description: "The versions of this API.",
    access: Access::Open,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

const VERSION_1: Spec = Spec {
    name: "Version 1",
    description: "What this version of the API has.",
    ..API
};

const VERSION_2: Spec = Spec {
    name: "Version 2",
    ..VERSION_1
};

const PING: Spec = Spec {
    name: "Ping",
    description: "Whether the service answers.",
    ..API
};

const CONFIG: Spec = Spec {
    name: "Configuration",
    description: "What a client needs to know of this service.",
    access: Access::Authenticated,
    ..API
};

/// A view whose OPTIONS document is made of its [`Spec`].
fn resource<S: Send + Sync + 'static>(
    spec: Spec,
    added_in: &'static str,
    state: S,
) -> Resource<Root<S>> {
    let root = Root {
        spec,
        added_in,
        state,
    };
    Resource::new(spec, root).options(describe)
}

/// What the handlers of one of these views are given.
pub(super) struct Root<S> {
    spec: Spec,
    added_in: &'static str,
    state: S,
}

async fn describe<S>(
    root: &Root<S>,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::open(&root.spec, context, root.added_in)))
}

/// `/api/`; `has_v2`: whether the second mount is there.
pub(super) fn api(has_v2: bool) -> Resource<Root<bool>> {
    resource(API, "1.2", has_v2).get(versions)
}

async fn versions(
    has_v2: &Root<bool>,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    let v1 = context.origin.below(Mount::V1.prefix());
    let v2 = has_v2
        .state
        .then(|| context.origin.below(Mount::V2.prefix()));
    let answer = context.ok(&ApiBody {
        description: "profiled REST API",
        current_version: v2.as_deref().unwrap_or(&v1),
        available_versions: Versions {
            v1: &v1,
            v2: v2.as_deref(),
        },
    });
    Ok(if has_v2.state {
        with_csrf_cookie(context, answer)
    } else {
        answer
    })
}

#[derive(Serialize)]
struct ApiBody<'a> {
    description: &'static str,
    current_version: &'a str,
    available_versions: Versions<'a>,
}

#[derive(Serialize)]
struct Versions<'a> {
    v1: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    v2: Option<&'a str>,
}

/// `/api/v1/`, `/api/v2/`
pub(super) fn version(mount: Mount) -> Resource<Root<()>> {
    let spec = match mount {
        Mount::V1 => VERSION_1,
        Mount::V2 => VERSION_2,
    };
    resource(spec, "1.2", ()).get(views)
}

async fn views(_: &Root<()>, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&VersionBody(context.mount)))
}

/// The views of a mount by their names.
struct VersionBody<'a>(&'a str);

impl Serialize for VersionBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NAMES: [&str; 10] = [
            "authtoken",
            "ping",
            "config",
            "me",
            "organizations",
            "users",
            "projects",
            "teams",
            "credentials",
            "activity_stream",
        ];
        let mount = self.0;
        serializer.collect_map(NAMES.map(|name| (name, format!("{mount}{name}/"))))
    }
}

/// `/api/v1/ping/`
pub(super) fn ping(settings: &TowerSettings) -> Resource<Root<Ping>> {
    resource(PING, "2.1.0", Ping::new(settings)).get(pong)
}

async fn pong(ping: &Root<Ping>, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&PingBody {
        instances: Instances {
            primary: &ping.state.instance,
            secondaries: [],
        },
        ha: false,
        role: "primary",
        version: &ping.state.version,
    }))
}

/// Who this is.
pub(super) struct Ping {
    instance: String,
    version: String,
}

#[derive(Serialize)]
struct PingBody<'a> {
    instances: Instances<'a>,
    ha: bool,
    role: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Instances<'a> {
    primary: &'a str,
    secondaries: [&'a str; 0],
}

impl Ping {
    fn new(settings: &TowerSettings) -> Self {
        let host = || std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        let instance = match settings.instance_name.as_str() {
            "" => host().trim().to_owned(),
            name => name.to_owned(),
        };
        let instance = if instance.is_empty() {
            "localhost".to_owned()
        } else {
            instance
        };
        Self {
            instance,
            version: settings.version.clone(),
        }
    }
}

/// `/api/v1/config/`
pub(super) fn config(settings: &TowerSettings) -> Resource<Root<Config>> {
    resource(CONFIG, "1.2", Config::new(settings)).get(configuration)
}

/// What it shows of the settings.
pub(super) struct Config {
    version: String,
    ansible_version: String,
    ldap_fields: Vec<String>,
}

#[derive(Serialize)]
struct ConfigBody<'a> {
    eula: &'static str,
    license_info: NoLicense,
    version: &'a str,
    ansible_version: &'a str,
    time_zone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ldap_fields: Option<&'a [String]>,
    #[serde(flatten)]
    projects: Option<ProjectPaths>,
}

#[derive(Serialize)]
struct NoLicense {}

/// For those who may make projects.
#[derive(Serialize)]
struct ProjectPaths {
    project_base_dir: &'static str,
    project_local_paths: [&'static str; 0],
}

impl Config {
    fn new(settings: &TowerSettings) -> Self {
        let managed = &settings.directory_managed_fields;
        let first = ["username", "password"].map(str::to_owned);
        let others = managed.iter().filter(|name| !first.contains(name)).cloned();
        let ldap_fields = if managed.is_empty() {
            Vec::new()
        } else {
            first.iter().cloned().chain(others).collect()
        };
        Self {
            version: settings.version.clone(),
            ansible_version: settings.ansible_version.clone(),
            ldap_fields,
        }
    }
}

async fn configuration(
    config: &Root<Config>,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    let user = &context.caller()?.profile.user;
    let id = user.id;
    let asks = move |repository: &dyn Repository| repository.is_organization_admin(id);
    let is_admin = user.is_superuser || context.services.lanes.read(asks).await??;
    Ok(context.ok(&ConfigBody {
        eula: "",
        license_info: NoLicense {},
        version: &config.state.version,
        ansible_version: &config.state.ansible_version,
        time_zone: "UTC",
        user_ldap_fields: (!config.state.ldap_fields.is_empty())
            .then_some(&config.state.ldap_fields),
        projects: is_admin.then_some(ProjectPaths {
            project_base_dir: "",
            project_local_paths: [],
        }),
    }))
}
