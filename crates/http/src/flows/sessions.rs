//! Log-ins of browsers: the views of all dialects that let them in and out do it here (contract `tower.md`,
//! section 15.3, and `decisions.md` 25).

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use askama::Template;
use profiled_auth::audit::{Action, Actor, AuditOutcome, Object};
use profiled_auth::{AuthError, LoginOutcome, TokenKey, UsernameField};
use profiled_domain::{Holder, HolderQuery, ProfileDepth, User};
use profiled_rest::doors::{HOME, is_own_path};
use profiled_rest::error::ApiError;
use profiled_rest::fields::{Field, Kind};
use profiled_rest::wire::accept::Format;
use profiled_rest::wire::body::{Data, Value};
use profiled_rest::{
    Access, Article, Notice, Operation, PageForms, RequestContext, Spec, ViewResponse, csrf,
    session,
};

use crate::flows::login::login;
use crate::flows::login_input::LoginInput;
use crate::flows::token_issue;
use crate::settings::TowerSettings;

/// What a log-in is, whose description is to be added.
pub(crate) const LOG_IN: Spec = Spec {
    name: "Log In",
    description: "",
    access: Access::Open,
    depth: ProfileDepth::Account,
    // Browsers ask for Basic credentials before they show a page: the one with the form would wait.
    challenge: Some("Cookie realm=\"api\""),
    ..Spec::VIEW
};

/// The same of a log-out.
pub(crate) const LOG_OUT: Spec = Spec {
    name: "Log Out",
    challenge: None,
    ..LOG_IN
};

/// What the POST of a log-out answers.
pub(crate) fn log_out_operation() -> Operation {
    let log_out = Operation::new(Method::POST).answers_nothing(StatusCode::FOUND);
    let log_out = log_out.with_header("Location", "Where to go on.");
    let log_out = log_out.with_header("Set-Cookie", "Takes the log-in away.");
    log_out.refuses(StatusCode::FORBIDDEN)
}

/// The view of a log-in. The first field has its name whatever it holds, as in Django's form.
pub(crate) struct LogIn {
    pub(crate) fields: [Field; 3],
    username_field: UsernameField,
    settings: TowerSettings,
}

impl LogIn {
    /// What its POST takes and answers.
    pub(crate) fn operation(&self) -> Operation {
        let log_in = Operation::new(Method::POST).takes(&self.fields);
        let log_in = log_in.answers_nothing(StatusCode::FOUND);
        let log_in = log_in.with_header("Location", "Where next leads to.");
        let log_in = log_in.with_header("Set-Cookie", "The log-in, and the token of its writes.");
        let log_in = log_in.refuses(StatusCode::UNAUTHORIZED);
        log_in.refuses(StatusCode::FORBIDDEN)
    }

    /// Log-ins live as the tokens of Tower do, whether Tower is there or not.
    pub(crate) fn new(username_field: UsernameField, settings: &TowerSettings) -> Self {
        let required = |name, label, kind| Field::written(name, label, kind).required();
        let fields = [
            required("username", username_field.label(), Kind::Username),
            required("password", "Password", Kind::Password),
            Field::written("next", "Next", Kind::Text).at_most(2000),
        ];
        Self {
            fields,
            username_field,
            settings: settings.clone(),
        }
    }

    /// Lets in who has shown a username and its password, and leads to `next` of the body, or else `home`. A log-in that
    /// the browser has already ends: nobody goes on with a key that somebody else may have planted or seen.
    pub(crate) async fn log_in(
        &self,
        context: &RequestContext<'_>,
        home: impl FnOnce(&User) -> &'static str,
    ) -> Result<ViewResponse, ApiError> {
        // A page of elsewhere must not log its reader in as a user of its choice.
        if context.origin.is_foreign(context.request.headers()) {
            return Err(ApiError::CrossOriginForm);
        }
        let data = context.data().await?;
        let LoginInput { username, password } = LoginInput::of(&data)?;
        let refused = || ApiError::from(AuthError::InvalidPassword);
        let LoginOutcome::Accepted(user) = login(context, username, password).await? else {
            return Err(refused());
        };
        if let Some(earlier) = Session::sent(context).await? {
            earlier.end(context).await?;
        }
        let issued = token_issue::issue_sliding_token(
            context,
            &self.settings,
            &user,
            "Cookie log-in",
            TokenKey::session_digest,
        );
        let (_, key) = issued.await?.ok_or_else(refused)?;
        let home = context.origin.below(home(&user));
        let mut answer = found(context, next(&data).unwrap_or(&home));
        let cookie = session::cookie(key.as_str(), context.origin);
        answer.headers.extend(cookie);
        answer.headers.extend(csrf::new_cookie(context.origin).1);
        Ok(answer)
    }

    /// The page with the form.
    pub(crate) fn forms(&self, context: &RequestContext<'_>) -> PageForms {
        let label = self.fields.first().map_or("", |field| field.label);
        let typed = context.body.typed("username").unwrap_or_default();
        let next = context.body.typed("next");
        let next = next.or_else(|| context.query.get("next").map(str::to_owned));
        let form = LogInForm {
            message: context.refusal.map(|refusal| self.message(refusal)),
            label,
            typed: &typed,
            next: next.as_deref().filter(|path| is_own_path(path)),
            is_known: context.reader.is_some(),
        };
        PageForms::article(Article::of(&form))
    }

    /// What the page says of a log-in that was refused.
    fn message(&self, refusal: &ApiError) -> String {
        let (name, article) = match self.username_field {
            UsernameField::Username => ("user name", "a"),
            UsernameField::Email => ("email address", "an"),
        };
        match refusal {
            ApiError::Unauthenticated(AuthError::Throttled(wait)) | ApiError::Throttled(wait) => {
                let seconds = wait.seconds();
                format!("There were too many attempts. Try again in {seconds} seconds.")
            }
            ApiError::Unauthenticated(_) => format!("Wrong {name} or password."),
            ApiError::Invalid(errors) if errors.has("username") || errors.has("password") => {
                format!("Enter both, {article} {name} and a password.")
            }
            ApiError::Invalid(errors) => errors.of_field("non_field_errors").join(" "),
            other => format!("The log-in failed: {other}."),
        }
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct LogInForm<'a> {
    message: Option<String>,
    label: &'a str,
    typed: &'a str,
    next: Option<&'a str>,
    is_known: bool,
}

/// Ends the log-in whose cookie is sent along, and leads to `home`, also where nothing was to be ended.
pub(crate) async fn log_out(
    context: &RequestContext<'_>,
    home: &str,
) -> Result<ViewResponse, ApiError> {
    // A page of elsewhere must not take the cookie away, which browsers do not send along from there.
    if context.origin.is_foreign(context.request.headers()) {
        return Err(ApiError::CrossOriginForm);
    }
    let data = context.data().await?;
    let proof = match &data {
        Data::Form(form) => form.text(csrf::FORM_FIELD),
        Data::Json(_) => None,
    };
    let ended = end_session(context, proof).await?;
    let mut answer = found(context, &context.origin.below(home));
    if home == HOME && ended.is_some() {
        answer
            .headers
            .extend(Notice::LoggedOut.cookie(context.origin));
    }
    answer.headers.extend(ended);
    Ok(answer)
}

/// The button of a page for those who are logged in.
pub(crate) fn log_out_forms(context: &RequestContext<'_>) -> PageForms {
    let is_known = context.reader.is_some();
    PageForms::buttons(if is_known { &["POST"] } else { &[] })
}

/// Ends the log-in whose cookie is sent along, and returns the `Set-Cookie` that takes the cookie away; `None`
/// without one. Whoever has its key may, from wherever, as with a token. `proof` is [`csrf::FORM_FIELD`] of a
/// form.
///
/// # Errors
/// 403 if there is such a log-in, and nothing shows that a page of this server asks. A cookie that is good for
/// nothing any more is no credential, and needs no proof.
pub(crate) async fn end_session(
    context: &RequestContext<'_>,
    proof: Option<&str>,
) -> Result<Option<(HeaderName, HeaderValue)>, ApiError> {
    let headers = context.request.headers();
    if session::sent(headers).is_none() {
        return Ok(None);
    }
    if let Some(found) = Session::sent(context).await? {
        csrf::check(headers, proof, context.origin)?;
        found.end(context).await?;
    }
    Ok(session::clear(context.origin))
}

/// A log-in that is stored, whether it is still good or not.
struct Session(profiled_domain::TokenWithProfile);

impl Session {
    /// That of the cookie.
    async fn sent(context: &RequestContext<'_>) -> Result<Option<Self>, ApiError> {
        let cookie = session::sent(context.request.headers());
        let Some(key) = cookie.and_then(TokenKey::parse) else {
            return Ok(None);
        };
        let query = HolderQuery::Token(key.session_digest());
        let find = context.services.lanes.find(query, ProfileDepth::Account);
        Ok(find.await?.and_then(Holder::into_token).map(Self))
    }

    async fn end(self, context: &RequestContext<'_>) -> Result<(), ApiError> {
        let (id, user) = (self.0.token.id, self.0.profile.user.id);
        let actor = Actor::User {
            id: user,
            credential: format!("session:{id}"),
        };
        let record = context.record_of(Action::TokenRevoke, actor);
        let record = record.on(Object::Token(id)).for_user(user);
        let end = context.services.lanes.write(move |repository| {
            record.log(repository.revoke_token(id), AuditOutcome::of_change)
        });
        // Another request may have ended it meanwhile.
        let _was_there: bool = end.await??;
        Ok(())
    }
}

/// 302 to a path of this server, as clients see it.
fn found(context: &RequestContext<'_>, path: &str) -> ViewResponse {
    let location = format!("{}{path}", context.origin.root());
    let location = HeaderValue::from_str(&location).unwrap_or(HeaderValue::from_static(HOME));
    ViewResponse::new(StatusCode::FOUND, Vec::new())
        .with_header(header::LOCATION, location)
        .not_stored()
}

/// The answer, with a cookie for [`csrf::check`] if the client has none. Pages of those who are logged in bring it
/// along themselves.
pub(crate) fn with_csrf_cookie(
    context: &RequestContext<'_>,
    mut answer: ViewResponse,
) -> ViewResponse {
    let headers = context.request.headers();
    let is_brought = context.format == Format::Html && session::sent(headers).is_some();
    if csrf::sent(headers).is_none() && !is_brought {
        answer.headers.extend(csrf::new_cookie(context.origin).1);
    }
    answer
}

/// Where a log-in leads: a path of this server, as the body says.
fn next(data: &Data) -> Option<&str> {
    let wanted = match data {
        Data::Form(form) => form.text("next"),
        Data::Json(object) => match object.get("next") {
            Some(Value::Text(text)) => Some(text.text.as_str()),
            _ => None,
        },
    };
    wanted.filter(|path| is_own_path(path))
}
