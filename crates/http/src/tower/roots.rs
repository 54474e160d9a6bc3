//! The views above everything else (contract `tower.md`, section 3).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::{Detail, Repository};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, RequestContext, Spec, View, ViewResponse};
use serde::{Serialize, Serializer};

use crate::settings::TowerSettings;
use crate::tower::mount::Mount;
use crate::tower::options;
use crate::tower::session::with_csrf_cookie;

const READ_ONLY: &str = "GET, HEAD, OPTIONS";

const API: Spec = Spec {
    name: "REST API",
    description: "The versions of this API.",
    allow: READ_ONLY,
    access: Access::Open,
    detail: Detail::Account,
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

/// Answers GET with `body`, and OPTIONS with what the view says of itself.
fn answer<T: Serialize>(
    context: &RequestContext<'_>,
    spec: &Spec,
    added_in: &'static str,
    body: impl FnOnce() -> T,
) -> Result<ViewResponse, ApiError> {
    match *context.method {
        Method::GET => Ok(context.ok(&body())),
        Method::OPTIONS => Ok(context.ok(&options::open(spec, context, added_in))),
        _ => context.unknown_method(),
    }
}

/// `/api/`
pub(super) struct Api {
    /// Whether the second mount is there.
    pub(super) has_v2: bool,
}

#[derive(Serialize)]
struct ApiBody {
    description: &'static str,
    current_version: &'static str,
    available_versions: Versions,
}

#[derive(Serialize)]
struct Versions {
    v1: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    v2: Option<&'static str>,
}

impl View for Api {
    fn spec(&self) -> &Spec {
        &API
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let v2 = self.has_v2.then(|| Mount::V2.prefix());
        let body = || ApiBody {
            description: "profiled REST API",
            current_version: v2.unwrap_or(Mount::V1.prefix()),
            available_versions: Versions {
                v1: Mount::V1.prefix(),
                v2,
            },
        };
        let answer = answer(context, &API, "1.2", body).map(|answer| match *context.method {
            Method::GET if self.has_v2 => with_csrf_cookie(context, answer),
            _ => answer,
        });
        future::ready(answer).boxed_local()
    }
}

/// `/api/v1/`, `/api/v2/`
pub(super) struct Version(pub(super) Mount);

/// The views of a mount by their names.
struct VersionBody(&'static str);

impl Serialize for VersionBody {
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

impl View for Version {
    fn spec(&self) -> &Spec {
        match self.0 {
            Mount::V1 => &VERSION_1,
            Mount::V2 => &VERSION_2,
        }
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let body = || VersionBody(context.mount);
        future::ready(answer(context, self.spec(), "1.2", body)).boxed_local()
    }
}

/// `/api/v1/ping/`
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
    pub(super) fn new(settings: &TowerSettings) -> Self {
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

impl View for Ping {
    fn spec(&self) -> &Spec {
        &PING
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let body = || PingBody {
            instances: Instances {
                primary: &self.instance,
                secondaries: [],
            },
            ha: false,
            role: "primary",
            version: &self.version,
        };
        future::ready(answer(context, &PING, "2.1.0", body)).boxed_local()
    }
}

/// `/api/v1/config/`
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
    pub(super) fn new(settings: &TowerSettings) -> Self {
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

    async fn retrieve(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let user = &context.caller()?.profile.user;
        let id = user.id;
        let asks = move |repository: &dyn Repository| repository.is_organization_admin(id);
        let is_admin = user.is_superuser || context.services.blocking(asks).await??;
        Ok(context.ok(&ConfigBody {
            eula: "",
            license_info: NoLicense {},
            version: &self.version,
            ansible_version: &self.ansible_version,
            time_zone: "UTC",
            user_ldap_fields: (!self.ldap_fields.is_empty()).then_some(&self.ldap_fields),
            projects: is_admin.then_some(ProjectPaths {
                project_base_dir: "",
                project_local_paths: [],
            }),
        }))
    }
}

impl View for Config {
    fn spec(&self) -> &Spec {
        &CONFIG
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        match *context.method {
            Method::GET => self.retrieve(context).boxed_local(),
            _ => future::ready(answer(context, &CONFIG, "1.2", || ())).boxed_local(),
        }
    }
}
