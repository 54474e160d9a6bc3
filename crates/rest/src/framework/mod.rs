//! From a request that has found its route to an answer: checks, views, fields, pages.

mod audit;
mod authority;
mod conditional;
mod context;
mod dialect;
pub mod fields;
mod forms;
mod metadata;
mod page;
mod pipeline;
mod request_log;
mod resource;
pub mod response;
mod router;
mod services;
mod spec;
pub mod throttle;
mod token_uses;
mod view;
mod view_response;
mod worker_pool;

pub use conditional::{EntityTag, lists};
pub use context::{Parameters, RequestContext};
pub use dialect::Dialect;
pub use forms::{PageForms, PageStyle};
pub use metadata::metadata;
pub use pipeline::Pipeline;
pub use request_log::{Notes, write as log_request};
pub use resource::Resource;
pub use router::{Found, Route, RouteConflict, RouteEntry, Router, decode};
pub use services::{ServiceParts, Services};
pub use spec::{Access, Spec};
pub use view::{View, ViewFuture};
pub use view_response::ViewResponse;
pub use worker_pool::{PoolBusy, WorkerPool};
