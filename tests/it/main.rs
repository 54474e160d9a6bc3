//! The service as its clients see it: over TCP, on both databases.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod attacks;
mod attacks_in_browsers;
mod attacks_on_directory;
mod attacks_on_lists;
mod attacks_on_transport;
mod attacks_on_writes;
mod avatars;
mod balancer;
mod browser;
mod citations;
mod conditional;
mod confidential;
mod connections;
mod cors;
mod credentials;
mod databases;
mod deployment;
mod dialect_documents;
mod django_names;
mod django_oddities;
mod django_requests;
mod django_round_trip;
mod documents;
mod drf;
mod exact;
mod examination;
mod foreign_issuers;
mod groups;
mod groups_api;
mod hostile_connections;
mod introspection;
mod jwt;
mod jwt_packages;
mod jwt_passwords;
mod jwt_settings;
mod jwt_tokens;
mod knox_tokens;
mod lanes;
mod large_tokens;
mod lifecycle;
mod lists;
mod migration;
mod monitoring;
mod openapi;
mod packaging;
mod page_log_ins;
mod pages;
mod passwords;
mod pictures;
mod pipelined;
mod providers;
mod public_url;
mod queries;
mod reference;
mod remembered;
mod replicas;
mod revocation;
mod rights;
mod settings_schema;
mod summary;
mod three_views;
mod throttle;
mod tokens;
mod tower;
mod tower_clients;
mod traces;
mod user_fields;
mod walk;
