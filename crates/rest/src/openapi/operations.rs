//! One method of one path.

use actix_web::http::{Method, StatusCode};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{
    Operation as Described, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
    ParameterStyle,
};
use utoipa::openapi::response::{Response, ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, KnownFormat, RefOr, Required, Schema, SchemaFormat};

use super::{Document, refusals};
use crate::framework::{
    Access, Compared, Credentials, Dialect, NamedSchema, Operation, QueryParameter, Route,
};

const TAG_HEADER: (&str, &str) = (
    "ETag",
    "The version that is shown, for If-None-Match and If-Match.",
);
const IF_NONE_MATCH: &str = "Versions that the client has: 304 if one of them would be shown.";
const IF_MATCH: &str = "The version that is to be changed: 412 for any other.";

impl Document<'_> {
    pub(super) fn operation(
        &mut self,
        route: &Route,
        path: &str,
        operation: Operation,
    ) -> Described {
        let (spec, dialect) = (route.view.spec(), &*route.dialect);
        let mut described = OperationBuilder::new()
            .tag(dialect.name())
            .summary(Some(spec.name))
            .operation_id(Some(operation_id(&operation.method, path)))
            .securities(Some(self.securities(dialect, spec.access, &operation)));
        if !spec.description.is_empty() {
            described = described.description(Some(spec.description));
        }
        for parameter in parameters(path, &operation) {
            described = described.parameter(parameter);
        }
        let parsers = dialect.parsers(spec, &operation.method);
        let body = self.request_body(&operation.method, &operation.bodies, parsers);
        described = described.request_body(body);
        let mut responses = ResponsesBuilder::new();
        if operation.compares == Some(Compared::Shown) {
            let text = "The client has this version already.";
            let response = ResponseBuilder::new().description(text);
            responses = responses.response("304", response.build());
        }
        let refused = refusals::statuses(route, path, &operation);
        for answer in operation.answers {
            let status = answer.status;
            let tag = operation.is_tagged.then_some(TAG_HEADER);
            let headers: Vec<_> = answer.headers.into_iter().chain(tag).collect();
            let response = self.response(status, answer.body, &headers);
            responses = responses.response(status.as_str(), response);
        }
        for status in refused {
            let link = self.refusal(dialect, status);
            responses = responses.response(status.as_str(), RefOr::Ref(link));
        }
        self.described.extend(operation.described);
        described.responses(responses.build()).build()
    }

    fn response(
        &mut self,
        status: StatusCode,
        body: Option<NamedSchema>,
        headers: &[(&str, &str)],
    ) -> Response {
        let text = match status {
            StatusCode::CREATED => "It was created.",
            StatusCode::NO_CONTENT => "It was done.",
            StatusCode::FOUND => "It was done; Location says where to go on.",
            _ => "The answer.",
        };
        let mut response = ResponseBuilder::new().description(text);
        if let Some(body) = body {
            if let Some((name, _)) = body.components.first() {
                self.shown.insert(name.clone());
            }
            self.add_schemas(body.components);
            let content = ContentBuilder::new().schema(Some(body.schema));
            response = response.content("application/json", content.build());
        }
        for (name, text) in headers {
            let header = HeaderBuilder::new().description(Some(*text));
            response = response.header(*name, header.build());
        }
        response.build()
    }

    /// The credentials that will do, and their schemes for all to refer to.
    fn securities(
        &mut self,
        dialect: &dyn Dialect,
        access: Access,
        operation: &Operation,
    ) -> Vec<SecurityRequirement> {
        if access == Access::Open && operation.credentials == Credentials::OfView {
            return Vec::new();
        }
        let is_optional =
            access == Access::Optional || operation.credentials == Credentials::Optional;
        let none: [&str; 0] = [];
        let mut all = Vec::new();
        for credential in dialect.credentials_taken() {
            let mut requirement = SecurityRequirement::new(credential.name, none);
            if let Some((name, scheme)) = credential.proof {
                if !operation.method.is_safe() {
                    requirement = requirement.add(name, none);
                }
                self.components.add_security_scheme(name, scheme);
            }
            self.components
                .add_security_scheme(credential.name, credential.scheme);
            all.push(requirement);
        }
        if is_optional {
            all.push(SecurityRequirement::default());
        }
        all
    }
}

/// `get_users_by_id_teams` for `GET /api/users/{id}/teams/`, `get_site_login` for `GET /login/`.
fn operation_id(method: &Method, path: &str) -> String {
    let mut words = vec![method.as_str().to_ascii_lowercase()];
    let below = path.strip_prefix("/api/");
    match below {
        None => words.push("site".to_owned()),
        Some("") => words.push("api".to_owned()),
        Some(_) => {}
    }
    let path = below.unwrap_or(path);
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part.starts_with('{') {
            words.push("by".to_owned());
        }
        let parts = part.split(|c: char| !c.is_ascii_alphanumeric());
        words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
    }
    words.join("_")
}

fn parameters(path: &str, operation: &Operation) -> Vec<Parameter> {
    let ids = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let ids = ids.map(|name| {
        let mut schema = Object::with_type(Type::Integer);
        schema.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
        schema.minimum = Some(0.into());
        parameter(name, ParameterIn::Path, "", schema).required(Required::True)
    });
    let mut all: Vec<_> = ids.collect();
    all.extend(operation.parameters.iter().map(query));
    let header = match operation.compares {
        Some(Compared::Shown) => Some(("If-None-Match", IF_NONE_MATCH)),
        Some(Compared::Changed) => Some(("If-Match", IF_MATCH)),
        None => None,
    };
    all.extend(header.map(|(name, text)| {
        let schema = Object::with_type(Type::String);
        parameter(name, ParameterIn::Header, text, schema)
    }));
    all.into_iter().map(ParameterBuilder::build).collect()
}

fn query(described: &QueryParameter) -> ParameterBuilder {
    let QueryParameter {
        name,
        description,
        schema,
    } = described;
    let parameter = parameter(name, ParameterIn::Query, description, schema.clone());
    if schema.schema_type == SchemaType::Type(Type::Object) {
        parameter
            .style(Some(ParameterStyle::Form))
            .explode(Some(true))
    } else {
        parameter
    }
}

fn parameter(name: &str, at: ParameterIn, text: &str, schema: Object) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(at)
        .required(Required::False)
        .description((!text.is_empty()).then_some(text))
        .schema(Some(Schema::Object(schema)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_is_called_after_its_method_and_path() {
        let cases = [
            ("/api/", "get_api"),
            ("/api/users/me/", "get_users_me"),
            (
                "/api/groups/{id}/users/{user_id}/",
                "get_groups_by_id_users_by_user_id",
            ),
            ("/.well-known/jwks.json", "get_site_well_known_jwks_json"),
            ("/api/login/", "get_login"),
            ("/login/", "get_site_login"),
            ("/", "get_site"),
        ];

        for (path, expected) in cases {
            assert_eq!(operation_id(&Method::GET, path), expected);
        }
    }
}
